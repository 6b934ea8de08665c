package sentry

import (
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Instructions explains how to set up the legacy webhook of a project, for users without an integration. Its deliveries aren't signed, so
// the address with the secret must be kept secret.
func (setup) Instructions(h provider.Hook) chat.Message {
	return provider.JoinLines(
		chat.Say("sentry.setup.intro"),
		chat.Say("sentry.setup.legacy", "SecretURL", h.SecretURL()),
		chat.Say("sentry.setup.unsigned"),
		chat.Say("sentry.setup.integration"),
	)
}
