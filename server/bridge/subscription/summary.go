package subscription

import (
	"maps"
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// changes names the parts in which the subscriptions differ.
func changes(d provider.Descriptor, before, after bridge.Subscription) []chat.Message {
	var changed []chat.Message
	if before.Name != after.Name {
		changed = append(changed, chat.Say("bridge.configure.part.name"))
	}
	if !slices.Equal(before.Kinds(d), after.Kinds(d)) {
		changed = append(changed, chat.Say("bridge.configure.part.events"))
	}
	if !maps.Equal(before.Filters, after.Filters) || before.OnlyTurns != after.OnlyTurns {
		changed = append(changed, chat.Say("bridge.configure.part.filters"))
	}
	if before.Style != after.Style {
		changed = append(changed, chat.Say("bridge.configure.part.style"))
	}
	if before.Mention != after.Mention {
		changed = append(changed, chat.Say("bridge.configure.part.mention"))
	}
	if before.Notes != after.Notes {
		changed = append(changed, chat.Say("bridge.configure.part.notes"))
	}
	return changed
}

// summary says what the channel gets from now on.
func (s *Configurator) summary(d provider.Descriptor, f bridge.Subscribed, changed bool) chat.Message {
	head := chat.Say("bridge.configure.unchanged", "Name", f.Title())
	if changed {
		head = chat.Say("bridge.configure.saved", "Name", f.Title())
	}
	lines := []chat.Message{head}
	for _, line := range s.ChosenLines(d, f) {
		lines = append(lines, chat.Say("bridge.configure.line").WithMessage("Line", line))
	}
	if _, installs := s.Registry.Get(f.Provider).(provider.Installer); installs && f.Resource.SettingsURL != "" {
		link := chat.Link(f.Resource.Name, f.Resource.SettingsURL)
		lines = append(lines, chat.Say("bridge.configure.line.settings", "Provider", d.Name).WithText("Link", link))
	}
	return chat.Lines(lines...)
}

// ChosenLines say what the channel wants of a subscription, and how it is shown.
func (s *Configurator) ChosenLines(d provider.Descriptor, f bridge.Subscribed) []chat.Message {
	var events []chat.Message
	for _, kind := range d.Events {
		if slices.Contains(f.Subscription.Kinds(d), kind.ID) {
			events = append(events, kind.Label)
		}
	}
	lines := []chat.Message{chat.Say("bridge.configure.line.events").WithMessage("Events", bridge.Enumerated(events))}
	for _, filter := range d.Filters {
		if value := f.Subscription.Filters[filter.ID]; value != "" {
			lines = append(lines, chat.Say("bridge.configure.line.filter").WithText("Value", chat.Code(value)).WithMessage("Label", filter.Label))
		}
	}
	if f.Subscription.OnlyTurns {
		lines = append(lines, chat.Say("bridge.configure.line.turns"))
	}
	for _, style := range styleOptions() {
		if style.Value == styleValue(f.Subscription.Style) {
			lines = append(lines, chat.Say("bridge.configure.line.style").WithMessage("Style", style.Label))
		}
	}
	if f.Subscription.Mention != "" {
		lines = append(lines, chat.Say("bridge.configure.line.mention").WithText("Who", chat.Code("@"+f.Subscription.Mention)))
	}
	if f.Subscription.Notes {
		lines = append(lines, chat.Say("bridge.configure.line.notes", "Provider", d.Name))
	}
	return lines
}
