package console

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
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

// following returns the provider's connections that the channel follows, as they are listed.
func (s *Service) following(ctx context.Context, providerID, channelID string) ([]bridge.Connection, error) {
	ids, err := s.Records.ConnectionsOf(ctx, providerID, channelID)
	if err != nil {
		return nil, errors.Wrap(err, "list the connections of the channel")
	}
	var found []bridge.Connection
	for _, id := range ids {
		c, ok, err := s.Records.Connection(ctx, id)
		if err != nil {
			return nil, errors.Wrap(err, "read a connection of the channel")
		}
		if ok && c.Provider == providerID && len(c.In(channelID)) > 0 {
			found = append(found, c)
		}
	}
	return found, nil
}

// chosen returns the connections of the channel that the wish is about: the one that was chosen, those that the text fits, or all.
// Fault: NotFollowed.
func (s *Service) chosen(ctx context.Context, w wish) ([]bridge.Connection, error) {
	all, err := s.following(ctx, w.provider, w.place.Channel)
	if err != nil {
		return nil, err
	}
	found := all
	switch text := unquoted(w.text); {
	case w.connection != "":
		found = slices.DeleteFunc(all, func(c bridge.Connection) bool { return c.ID != w.connection })
	case text != "":
		found = s.named(ctx, w.provider, all, text)
	}
	if len(found) == 0 {
		return nil, s.notFollowed(w.provider)
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
		offers = append(offers, offer{label: chat.Verbatim(chat.Truncate(labelOf(c, found), 60)), deed: deed, wish: one})
	}
	return append(offers, orCancel(w))
}

// labelOf returns what tells the connection from the others: its name, with the host or a number where that is not enough.
func labelOf(c bridge.Connection, among []bridge.Connection) string {
	same := slices.DeleteFunc(slices.Clone(among), func(o bridge.Connection) bool { return !sameName(o.Name, c.Name) })
	if len(same) < 2 {
		return c.Name
	}
	if site, err := url.Parse(c.Site); err == nil && site.Host != "" {
		return c.Name + " (" + site.Host + ")"
	}
	at := slices.IndexFunc(same, func(o bridge.Connection) bool { return o.ID == c.ID })
	return c.Name + " (" + strconv.Itoa(at+1) + ")"
}

// named returns the connections that somebody means by the text: the address of the resource, the name, what only one name begins
// with, or what is in it.
func (s *Service) named(ctx context.Context, providerID string, all []bridge.Connection, text string) []bridge.Connection {
	if installer, ok := s.Registry.Get(providerID).(provider.Installer); ok {
		if sites, err := s.Sessions.Sites(ctx, providerID); err == nil {
			if at, err := installer.Locate(text, sites); err == nil && at.Path != "" {
				is := func(c bridge.Connection) bool {
					return c.Site == at.Site && strings.EqualFold(c.Resource.Path, at.Path)
				}
				if found := filtered(all, is); len(found) > 0 {
					return found
				}
			}
		}
	}
	wanted := strings.ToLower(text)
	for _, fits := range []func(name string) bool{
		func(name string) bool { return name == wanted },
		func(name string) bool { return strings.HasPrefix(name, wanted) },
		func(name string) bool { return strings.Contains(name, wanted) },
	} {
		is := func(c bridge.Connection) bool {
			return fits(strings.ToLower(labelOf(c, all))) || fits(strings.ToLower(c.Name))
		}
		if found := filtered(all, is); len(found) > 0 {
			return found
		}
	}
	return nil
}

func filtered(all []bridge.Connection, is func(bridge.Connection) bool) []bridge.Connection {
	return slices.DeleteFunc(slices.Clone(all), func(c bridge.Connection) bool { return !is(c) })
}

func sameName(a, b string) bool { return strings.EqualFold(a, b) }

func (s *Service) notFollowed(providerID string) error {
	return fault.New(fault.NotFollowed).With("Provider", s.name(providerID)).With("Command", s.word(providerID))
}

