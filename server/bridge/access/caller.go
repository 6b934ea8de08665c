package access

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// ForAction returns the session for what the person does: with their own account where people have such, else with the credential of the
// connection. Faults: AccountNeeded, AccountRejected, HostUnknown, Unreadable.
func (s *Caller) ForAction(ctx context.Context, c bridge.Connection, person chat.PersonID) (provider.Session, error) {
	site, err := s.Site(ctx, c)
	_, authorizes := s.Registry.Get(c.Provider).(provider.Authorizer)
	switch {
	case !authorizes && !c.HasCredential:
		return provider.Session{}, fault.New(fault.AccountNeeded).With("Provider", s.Name(c.Provider)).With("Command", s.Word(c.Provider))
	case err != nil:
		return provider.Session{}, err
	case authorizes:
		return s.Sessions.ForUser(ctx, c.Provider, site, person)
	}
	keys, err := s.Keys.Open(ctx, c)
	if err != nil {
		return provider.Session{}, err
	}
	if keys.Credential == nil {
		return provider.Session{}, fault.New(fault.AccountNeeded).With("Provider", s.Name(c.Provider)).With("Command", s.Word(c.Provider))
	}
	return s.Sessions.With(ctx, c.Provider, site, *keys.Credential)
}

// As returns a session with the person's account, or as the connection acts for "".
func (s *Caller) As(ctx context.Context, c bridge.Connection, person chat.PersonID) (provider.Session, error) {
	if person == "" {
		return s.Background(ctx, c)
	}
	site, err := s.Site(ctx, c)
	if err != nil {
		return provider.Session{}, err
	}
	return s.Sessions.ForUser(ctx, c.Provider, site, person)
}

// Site returns the connection's site. Fault: HostUnknown where an admin has taken it away.
func (s *Caller) Site(ctx context.Context, c bridge.Connection) (provider.Site, error) {
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
		// The user who entered the credential named the address with it.
		return provider.Site{ID: c.Site, URL: c.Site, API: c.Site}, nil
	}
	return provider.Site{}, fault.New(fault.HostUnknown).With("Provider", s.Name(c.Provider)).With("Host", c.Site).With("Command", s.Word(c.Provider))
}

// Background returns a session for background work: with the connection's own credential, otherwise as the user who connected it. Faults: HostUnknown, AccountNeeded, AccountRejected, Unreadable.
func (s *Caller) Background(ctx context.Context, c bridge.Connection) (provider.Session, error) {
	site, err := s.Site(ctx, c)
	if err != nil {
		return provider.Session{}, err
	}
	if c.HasCredential {
		keys, err := s.Keys.Open(ctx, c)
		if err != nil {
			return provider.Session{}, err
		}
		if keys.Credential != nil {
			return s.Sessions.With(ctx, c.Provider, site, *keys.Credential)
		}
	}
	return s.Sessions.ForUser(ctx, c.Provider, site, c.ActsAs)
}
