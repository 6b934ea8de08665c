package connection

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// MaxConnections is how many connections to one provider a channel has.
	MaxConnections = 50
	// MaxChannels is how many channels one connection serves.
	MaxChannels = 100
	// MaxButtons is how many connections a question offers as buttons; all can be named by typing.
	MaxButtons = 15
)

// chosen returns the connections of the channel that the request is about: the one that was chosen, those that the text fits, or all.
// Fault: NotFollowed.
func (s *Follower) chosen(ctx context.Context, w conversation.Request) ([]bridge.Connection, error) {
	all, err := s.Directory.Following(ctx, w.Provider, w.Place)
	if err != nil {
		return nil, err
	}
	found := all
	switch text := conversation.Unquoted(w.Text); {
	case w.Connection != "":
		found = slices.DeleteFunc(all, func(c bridge.Connection) bool { return c.ID != w.Connection })
	case text != "":
		found = s.Directory.Named(ctx, w.Provider, all, text)
	}
	if len(found) == 0 {
		return nil, s.NotFollowed(w.Provider)
	}
	return found, nil
}

// theOne returns the connection that the request is about. Where there are several, it is the zero one, and the note asks which.
// Fault: NotFollowed.
func (s *Follower) theOne(ctx context.Context, w conversation.Request, deed string, ask chat.Message) (bridge.Connection, chat.Note, error) {
	found, err := s.chosen(ctx, w)
	if err != nil {
		return bridge.Connection{}, chat.Note{}, err
	}
	if len(found) == 1 {
		return found[0], chat.Note{}, nil
	}
	note, err := s.Prompts.Question(ctx, ask, offersOf(found, w, deed)...)
	return bridge.Connection{}, note, err
}

// offersOf returns a button for each of the connections, and the one that ends the question.
func offersOf(found []bridge.Connection, w conversation.Request, deed string) []conversation.Offer {
	var offers []conversation.Offer
	for _, c := range found[:min(len(found), MaxButtons)] {
		one := w
		one.Connection, one.Text = c.ID, ""
		offers = append(offers, conversation.Offer{Label: chat.Verbatim(chat.Truncate(LabelOf(c, found), 60)), Operation: deed, Request: one})
	}
	return append(offers, conversation.OrCancel(w))
}

// attach has the channel follow the connection. If there is none, it is made as fresh says; one without an ID makes none. The part is what
// of it the channel follows, zero for all. Faults: TooMany, NotFollowed.
func (s *Follower) attach(ctx context.Context, w conversation.Request, id string, fresh bridge.Connection, part provider.Resource) (bridge.Connection, error) {
	here, err := s.Directory.Following(ctx, w.Provider, w.Place)
	if err != nil {
		return bridge.Connection{}, err
	}
	elsewhere := Filtered(here, func(c bridge.Connection) bool { return c.ID != id })
	if len(elsewhere) >= MaxConnections {
		return bridge.Connection{}, bridge.TooMany(MaxConnections)
	}
	rules := len(bridge.SubscriptionsIn(elsewhere, w.Place))
	subscription := bridge.Subscription{
		ID: rand.Text(), Place: w.Place.Top(), Resource: part.ID, ResourceName: part.Name, CreatedBy: w.Actor, CreatedAt: s.Now(),
	}
	c, err := s.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if c.ID == "" {
			*c = fresh
			c.Subscriptions = nil
		}
		switch {
		case c.ID == "" || c.Provider != w.Provider:
			return false, s.NotFollowed(w.Provider)
		case c.Follows(w.Place, part):
			return false, nil
		case len(c.In(w.Place)) >= MaxConnections:
			return false, bridge.TooMany(MaxConnections)
		case len(c.In(w.Place)) == 0 && len(c.Channels()) >= MaxChannels:
			return false, bridge.TooMany(MaxChannels)
		}
		if err := s.Parts.RoomForRule(w.Provider, rules+len(c.In(w.Place))); err != nil {
			return false, err
		}
		c.Subscriptions = append(c.Subscriptions, subscription)
		return true, nil
	})
	return c, errors.Wrap(err, "have the channel follow the connection")
}

// detach ends that the channel follows the connection. The last one to leave takes the record along, which is reported.
func (s *Follower) detach(ctx context.Context, id string, place chat.Place) (left bridge.Connection, gone bool, err error) {
	left, err = s.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		gone = false
		before := len(c.Subscriptions)
		c.Subscriptions = slices.DeleteFunc(c.Subscriptions, func(sub bridge.Subscription) bool { return sub.Place.SameChannel(place) })
		if before == len(c.Subscriptions) {
			return false, nil
		}
		if gone = len(c.Subscriptions) == 0; gone {
			*c = bridge.Connection{}
		}
		return true, nil
	})
	if err != nil {
		return bridge.Connection{}, false, errors.Wrap(err, "end that the channel follows the connection")
	}
	return left, gone, nil
}

// unfollow takes back that the channel follows a part, or the whole where there are none. What else the channel follows stays.
func (s *Sharing) unfollow(ctx context.Context, w conversation.Request, c bridge.Connection, part provider.Resource) error {
	if mine := c.In(w.Place); len(mine) > 1 {
		at := slices.IndexFunc(mine, func(sub bridge.Subscription) bool { return sub.Resource == part.ID })
		if at < 0 {
			return nil
		}
		_, err := s.Parts.DropPart(ctx, w, c.ID, mine[at].ID)
		return err
	}
	_, _, err := s.follower.detach(ctx, c.ID, w.Place)
	return err
}

// Everything is what users type to mean all connections of the channel.
const Everything = "all"
