package subscription

import (
	"context"
	"maps"
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// maxListed is how many connections one message tells of.
const maxListed = 20

// List says what the channel is connected to, and what of it is shown how. Fault: NoPost.
func (s *Lister) List(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if !s.Permissions.MayPost(ctx, w.Actor, w.Place) {
		return chat.Note{}, fault.New(fault.NoPost)
	}
	found, err := s.Directory.Following(ctx, w.Provider, w.Place)
	if err != nil {
		return chat.Note{}, err
	}
	if len(found) == 0 {
		return chat.Note{Text: s.NothingYet(w.Provider)}, nil
	}
	lines := []chat.Message{chat.Say("bridge.list.title", "Provider", s.Name(w.Provider))}
	for _, c := range found[:min(len(found), maxListed)] {
		lines = append(lines, s.described(ctx, w, c, found)...)
	}
	if more := len(found) - maxListed; more > 0 {
		lines = append(lines, chat.Plural("bridge.list.more", more))
	}
	lines = append(lines, chat.Message{}, chat.Say("bridge.list.next", "Command", s.Word(w.Provider)))
	return chat.Note{Text: chat.Lines(lines...)}, nil
}

// described says what a connection is, and what the channel wants of it.
func (s *Lister) described(ctx context.Context, w conversation.Request, c bridge.Connection, among []bridge.Connection) []chat.Message {
	lines := []chat.Message{chat.Say("bridge.list.connection").WithText("Name", chat.Link(connection.LabelOf(c, among), c.Resource.URL))}
	for _, sub := range c.In(w.Place) {
		lines = append(lines, s.wanted(ctx, c, sub)...)
	}
	if len(c.Channels()) > 1 {
		lines = append(lines, chat.Say("bridge.list.also").WithMessage("Channels", s.Directory.ChannelsOf(ctx, w.Actor, c, w.Place)))
	}
	if _, installs := s.Registry.Get(w.Provider).(provider.Installer); installs && c.Resource.SettingsURL != "" {
		lines = append(lines, chat.Say("bridge.list.settings", "Provider", s.Name(w.Provider)).WithText("Link", c.WebhooksLink()))
	}
	return lines
}

// wanted says what a subscription asks for, how it is shown, and since when.
func (s *Lister) wanted(ctx context.Context, c bridge.Connection, sub bridge.Subscription) []chat.Message {
	var lines []chat.Message
	if sub.ResourceName != "" {
		lines = append(lines, chat.Say("bridge.list.resource", "Name", sub.ResourceName))
	}
	lines = append(lines, chat.Say("bridge.list.events").WithMessage("Events", s.EventsOf(c.Provider, sub.Events)))
	if filters := s.filtersOf(c.Provider, sub); len(filters) > 0 {
		lines = append(lines, chat.Say("bridge.list.filters").WithMessage("Filters", bridge.Enumerated(filters)))
	}
	how := []chat.Message{styleOf(sub.Style)}
	if sub.OnlyTurns {
		how = append(how, chat.Say("bridge.list.only_turns"))
	}
	if sub.Mention != "" {
		how = append(how, chat.Say("bridge.list.mention", "Who", "@"+sub.Mention))
	}
	if sub.Notes {
		how = append(how, chat.Say("bridge.list.notes"))
	}
	lines = append(lines, chat.Say("bridge.list.how").WithMessage("How", bridge.Enumerated(how)))
	since := chat.Say("bridge.list.since").WithText("Who", s.Notices.Who(ctx, sub.CreatedBy)).WithMessage("When", notice.Ago(s.Now(), sub.CreatedAt))
	return append(lines, since)
}

// filtersOf names the filters of a subscription with their patterns: in the provider's order, and then those it no longer knows.
func (s *Lister) filtersOf(providerID string, sub bridge.Subscription) []chat.Message {
	var named []chat.Message
	left := maps.Clone(sub.Filters)
	for _, filter := range s.Registry.Describe(providerID).Filters {
		if value := left[filter.ID]; value != "" {
			named = append(named, chat.Say("bridge.list.filter").WithText("Value", chat.Code(value)).WithMessage("Label", filter.Label))
		}
		delete(left, filter.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		if left[id] != "" {
			named = append(named, chat.Say("bridge.list.filter").WithText("Value", chat.Code(left[id])).WithMessage("Label", chat.Verbatim(id)))
		}
	}
	return named
}

func styleOf(style bridge.Style) chat.Message {
	switch style {
	case bridge.Each:
		return chat.Say("bridge.list.style.each")
	case bridge.Thread:
		return chat.Say("bridge.list.style.thread")
	}
	return chat.Say("bridge.list.style.live")
}