// attach has the channel follow the connection. If there is none, it is made as fresh says; one without an ID makes none. The list
// of the channel is written first: a connection that no list has could not be removed. The part is what of it the channel follows, zero
// for all. Faults: TooMany, NotFollowed.
func (s *Service) attach(ctx context.Context, w wish, id string, fresh bridge.Connection, part provider.Resource) (bridge.Connection, error) {
	elsewhere, err := s.rulesElsewhere(ctx, w.provider, w.place.Channel, id)
	if err != nil {
		return bridge.Connection{}, err
	}
	full, added := false, false
	err = s.Records.UpdateConnectionsOf(ctx, w.provider, w.place.Channel, func(ids *[]string) bool {
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
		ID: rand.Text(), ChannelID: w.place.Channel, Resource: part.ID, ResourceName: part.Name, CreatedBy: w.userID, CreatedAt: s.Now(),
	}
	c, err := s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if c.ID == "" {
			*c = fresh
			c.Subscriptions = nil
		}
		switch {
		case c.ID == "" || c.Provider != w.provider:
			return false, s.notFollowed(w.provider)
		case c.Follows(w.place.Channel, part):
			return false, nil
		case len(c.In(w.place.Channel)) >= maxConnections:
			return false, tooMany(maxConnections)
		case len(c.In(w.place.Channel)) == 0 && len(c.Channels()) >= maxChannels:
			return false, tooMany(maxChannels)
		}
		if err := s.roomForRule(w.provider, elsewhere+len(c.In(w.place.Channel))); err != nil {
			return false, err
		}
		c.Subscriptions = append(c.Subscriptions, subscription)
		return true, nil
	})
	if err != nil && added {
		s.unlist(context.WithoutCancel(ctx), w.provider, w.place.Channel, id)
	}
	return c, errors.Wrap(err, "have the channel follow the connection")
}

// detach ends that the channel follows the connection. The last one to leave takes the record along, which is reported.
func (s *Service) detach(ctx context.Context, id, providerID, channelID string) (left bridge.Connection, gone bool, err error) {
	var name string
	left, err = s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		name, gone = c.Name, false
		before := len(c.Subscriptions)
		c.Subscriptions = slices.DeleteFunc(c.Subscriptions, func(sub bridge.Subscription) bool { return sub.ChannelID == channelID })
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
	s.unlist(ctx, providerID, channelID, id)
	if gone {
		s.unlist(ctx, providerID, namesakes(providerID, name), id)
	}
	return left, gone, nil
}

// unlist takes the connection off a list. One that stays there is passed over whenever the list is read.
func (s *Service) unlist(ctx context.Context, providerID, list, id string) {
	err := s.Records.UpdateConnectionsOf(ctx, providerID, list, func(ids *[]string) bool {
		before := len(*ids)
		*ids = slices.DeleteFunc(*ids, func(listed string) bool { return listed == id })
		return len(*ids) != before
	})
	if err != nil {
		s.Log("A connection could not be taken off a list", "connection", id, "error", err.Error())
	}
}

func tooMany(most int) error { return fault.New(fault.TooMany).With("Limit", strconv.Itoa(most)) }

// who returns somebody's name in chat, in a form that calls nobody.
func (s *Service) who(ctx context.Context, userID string) string {
	person, err := s.People.Person(ctx, userID)
	if err != nil || person.Username == "" {
		return "?"
	}
	return chat.Escape("@" + person.Username)
}

// tell has everybody in the channel know what somebody did. In their own conversation with the bot they know it.
func (s *Service) tell(ctx context.Context, channelID string, text chat.Message) {
	channel, err := s.People.Channel(ctx, channelID)
	if err == nil && channel.Direct {
		return
	}
	if err == nil {
		err = s.People.Announce(ctx, chat.Place{Channel: channelID}, text)
	}
	if err != nil {
		s.Log("A channel could not be told what it is connected to", "channel_id", channelID, "error", err.Error())
	}
}

// ago says how long ago it was.
func ago(now, at time.Time) chat.Message {
	switch since := now.Sub(at); {
	case since < time.Minute:
		return chat.Say("bridge.ago.now")
	case since < time.Hour:
		return chat.Plural("bridge.ago.minutes", int(since/time.Minute))
	case since < 24*time.Hour:
		return chat.Plural("bridge.ago.hours", int(since/time.Hour))
	default:
		return chat.Plural("bridge.ago.days", int(since/(24*time.Hour)))
	}
}

// enumerated returns the messages on one line.
func enumerated(parts []chat.Message) chat.Message {
	if len(parts) == 0 {
		return chat.Say("bridge.nothing")
	}
	line := parts[0]
	for _, next := range parts[1:] {
		line = chat.Say("bridge.enumerated").WithMessage("Before", line).WithMessage("Next", next)
	}
	return line
}
