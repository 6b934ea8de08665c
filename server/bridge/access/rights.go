package access

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// MayChange checks, at this moment, that the person may change what all channels that follow the connection share. Fault: SharedElsewhere.
func (s *Rights) MayChange(ctx context.Context, actor chat.Actor, c bridge.Connection) error {
	who, err := s.People.Person(ctx, actor.Person)
	if err != nil {
		return errors.Wrap(err, "look up who changes a connection")
	}
	if who.Admin {
		return nil
	}
	for _, place := range c.Channels() {
		switch err := s.MayConnect(ctx, on(place, actor, c), place); {
		case fault.Is(err, fault.NoPost, fault.ConnectForbidden, fault.ConnectAdminOnly, fault.GuestForbidden):
			return s.SharedElsewhere(c)
		case err != nil:
			return err
		}
	}
	return nil
}

// SharedElsewhere says that others follow the connection, and how to get one of one's own where there can be such.
func (s *Rights) SharedElsewhere(c bridge.Connection) error {
	refusal := fault.New(fault.SharedElsewhere).With("Name", c.Name).With("Command", s.Word(c.Provider))
	if _, installs := s.InstallerOf(c); !installs {
		refusal = refusal.With("Own", "yes")
	}
	return refusal
}

// CanKeep checks that secrets can be kept, and that the person may change what the channel is connected to.
func (s *Rights) CanKeep(ctx context.Context, actor chat.Actor, place chat.Place) error {
	if missing := s.Settings().Missing; missing != "" {
		return fault.New(fault.NotConfigured).With("Setting", missing)
	}
	return s.MayConnect(ctx, actor, place)
}

// Manages reports whether the person may, at this moment, change one of the channels that follow the connection.
func (s *Rights) Manages(ctx context.Context, actor chat.Actor, c bridge.Connection) bool {
	return slices.ContainsFunc(c.Channels(), func(place chat.Place) bool { return s.MayConnect(ctx, on(place, actor, c), place) == nil })
}

// on returns the actor as they are known on the place's surface: rights in a channel are those of its surface, and one person can act on
// several. On Mattermost that is the person; elsewhere it is who subscribed a channel to the connection as the same person.
func on(place chat.Place, actor chat.Actor, c bridge.Connection) chat.Actor {
	switch {
	case actor.Surface == place.Surface, actor.Person == "":
		return actor
	case place.Surface == chat.Mattermost:
		return actor.Person.Actor()
	}
	for _, sub := range c.In(place) {
		if sub.CreatedBy.Surface == place.Surface && sub.CreatedBy.Person == actor.Person {
			return sub.CreatedBy
		}
	}
	return actor
}

// MayConnect checks, at this moment, that the person may change what the channel is connected to. In their own conversation with the bot,
// where there are no channel admins, that policy lets who administers any channel. Faults: NoPost, GuestForbidden, ConnectForbidden,
// ConnectAdminOnly.
func (s *Rights) MayConnect(ctx context.Context, actor chat.Actor, place chat.Place) error {
	if !s.Permissions.MayPost(ctx, actor, place) {
		return fault.New(fault.NoPost)
	}
	who, err := s.People.Person(ctx, actor.Person)
	if err != nil {
		return errors.Wrap(err, "look up who connects")
	}
	if who.Guest {
		return fault.New(fault.GuestForbidden)
	}
	policy := s.Settings().Policy
	switch {
	case who.Admin || policy != bridge.ChannelAdmins && policy != bridge.SystemAdmins:
		return nil
	case policy == bridge.SystemAdmins:
		return fault.New(fault.ConnectAdminOnly)
	}
	administers, err := s.administers(ctx, actor, place)
	if err == nil && !administers {
		err = fault.New(fault.ConnectForbidden)
	}
	return err
}

// administers reports whether the person is an admin of the channel or, for their own conversation with the bot, of any channel.
func (s *Rights) administers(ctx context.Context, actor chat.Actor, place chat.Place) (bool, error) {
	channel, err := s.People.Channel(ctx, place)
	if err != nil {
		return false, errors.Wrap(err, "look up the channel")
	}
	if !channel.Direct {
		return s.Permissions.MayAdminister(ctx, actor, place), nil
	}
	all, err := s.People.ChannelsOf(ctx, actor)
	if err != nil {
		return false, errors.Wrap(err, "list the channels of who connects")
	}
	return slices.ContainsFunc(all, func(place chat.Place) bool { return s.Permissions.MayAdminister(ctx, actor, place) }), nil
}
