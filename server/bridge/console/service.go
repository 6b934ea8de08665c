// Package console is how people use the bridge: commands, words in direct messages, windows of the webapp, pages and the sidebar, with the
// buttons and forms that they lead to.
package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// New returns a bridge that works with these.
func New(d Dependencies) *Service {
	s := &Service{Dependencies: d, journal: newJournal(), intake: newIntake(), tasks: map[string]TaskHandler{}, owner: rand.Text()}
	s.Register(dutyKey, s.postDuty)
	s.Register(repairKey, s.lookAfter)
	s.Register(reconcileKey, s.reconcile)
	return s
}

// word returns the provider's command as people type it ("/jenkins").
func (s *Service) word(providerID string) string { return "/" + s.Settings().Enabled[providerID] }

// name returns what the provider's tool calls itself.
func (s *Service) name(providerID string) string { return s.Registry.Describe(providerID).Name }

// keysSeal names the seal of a connection's keys, so that those of one open for no other.
func keysSeal(connectionID string) string { return "bridge/keys/" + connectionID }

// sealKeys returns the keys as a connection holds them.
func (s *Service) sealKeys(ctx context.Context, connectionID string, k bridge.Keys) (string, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return "", errors.Wrap(err, "encode keys")
	}
	sealed, err := s.Seals.Seal(ctx, keysSeal(connectionID), plain)
	return string(sealed), errors.Wrapf(err, "seal the keys of connection %s", connectionID)
}

// Reseal seals the keys of a connection with the key in use, and reports whether they were not.
func (s *Service) Reseal(ctx context.Context, connectionID string) (changed bool, err error) {
	_, err = s.Records.UpdateConnection(ctx, connectionID, func(c *bridge.Connection) (bool, error) {
		if changed = false; c.ID == "" || c.Sealed == "" {
			return false, nil
		}
		fresh, anew, err := s.Seals.Reseal(ctx, keysSeal(c.ID), []byte(c.Sealed))
		if err != nil {
			return false, errors.Wrap(err, "seal keys anew")
		}
		c.Sealed, changed = string(fresh), anew
		return anew, nil
	})
	return changed, errors.Wrapf(err, "seal the keys of connection %s anew", connectionID)
}

// openKeys returns the keys of the connection. Fault: Unreadable.
func (s *Service) openKeys(ctx context.Context, c bridge.Connection) (bridge.Keys, error) {
	plain, err := s.Seals.Open(ctx, keysSeal(c.ID), []byte(c.Sealed))
	if fault.Is(err, fault.Unreadable) {
		err = fault.Wrap(err, fault.Unreadable).With("Provider", s.name(c.Provider)).With("Command", s.word(c.Provider))
	}
	if err != nil {
		return bridge.Keys{}, errors.Wrapf(err, "open the keys of connection %s", c.ID)
	}
	var k bridge.Keys
	return k, errors.Wrap(json.Unmarshal(plain, &k), "read keys")
}

// installerOf returns the provider that has set the connection's webhook up; none for one that people set up by hand.
func (s *Service) installerOf(c bridge.Connection) (provider.Installer, bool) {
	installer, ok := s.Registry.Get(c.Provider).(provider.Installer)
	return installer, ok && c.Resource.ID != ""
}

// site returns the connection's site. Fault: HostUnknown where an admin has taken it away.
func (s *Service) site(ctx context.Context, c bridge.Connection) (provider.Site, error) {
	sites, err := s.Sessions.Sites(ctx, c.Provider)
	if err != nil {
		return provider.Site{}, errors.Wrap(err, "list the sites")
	}
	for _, site := range sites {
		if site.URL == c.Site {
			return site, nil
		}
	}
	if c.HasCredential {
		// Who entered the credential named the address with it.
		return provider.Site{ID: c.Site, URL: c.Site, API: c.Site}, nil
	}
	return provider.Site{}, fault.New(fault.HostUnknown).With("Provider", s.name(c.Provider)).With("Host", c.Site).With("Command", s.word(c.Provider))
}

