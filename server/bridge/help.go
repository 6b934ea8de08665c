package bridge

import (
	"context"

	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// runHelp lists all that can be typed about a provider, and how to begin.
func (s *Service) runHelp(providerID string, tree *command.Command) func(context.Context, command.Call) (i18n.Message, error) {
	return func(_ context.Context, call command.Call) (i18n.Message, error) {
		about := s.Registry.Describe(providerID)
		lines := []i18n.Message{i18n.M("bridge.help.title", "Provider", about.Name).WithMessage("Summary", about.Summary)}
		for _, sub := range tree.Visible(call.Admin) {
			line := i18n.M("help.line", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help)
			if !sub.Hint.Zero() {
				line = i18n.M("help.line_with_hint", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help).WithMessage("Hint", sub.Hint)
			}
			lines = append(lines, line)
		}
		begin := "bridge.help.begin_entered"
		if _, installs := s.Registry.Get(providerID).(provider.Installer); installs {
			begin = "bridge.help.begin_installed"
		}
		return i18n.Lines(append(lines, i18n.Message{},
			i18n.M(begin, "Provider", about.Name, "Command", "/"+tree.Name),
			i18n.M("bridge.help.direct", "Word", tree.Name))...), nil
	}
}

// helpForAll lists the tools that a channel can be connected to, for somebody who writes to the bot.
func (s *Service) helpForAll(trees []*command.Command) i18n.Message {
	lines := []i18n.Message{i18n.M("bridge.words.title")}
	for _, tree := range trees {
		lines = append(lines, i18n.M("bridge.words.tool", "Word", tree.Name).WithMessage("Summary", tree.Help))
	}
	return i18n.Lines(append(lines, i18n.Message{}, i18n.M("bridge.words.next"))...)
}
