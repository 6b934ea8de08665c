package session

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// oauthSite is a site at which users authorize this server. It lives as long as the process, so that concurrent requests for a token
// share its renewal; the registration may change at any time.
type oauthSite struct {
	app    atomic.Pointer[oauth.App]
	tokens *oauth.Tokens
	flow   *oauth.Flow
}

// Registrations are the sites at which admins have registered this server, so that users can authorize there.
type Registrations struct {
	*SiteList

	mu sync.Mutex
	// oauthSites are those used so far, by provider and site.
	oauthSites map[string]*oauthSite
}

// oauthSite returns the site's oauthSite, with the given registration. Fault: SetupNeeded.
func (s *Registrations) oauthSite(ctx context.Context, providerID string, r StoredSite) (*oauthSite, error) {
	if !r.OAuth {
		return nil, s.fault(providerID, errors.New("no client is set for the site"), fault.SetupNeeded)
	}
	secret, err := s.Vault.Open(ctx, clientSeal(providerID, r), []byte(r.Sealed))
	if fault.Is(err, fault.Unreadable) {
		return nil, s.fault(providerID, err, fault.SetupNeeded)
	}
	if err != nil {
		return nil, errors.Wrap(err, "open a client secret")
	}
	app := &oauth.App{
		Name: providerID, Site: r.key(), Vendor: s.Registry.Describe(providerID).Name, ClientID: r.ClientID, ClientSecret: string(secret),
		RedirectURL: s.RedirectURL(providerID),
	}
	if authorizer, ok := s.Registry.Get(providerID).(provider.Authorizer); ok {
		e := authorizer.Endpoints(r.Site)
		app.AuthURL, app.TokenURL, app.RevokeURL, app.Scopes, app.InBody = e.AuthURL, e.TokenURL, e.RevokeURL, e.Scopes, e.CredentialsInBody
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.oauthSites[providerID+"."+r.key()]
	if in == nil {
		in = &oauthSite{}
		current := func() oauth.App { return *in.app.Load() }
		in.tokens = oauth.NewTokens(s.oauth(current))
		in.flow = oauth.NewFlow(s.oauth(current))
		s.oauthSites[providerID+"."+r.key()] = in
	}
	in.app.Store(app)
	return in, nil
}

// links reads the tickets and states of all the provider's sites.
func (s *Registrations) links(providerID string) *oauth.Flow {
	return oauth.NewFlow(s.oauth(func() oauth.App { return oauth.App{Name: providerID} }))
}

// registration returns the site with this key and its oauthSite. Fault: SetupNeeded if this server isn't registered there (any more).
func (s *Registrations) registration(ctx context.Context, providerID, key string) (StoredSite, *oauthSite, error) {
	all, err := s.registrations(ctx, providerID)
	if err != nil {
		return StoredSite{}, nil, err
	}
	for _, r := range all {
		if r.key() == key {
			in, err := s.oauthSite(ctx, providerID, r)
			return r, in, err
		}
	}
	return StoredSite{}, nil, s.fault(providerID, errors.New("no admin has added the site"), fault.SetupNeeded)
}

// RedirectURL is the address that an admin registers at the provider, to which the provider sends users back.
func (s *Registrations) RedirectURL(providerID string) string {
	return s.PluginURL("/oauth2/" + providerID + "/complete")
}

// oauth returns the dependencies for the app's authorizations.
func (s *Registrations) oauth(app func() oauth.App) oauth.Dependencies {
	return oauth.Dependencies{
		Grants: s.Records.Grants, SignIns: s.Records.SignIns, Vault: s.Vault, App: app, Client: s.Trusted, Now: s.Now, Log: s.Log,
	}
}
