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

const (
	// maxOpen is how many open cards a sidebar shows of a channel.
	maxOpen = 50
	// maxRecent is how many recent cards are looked at for that, each of which is a read.
	maxRecent = 200
)

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

// ChannelTools returns each tool that is switched on, with what the channel follows of it, and what is open of it among the channel's
// recent cards, the newest first. Fault: NoPost.
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
	return tools, s.fillOpen(ctx, tools, place)
}

// fillOpen puts the open cards of the channel with their tools.
func (s *Service) fillOpen(ctx context.Context, tools []ChannelTool, place chat.Place) error {
	posted, err := s.Surface.Recent(ctx, place)
	if err != nil {
		return errors.Wrap(err, "look through the cards of a channel")
	}
	open := 0
	for _, at := range posted[:min(len(posted), maxRecent)] {
		i := slices.IndexFunc(tools, func(t ChannelTool) bool { return t.Provider == at.Mark.Provider })
		if i < 0 || open == maxOpen {
			continue
		}
		card, is, err := s.openCard(ctx, at)
		if err != nil {
			return err
		}
		if is {
			tools[i].Cards = append(tools[i].Cards, card)
			open++
		}
	}
	return nil
}

// openCard returns the card of a post, if that is the one that shows its subject now and the subject is open.
func (s *Service) openCard(ctx context.Context, at chat.Posted) (OpenCard, bool, error) {
	sub, ok, err := s.Subjects.Subject(ctx, at.Mark.Connection, at.Mark.Subject)
	if err != nil {
		return OpenCard{}, false, errors.Wrap(err, "read a subject")
	}
	if !ok || !slices.ContainsFunc(sub.Shown, func(shown bridge.Shown) bool { return shown.Message == at.Message }) {
		return OpenCard{}, false, nil
	}
	card, err := s.Registry.Get(at.Mark.Provider).Card(sub.State)
	if err != nil {
		s.Log.Warn("A card couldn't be rendered for the sidebar", "connection", at.Mark.Connection, "error", err.Error())
		return OpenCard{}, false, nil
	}
	return OpenCard{
		Message: at.Message, Title: card.Title, State: card.State, URL: card.URL, Tone: card.Tone, At: card.At,
	}, card.Open, nil
}
