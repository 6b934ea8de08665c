package bridge

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// What follows is made by the parts that connect and deliver, and goes with them.

const (
	wishKind    = "wish"
	deedConnect = "connect"
	maxPattern  = 1000
	maxBraces   = 4
	maxButtons  = 15
)

type wish struct {
	userID, provider string
	place            chat.Place
}

func (i intent) wish() wish { return wish{userID: i.UserID, place: i.Place, provider: i.Provider} }

func (s *Service) canKeep(ctx context.Context, w wish) error {
	if missing := s.Settings().Missing; missing != "" {
		return fault.New(fault.NotConfigured).With("Setting", missing)
	}
	return s.mayConnect(ctx, w.userID, w.place.ChannelID)
}

func (s *Service) enabled(providerID string) provider.Provider {
	if _, on := s.Settings().Enabled[providerID]; !on {
		return nil
	}
	return s.Registry.Get(providerID)
}

func (s *Service) applySoon(ctx context.Context, c Connection, events []provider.Event) error {
	p := s.Registry.Get(c.Provider)
	for _, e := range events {
		sub, err := s.Records.UpdateSubject(ctx, c.ID, e.Subject, func(sub *Subject) (bool, error) {
			change, err := p.Fold(sub.State, nil, e)
			sub.State = change.State
			return true, err
		})
		if err != nil {
			return err
		}
		for _, at := range sub.Shown {
			card, err := p.Card(sub.State)
			if err != nil {
				return err
			}
			if err := s.Surface.Update(ctx, at.PostID, chat.Posting{Card: s.withMeeting(card)}); err != nil {
				return err
			}
		}
	}
	return s.apply(ctx, c, events)
}

func (s *Service) hookOf(ctx context.Context, c Connection) (provider.Hook, error) {
	keys, err := s.openKeys(ctx, c)
	if err != nil {
		return provider.Hook{}, err
	}
	valid := keys.Valid(s.Now())
	if len(valid) == 0 {
		return provider.Hook{}, fault.New(fault.Unreadable)
	}
	return provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: valid[0]}, nil
}

func (s *Service) notFollowed(providerID string) error {
	return fault.New(fault.NotFollowed).With("Provider", s.name(providerID)).With("Command", s.word(providerID))
}

func (s *Service) who(ctx context.Context, userID string) string {
	person, err := s.People.Person(ctx, userID)
	if err != nil || person.Username == "" {
		return "?"
	}
	return chat.Escape("@" + person.Username)
}

func (s *Service) tell(ctx context.Context, w wish, text i18n.Message) {
	channel, err := s.People.Channel(ctx, w.place.ChannelID)
	if err == nil && channel.Direct {
		return
	}
	if err == nil {
		err = s.People.Announce(ctx, chat.Place{ChannelID: w.place.ChannelID}, text)
	}
	if err != nil {
		s.Log("A channel could not be told what it is connected to", "channel_id", w.place.ChannelID, "error", err.Error())
	}
}

func (c Connection) shown() string { return chat.Link(chat.Truncate(c.Name, 100), c.Resource.URL) }

func enumerated(parts []i18n.Message) i18n.Message {
	if len(parts) == 0 {
		return i18n.M("bridge.nothing")
	}
	line := parts[0]
	for _, next := range parts[1:] {
		line = i18n.M("bridge.enumerated").WithMessage("Before", line).WithMessage("Next", next)
	}
	return line
}

func (s *Service) following(ctx context.Context, providerID, channelID string) ([]Connection, error) {
	ids, err := s.Records.ConnectionsOf(ctx, providerID, channelID)
	if err != nil {
		return nil, errors.Wrap(err, "list the connections of the channel")
	}
	var found []Connection
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

func (s *Service) named(ctx context.Context, providerID string, all []Connection, text string) []Connection {
	if installer, ok := s.Registry.Get(providerID).(provider.Installer); ok {
		if sites, err := s.Sessions.Sites(ctx, providerID); err == nil {
			if at, err := installer.Locate(text, sites); err == nil && at.Path != "" {
				is := func(c Connection) bool { return c.Site != at.Site || !strings.EqualFold(c.Resource.Path, at.Path) }
				if found := slices.DeleteFunc(slices.Clone(all), is); len(found) > 0 {
					return found
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c Connection) bool { return !strings.EqualFold(c.Name, text) })
}

func unquoted(typed string) string { return strings.Trim(strings.TrimSpace(typed), "\"“”") }

func split(patterns string) []string {
	var parts []string
	begin, depth := 0, 0
	add := func(part string) {
		if part = strings.TrimSpace(part); part != "" && part != "!" {
			parts = append(parts, part)
		}
	}
	for i, c := range patterns {
		switch {
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == ',' && depth == 0:
			add(patterns[begin:i])
			begin = i + 1
		}
	}
	add(patterns[begin:])
	return parts
}

func (s *Service) writeTo(ctx context.Context, userID string, text i18n.Message) {
	if err := s.People.DirectMessage(ctx, userID, text); err != nil {
		s.Log("A person could not be written to", "user_id", userID, "error", err.Error())
	}
}
