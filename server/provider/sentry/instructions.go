package sentry

import (
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Instructions say how to set up the legacy webhook of a project, for who has no integration. Nobody signs its deliveries, so the
// address with the secret is what has to be kept.
func (*Sentry) Instructions(h provider.Hook) chat.Message {
	return provider.JoinLines(
		chat.Say("sentry.setup.intro"),
		chat.Say("sentry.setup.legacy", "SecretURL", h.SecretURL()),
		chat.Say("sentry.setup.unsigned"),
		chat.Say("sentry.setup.integration"),
	)
}
