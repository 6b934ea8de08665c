package jenkins

import (
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Instructions implements provider.ManualSetup. The URL and the token are in separate blocks, so that each can be copied.
func (Jenkins) Instructions(h provider.Hook) chat.Message {
	parts := []chat.Message{
		chat.Say("jenkins.setup.intro"),
		chat.Say("jenkins.setup.url", "URL", h.URL),
		chat.Say("jenkins.setup.token", "Token", h.Secret),
		chat.Say("jenkins.setup.freestyle"),
		chat.Say("jenkins.setup.pipeline", "URL", h.URL),
		chat.Say("jenkins.setup.notification", "SecretURL", h.SecretURL()),
		chat.Say("jenkins.setup.curl", "URL", h.URL, "Token", h.Secret),
		chat.Say("jenkins.setup.tls"),
	}
	var lines []chat.Message
	for _, part := range parts {
		lines = append(lines, part, chat.Message{})
	}
	return chat.Lines(lines[:len(lines)-1]...)
}
