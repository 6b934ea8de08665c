package jenkins

import (
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// Instructions implements provider.Instructor. URL and token stand in blocks of their own, so that each can be copied alone.
func (Jenkins) Instructions(h provider.Hook) i18n.Message {
	parts := []i18n.Message{
		i18n.M("jenkins.setup.intro"),
		i18n.M("jenkins.setup.url", "URL", h.URL),
		i18n.M("jenkins.setup.token", "Token", h.Secret),
		i18n.M("jenkins.setup.freestyle"),
		i18n.M("jenkins.setup.pipeline", "URL", h.URL),
		i18n.M("jenkins.setup.notification", "SecretURL", h.WithSecret()),
		i18n.M("jenkins.setup.curl", "URL", h.URL, "Token", h.Secret),
		i18n.M("jenkins.setup.tls"),
	}
	var lines []i18n.Message
	for _, part := range parts {
		lines = append(lines, part, i18n.Message{})
	}
	return i18n.Lines(lines[:len(lines)-1]...)
}
