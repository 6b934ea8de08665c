package sentry

import (
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// Instructions say how to set up the legacy webhook of a project, for who has no integration. Nobody signs its deliveries, so the
// address with the secret is what has to be kept.
func (*Sentry) Instructions(h provider.Hook) i18n.Message {
	return lines(
		i18n.M("sentry.setup.intro"),
		i18n.M("sentry.setup.legacy", "SecretURL", h.WithSecret()),
		i18n.M("sentry.setup.unsigned"),
		i18n.M("sentry.setup.integration"),
	)
}
