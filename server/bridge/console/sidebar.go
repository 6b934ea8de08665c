package console

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// maxOpen is how many open cards a sidebar shows of a channel.
const maxOpen = 50

// ChannelTool is a tool as the sidebar of a channel shows it.
type ChannelTool struct {
	// Provider, Name and Word are the provider's ID, its name, and the word of its command.
	Provider, Name, Word string
	Connections          []Followed
	Cards                []OpenCard
}

// Followed is something that a channel follows.
type Followed struct {
	Name string
	// URL is its page at the provider; "" for none.
	URL string
	// Events are the kinds of events that the channel wants of it.
	Events chat.Message
}

// OpenCard is a card whose subject is in progress or waits for someone.
type OpenCard struct {
	Message chat.MessageRef
	// Title is as it came from outside.
	Title string
	State chat.Message
	URL   string
	Tone  chat.Tone
	At    time.Time
}

// ChannelTools returns each tool that is switched on, with what the channel follows of it, and its open cards there, the newest first. Fault: NoPost.
func (s *Service) ChannelTools(ctx context.Context, actor chat.Actor, place chat.Place) ([]ChannelTool, error) {
	if !s.Permissions.MayPost(ctx, actor, place) {
		return nil, fault.New(fault.NoPost)
	}
	all, err := s.Directory.Following(ctx, "", place)
	if err != nil {
		return nil, err
	}
	var tools []ChannelTool
	enabled := s.Settings().Enabled
	for _, p := range s.Registry.All() {
		d := p.Describe()
		if enabled[d.ID] == "" {
			continue
		}
		tool := ChannelTool{Provider: d.ID, Name: d.Name, Word: enabled[d.ID]}
		for _, c := range connection.Filtered(all, func(c bridge.Connection) bool { return c.Provider == d.ID }) {
			for _, sub := range c.In(place) {
				f := bridge.Subscribed{Connection: c, Subscription: sub}
				tool.Connections = append(tool.Connections, Followed{Name: f.Title(), URL: c.Resource.URL, Events: s.EventsOf(d.ID, sub.Events)})
			}
		}
		tools = append(tools, tool)
	}
	return tools, s.fillOpen(ctx, tools, all, place)
}

// fillOpen puts the open cards of the channel with their tools. One whose connection the channel no longer follows isn't kept up to date.
func (s *Service) fillOpen(ctx context.Context, tools []ChannelTool, followed []bridge.Connection, place chat.Place) error {
	cards, err := s.Subjects.OpenCards(ctx, place, maxOpen)
	if err != nil {
		return errors.Wrap(err, "look up the open cards of a channel")
	}
	for _, card := range cards {
		i := slices.IndexFunc(tools, func(t ChannelTool) bool { return t.Provider == card.Provider })
		if i < 0 || !card.Shared && !slices.ContainsFunc(followed, func(c bridge.Connection) bool { return c.ID == card.Connection }) {
			continue
		}
		tools[i].Cards = append(tools[i].Cards, OpenCard{
			Message: card.Message, Title: card.Title, State: card.State, URL: card.URL, Tone: card.Tone, At: card.At,
		})
	}
	return nil
}

// Deleted takes the message off the channel's open cards, if it is one.
func (s *Service) Deleted(ctx context.Context, m chat.MessageRef) {
	if err := s.Subjects.CloseCard(ctx, m); err != nil {
		s.Log.Info("A deleted card couldn't be taken off the sidebar; it goes with its next change", "post_id", m.ID, "error", err.Error())
	}
}
