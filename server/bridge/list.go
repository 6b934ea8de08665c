package bridge

import (
	"context"
	"maps"
	"slices"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// maxListed is how many connections one message tells of.
const maxListed = 20

// list says what the channel is connected to, and what of it is shown how. Fault: NoPost.
func (s *Service) list(ctx context.Context, w wish) (chat.Note, error) {
	if !s.People.CanPost(ctx, w.userID, w.place.ChannelID) {
		return chat.Note{}, fault.New(fault.NoPost)
	}
	found, err := s.following(ctx, w.provider, w.place.ChannelID)
	if err != nil {
		return chat.Note{}, err
	}
	if len(found) == 0 {
		return chat.Note{Text: s.nothingYet(w)}, nil
	}
	lines := []i18n.Message{i18n.M("bridge.list.title", "Provider", s.name(w.provider))}
	for _, c := range found[:min(len(found), maxListed)] {
		lines = append(lines, s.described(ctx, w, c, found)...)
	}
	if more := len(found) - maxListed; more > 0 {
		lines = append(lines, i18n.N("bridge.list.more", more))
	}
	lines = append(lines, i18n.Message{}, i18n.M("bridge.list.next", "Command", s.word(w.provider)))
	return chat.Note{Text: i18n.Lines(lines...)}, nil
}

// nothingYet says what to type in a channel that is connected to nothing.
func (s *Service) nothingYet(w wish) i18n.Message {
	about := s.Registry.Describe(w.provider)
	return i18n.M("bridge.list.empty", "Provider", about.Name, "Command", s.word(w.provider)).WithMessage("Argument", about.Argument)
}

// described says what a connection is, and what the channel wants of it.
func (s *Service) described(ctx context.Context, w wish, c Connection, among []Connection) []i18n.Message {
	lines := []i18n.Message{i18n.M("bridge.list.connection", "Name", chat.Link(labelOf(c, among), c.Resource.URL))}
	for _, sub := range c.In(w.place.ChannelID) {
		lines = append(lines, s.wanted(ctx, c, sub)...)
	}
	if len(c.Channels()) > 1 {
		lines = append(lines, i18n.M("bridge.list.also").WithMessage("Channels", s.channelsOf(ctx, w.userID, c, w.place.ChannelID)))
	}
	if _, installs := s.Registry.Get(w.provider).(provider.Installer); installs && c.Resource.SettingsURL != "" {
		lines = append(lines, i18n.M("bridge.list.settings", "Link", c.webhooksPage(), "Provider", s.name(w.provider)))
	}
	return lines
}

// wanted says what a subscription asks for, how it is shown, and since when.
func (s *Service) wanted(ctx context.Context, c Connection, sub Subscription) []i18n.Message {
	var lines []i18n.Message
	if sub.ResourceName != "" {
		lines = append(lines, i18n.M("bridge.list.resource", "Name", chat.Escape(sub.ResourceName)))
	}
	lines = append(lines, i18n.M("bridge.list.events").WithMessage("Events", s.eventsOf(c.Provider, sub.Events)))
	if filters := s.filtersOf(c.Provider, sub); len(filters) > 0 {
		lines = append(lines, i18n.M("bridge.list.filters").WithMessage("Filters", enumerated(filters)))
	}
	how := []i18n.Message{styleOf(sub.Style)}
	if sub.OnlyTurns {
		how = append(how, i18n.M("bridge.list.only_turns"))
	}
	if sub.Mention != "" {
		how = append(how, i18n.M("bridge.list.mention", "Who", chat.Escape("@"+sub.Mention)))
	}
	if sub.Notes {
		how = append(how, i18n.M("bridge.list.notes"))
	}
	lines = append(lines, i18n.M("bridge.list.how").WithMessage("How", enumerated(how)))
	since := i18n.M("bridge.list.since", "Who", s.who(ctx, sub.CreatedBy)).WithMessage("When", s.ago(sub.CreatedAt))
	return append(lines, since)
}

// filtersOf names the filters of a subscription with their patterns: in the provider's order, and then those it no longer knows.
func (s *Service) filtersOf(providerID string, sub Subscription) []i18n.Message {
	var named []i18n.Message
	left := maps.Clone(sub.Filters)
	for _, filter := range s.Registry.Describe(providerID).Filters {
		if value := left[filter.ID]; value != "" {
			named = append(named, i18n.M("bridge.list.filter", "Value", chat.Code(value)).WithMessage("Label", filter.Label))
		}
		delete(left, filter.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		if left[id] != "" {
			named = append(named, i18n.M("bridge.list.filter", "Value", chat.Code(left[id])).WithMessage("Label", i18n.Verbatim(chat.Escape(id))))
		}
	}
	return named
}

func styleOf(style Style) i18n.Message {
	switch style {
	case Each:
		return i18n.M("bridge.list.style.each")
	case Thread:
		return i18n.M("bridge.list.style.thread")
	}
	return i18n.M("bridge.list.style.live")
}
