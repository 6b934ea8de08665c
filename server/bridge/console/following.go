package console

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxConnections is how many connections to one provider a channel has, maxChannels how many channels one connection serves.
	maxConnections = 50
	maxChannels    = 100
	// maxButtons is how many connections a question offers as buttons; all can be named by typing.
	maxButtons = 15
)

// chosen returns the connections of the channel that the wish is about: the one that was chosen, those that the text fits, or all.
// Fault: NotFollowed.
func (s *Service) chosen(ctx context.Context, w wish) ([]bridge.Connection, error) {
	all, err := s.Directory.Following(ctx, w.provider, w.place)
	if err != nil {
		return nil, err
	}
	found := all
	switch text := unquoted(w.text); {
	case w.connection != "":
		found = slices.DeleteFunc(all, func(c bridge.Connection) bool { return c.ID != w.connection })
	case text != "":
		found = s.Directory.Named(ctx, w.provider, all, text)
	}
	if len(found) == 0 {
		return nil, s.NotFollowed(w.provider)
	}
	return found, nil
}

// theOne returns the connection that the wish is about. Where there are several, it is the zero one, and the note asks which.
// Fault: NotFollowed.
func (s *Service) theOne(ctx context.Context, w wish, deed string, ask chat.Message) (bridge.Connection, chat.Note, error) {
	found, err := s.chosen(ctx, w)
	if err != nil {
		return bridge.Connection{}, chat.Note{}, err
	}
	if len(found) == 1 {
		return found[0], chat.Note{}, nil
	}
	note, err := s.question(ctx, ask, offersOf(found, w, deed)...)
	return bridge.Connection{}, note, err
}

// offersOf returns a button for each of the connections, and the one that ends the question.
func offersOf(found []bridge.Connection, w wish, deed string) []offer {
	var offers []offer
	for _, c := range found[:min(len(found), maxButtons)] {
		one := w
		one.connection, one.text = c.ID, ""
		offers = append(offers, offer{label: chat.Verbatim(chat.Truncate(connection.LabelOf(c, found), 60)), deed: deed, wish: one})
	}
	return append(offers, orCancel(w))
}

// attach has the channel follow the connection. If there is none, it is made as fresh says; one without an ID makes none. The list
// of the channel is written first: a connection that no list has could not be removed. The part is what of it the channel follows, zero
// for all. Faults: TooMany, NotFollowed.
func (s *Service) attach(ctx context.Context, w wish, id string, fresh bridge.Connection, part provider.Resource) (bridge.Connection, error) {
	elsewhere, err := s.rulesElsewhere(ctx, w.provider, w.place, id)
	if err != nil {
		return bridge.Connection{}, err
	}
	full, added := false, false
	err = s.Records.UpdateConnectionsOf(ctx, w.provider, w.place.Key(), func(ids *[]string) bool {
		full, added = false, false
		if slices.Contains(*ids, id) {
			return false
		}
		if full = len(*ids) >= maxConnections; full {
			return false
		}
		*ids, added = append(*ids, id), true
		return true
	})
	if err != nil {
		return bridge.Connection{}, errors.Wrap(err, "list the connection for the channel")
	}
	if full {
		return bridge.Connection{}, tooMany(maxConnections)
	}
	subscription := bridge.Subscription{
		ID: rand.Text(), Place: w.place.Top(), Resource: part.ID, ResourceName: part.Name, CreatedBy: w.actor, CreatedAt: s.Now(),
	}
	c, err := s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if c.ID == "" {
			*c = fresh
			c.Subscriptions = nil
		}
		switch {
		case c.ID == "" || c.Provider != w.provider:
			return false, s.NotFollowed(w.provider)
		case c.Follows(w.place, part):
			return false, nil
		case len(c.In(w.place)) >= maxConnections:
			return false, tooMany(maxConnections)
		case len(c.In(w.place)) == 0 && len(c.Channels()) >= maxChannels:
			return false, tooMany(maxChannels)
		}
		if err := s.roomForRule(w.provider, elsewhere+len(c.In(w.place))); err != nil {
			return false, err
		}
		c.Subscriptions = append(c.Subscriptions, subscription)
		return true, nil
	})
	if err != nil && added {
		s.Directory.Unlist(context.WithoutCancel(ctx), w.provider, w.place.Key(), id)
	}
	return c, errors.Wrap(err, "have the channel follow the connection")
}

// detach ends that the channel follows the connection. The last one to leave takes the record along, which is reported.
func (s *Service) detach(ctx context.Context, id, providerID string, place chat.Place) (left bridge.Connection, gone bool, err error) {
	var name string
	left, err = s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		name, gone = c.Name, false
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
	s.Directory.Unlist(ctx, providerID, place.Key(), id)
	if gone {
		s.Directory.Unlist(ctx, providerID, namesakes(providerID, name), id)
	}
	return left, gone, nil
}

func tooMany(most int) error { return fault.New(fault.TooMany).With("Limit", strconv.Itoa(most)) }