// background returns a session for what nobody asked for this moment: with the connection's own credential, else as who connected
// it. Faults: HostUnknown, AccountNeeded, AccountRejected, Unreadable.
func (s *Service) background(ctx context.Context, c bridge.Connection) (provider.Session, error) {
	site, err := s.site(ctx, c)
	if err != nil {
		return provider.Session{}, err
	}
	if c.HasCredential {
		keys, err := s.openKeys(ctx, c)
		if err != nil {
			return provider.Session{}, err
		}
		if keys.Credential != nil {
			return s.Sessions.With(ctx, c.Provider, site, *keys.Credential)
		}
	}
	return s.Sessions.ForUser(ctx, c.Provider, site, c.ActsAs)
}

// mayConnect checks, at this moment, that the person may change what the channel is connected to. In their own conversation with the bot,
// where there are no channel admins, that policy lets who administers any channel. Faults: NoPost, GuestForbidden, ConnectForbidden.
func (s *Service) mayConnect(ctx context.Context, userID, channelID string) error {
	if !s.People.CanPost(ctx, userID, channelID) {
		return fault.New(fault.NoPost)
	}
	who, err := s.People.Person(ctx, userID)
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
		return fault.New(fault.ConnectForbidden).With("Who", "system admins")
	}
	administers, err := s.administers(ctx, userID, channelID)
	if err == nil && !administers {
		err = fault.New(fault.ConnectForbidden).With("Who", "channel admins")
	}
	return err
}

// administers reports whether the person is an admin of the channel or, for their own conversation with the bot, of any channel.
func (s *Service) administers(ctx context.Context, userID, channelID string) (bool, error) {
	channel, err := s.People.Channel(ctx, channelID)
	if err != nil {
		return false, errors.Wrap(err, "look up the channel")
	}
	if !channel.Direct {
		return s.People.Administers(ctx, userID, channelID), nil
	}
	all, err := s.People.ChannelsOf(ctx, userID)
	if err != nil {
		return false, errors.Wrap(err, "list the channels of who connects")
	}
	return slices.ContainsFunc(all, func(id string) bool { return s.People.Administers(ctx, userID, id) }), nil
}

// whisper answers somebody in the place, and logs where that fails: there is nothing else to be done.
func (s *Service) whisper(ctx context.Context, at chat.Place, userID string, note chat.Note) {
	if err := s.People.Whisper(ctx, at, userID, note); err != nil {
		s.Log("A person could not be answered", "user_id", userID, "channel_id", at.Channel, "error", err.Error())
	}
}

// answer replaces the note with the button that was pressed by what came of it.
func (s *Service) answer(ctx context.Context, c chat.Click, text chat.Message) {
	if err := s.People.Rewhisper(ctx, c.Place, c.UserID, c.PostID, chat.Note{Text: text}); err != nil {
		s.Log("A note could not be brought up to date", "user_id", c.UserID, "post_id", c.PostID, "error", err.Error())
	}
}

// Dependencies are what the service works with.
type Dependencies struct {
	Registry *provider.Registry
	Settings func() bridge.Settings
	Surface  bridge.Surface
	People   bridge.People
	Records  bridge.Records
	Inbox    bridge.Inbox
	Seals    bridge.Seals
	Sessions bridge.Sessions
	Meetings bridge.Meetings
	Audit    bridge.Audit
	Now      func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log func(msg string, pairs ...any)
}

// Service is the bridge. It is safe for use by several goroutines; what it remembers is only a journal not yet written.
type Service struct {
	Dependencies
	journal *journal
	intake  *intake
	tasks   map[string]TaskHandler
	// owner tells this server from others in leases.
	owner string
	// windowed says that what people are asked goes to a window, which has room for more than a dialog.
	windowed bool
}
