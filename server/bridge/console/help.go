package console

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// runHelp lists all that can be typed about a provider, and how to begin.
func (s *Service) runHelp(providerID string, tree *command.Command) func(context.Context, command.Call) (chat.Message, error) {
	return func(_ context.Context, call command.Call) (chat.Message, error) {
		about := s.Registry.Describe(providerID)
		lines := []chat.Message{chat.Say("bridge.help.title", "Provider", about.Name).WithMessage("Summary", about.Summary)}
		for _, sub := range tree.Visible(call.ByAdmin()) {
			line := chat.Say("help.line", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help)
			if !sub.Hint.Zero() {
				line = chat.Say("help.line_with_hint", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help).WithMessage("Hint", sub.Hint)
			}
			lines = append(lines, line)
		}
		begin := "bridge.help.begin_entered"
		if _, installs := s.Registry.Get(providerID).(provider.Installer); installs {
			begin = "bridge.help.begin_installed"
		}
		return chat.Lines(append(lines, chat.Message{},
			chat.Say(begin, "Provider", about.Name, "Command", "/"+tree.Name),
			chat.Say("bridge.help.direct", "Word", tree.Name))...), nil
	}
}

// helpForAll lists the available providers, for a user who writes to the bot.
func (s *Service) helpForAll(trees []*command.Command) chat.Message {
	lines := []chat.Message{chat.Say("bridge.words.title")}
	for _, tree := range trees {
		lines = append(lines, chat.Say("bridge.words.tool", "Word", tree.Name).WithMessage("Summary", tree.Help))
	}
	return chat.Lines(append(lines, chat.Message{}, chat.Say("bridge.words.next"))...)
}
