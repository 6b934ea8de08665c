// Package connection makes, repairs and ends connections between channels and providers, and finds them again.
package connection

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Connections is what the directory reads.
type Connections interface {
	// Connection returns the connection with this ID; false means that there is none.
	Connection(ctx context.Context, id string) (bridge.Connection, bool, error)
	// Following returns the provider's connections that any of the channels follows, in the order in which the channels subscribed; those
	// of all providers for "". It is one statement.
	Following(ctx context.Context, providerID string, places ...chat.Place) ([]bridge.Connection, error)
}

// Sites knows where providers are installed.
type Sites interface {
	// Sites returns where the provider is installed; see bridge.Sessions.
	Sites(ctx context.Context, providerID string) ([]provider.Site, error)
}

// Directory finds the connections that channels follow.
type Directory struct {
	bridge.Providers
	Connections Connections
	Sessions    Sites
	Channels    bridge.Channels
	Permissions bridge.Permissions
	Rights      *access.Rights
	Log         *slog.Logger
}

// Following returns the provider's connections that any of the channels follows, those of all providers for "".
func (s *Directory) Following(ctx context.Context, providerID string, places ...chat.Place) ([]bridge.Connection, error) {
	found, err := s.Connections.Following(ctx, providerID, places...)
	return found, errors.Wrap(err, "list the connections of the channel")
}

// LabelOf returns what tells the connection from the others: its name, with the host or a number where that is not enough.
func LabelOf(c bridge.Connection, among []bridge.Connection) string {
	same := slices.DeleteFunc(slices.Clone(among), func(o bridge.Connection) bool { return !SameName(o.Name, c.Name) })
	if len(same) < 2 {
		return c.Name
	}
	if site, err := url.Parse(c.Site); err == nil && site.Host != "" {
		return c.Name + " (" + site.Host + ")"
	}
	at := slices.IndexFunc(same, func(o bridge.Connection) bool { return o.ID == c.ID })
	return c.Name + " (" + strconv.Itoa(at+1) + ")"
}

// Named returns the connections that a user means by the text: the address of the resource, the name, what only one name begins
// with, or what is in it.
func (s *Directory) Named(ctx context.Context, providerID string, all []bridge.Connection, text string) []bridge.Connection {
	if installer, ok := s.Registry.Get(providerID).(provider.Installer); ok {
		if sites, err := s.Sessions.Sites(ctx, providerID); err == nil {
			if at, err := installer.Locate(text, sites); err == nil && at.Path != "" {
				is := func(c bridge.Connection) bool {
					return c.Site == at.Site && strings.EqualFold(c.Resource.Path, at.Path)
				}
				if found := Filtered(all, is); len(found) > 0 {
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
			return fits(strings.ToLower(LabelOf(c, all))) || fits(strings.ToLower(c.Name))
		}
		if found := Filtered(all, is); len(found) > 0 {
			return found
		}
	}
	return nil
}

// Filtered returns those for which is reports true.
func Filtered(all []bridge.Connection, is func(bridge.Connection) bool) []bridge.Connection {
	return slices.DeleteFunc(slices.Clone(all), func(c bridge.Connection) bool { return !is(c) })
}

// SameName reports whether people would take the names for one: case does not matter.
func SameName(a, b string) bool { return strings.EqualFold(a, b) }

// Changeable returns the connection of the intent, if its user may change at this moment what its channel is connected to, and the
// channel still follows it. Faults: NoPost, ConnectForbidden, ConnectAdminOnly, ProviderOff, ConnectionGone.
func (s *Directory) Changeable(ctx context.Context, what conversation.Intent) (bridge.Connection, error) {
	if err := s.Rights.MayConnect(ctx, what.Actor, what.Place); err != nil {
		return bridge.Connection{}, err
	}
	c, ok, err := s.Connections.Connection(ctx, what.Connection)
	if err != nil {
		return bridge.Connection{}, errors.Wrapf(err, "read connection %s", what.Connection)
	}
	if s.Enabled(what.Provider) == nil {
		return bridge.Connection{}, s.ProviderOff(what.Provider)
	}
	if !ok || c.Provider != what.Provider || len(c.In(what.Place)) == 0 {
		return bridge.Connection{}, s.ConnectionGone(what.Provider)
	}
	return c, nil
}

// ChannelsOf names the channels that follow the connection, but for one, as NamedChannels does.
func (s *Directory) ChannelsOf(ctx context.Context, actor chat.Actor, c bridge.Connection, except chat.Place) chat.Message {
	names, others := s.NamedChannels(ctx, actor, c, except)
	if others > 0 {
		names = append(names, chat.Plural("bridge.others", others))
	}
	return bridge.Enumerated(names)
}

// NamedChannels returns the names of channels that follow the connection, but for one, and how many others do: those that the person cannot
// post in, and those after the first ten, since each costs calls.
func (s *Directory) NamedChannels(ctx context.Context, actor chat.Actor, c bridge.Connection, except chat.Place) (names []chat.Message, others int) {
	const mostNamed, mostLooked = 5, 10
	for i, id := range c.Channels() {
		if id.SameChannel(except) {
			continue
		}
		if len(names) == mostNamed || i >= mostLooked || !s.Permissions.MayPost(ctx, actor, id) {
			others++
			continue
		}
		channel, err := s.Channels.Channel(ctx, id)
		switch {
		case err != nil:
			others++
		case channel.Direct:
			names = append(names, chat.Say("bridge.direct"))
		default:
			names = append(names, chat.Verbatim("~"+channel.Name))
		}
	}
	return names, others
}
