package session

import (
	"context"
	"net/url"
	"sync/atomic"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// oauthSite is a site at which people authorize this server. It lives as long as the process, so that those who need a token at once
// share its renewal; what the server is registered as may change at any time.
type oauthSite struct {
	app    atomic.Pointer[oauth.App]
	tokens *oauth.Tokens
	flow   *oauth.Flow
}

// oauthSite returns the one of the site, with its registration as it was just read. Fault: SetupNeeded.
func (s *Sessions) oauthSite(ctx context.Context, providerID string, r registered) (*oauthSite, error) {
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
		Name: providerID, Vendor: s.Registry.Describe(providerID).Name, ClientID: r.ClientID, ClientSecret: string(secret),
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

// links reads the tickets and states of all of the provider's sites.
func (s *Sessions) links(providerID string) *oauth.Flow {
	return oauth.NewFlow(s.oauth(func() oauth.App { return oauth.App{Name: providerID} }))
}

// registration returns the site with this key and its oauthSite. Fault: SetupNeeded where no admin has registered this server there (any more).
func (s *Sessions) registration(ctx context.Context, providerID, key string) (registered, *oauthSite, error) {
	all, err := s.registrations(ctx, providerID)
	if err != nil {
		return registered{}, nil, err
	}
	for _, r := range all {
		if r.key() == key {
			in, err := s.oauthSite(ctx, providerID, r)
			return r, in, err
		}
	}
	return registered{}, nil, s.fault(providerID, errors.New("no admin has added the site"), fault.SetupNeeded)
}

// RedirectURL is the address that an admin registers at the provider, for people to come back to from there.
func (s *Sessions) RedirectURL(providerID string) string {
	return s.PluginURL("/oauth2/" + providerID + "/complete")
}

// ConnectURL returns a link with which the person, and no one else, authorizes at the site within the hour; next (at most 1500
// bytes) is given back by Complete. Faults: SetupNeeded, InvalidInput.
func (s *Sessions) ConnectURL(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, next string) (string, error) {
	if len(next) > maxNext {
		return "", fault.New(fault.InvalidInput)
	}
	address, _ := parseAddress(site.URL)
	r, in, err := s.registration(ctx, providerID, registered{Site: provider.Site{URL: address}}.key())
	if err != nil {
		return "", err
	}
	ticket, err := in.flow.Ticket(ctx, person, r.key(), next)
	if err != nil {
		return "", s.explain(providerID, errors.Wrap(err, "make an authorization ticket"))
	}
	return s.PluginURL("/oauth2/"+providerID+"/connect") + "?t=" + url.QueryEscape(ticket), nil
}

// maxNext bounds what is carried through the provider and back in an address.
const maxNext = 1500

// Begin returns the page of the provider on which the bearer of the ticket authorizes. It changes nothing, so a GET may lead to it.
// Faults: LinkExpired, SetupNeeded.
func (s *Sessions) Begin(ctx context.Context, providerID string, person chat.PersonID, ticket string) (string, error) {
	key, err := s.links(providerID).Holds(ctx, person, ticket)
	if err != nil {
		return "", s.explain(providerID, err)
	}
	_, in, err := s.registration(ctx, providerID, key)
	if err != nil {
		return "", err
	}
	page, err := in.flow.AuthURL(ctx, person, ticket)
	return page, s.explain(providerID, err)
}

// Declined returns what was to happen after an authorization that the person refused at the provider. Fault: LinkExpired.
func (s *Sessions) Declined(ctx context.Context, providerID string, person chat.PersonID, state string) (next string, err error) {
	_, next, err = s.links(providerID).Peek(ctx, person, state)
	return next, s.explain(providerID, err)
}

// Complete finishes an authorization with what the provider sent back, and keeps it as the person's account at the site. It returns
// what ConnectURL was given. Faults: LinkExpired, SetupNeeded, WrongRegion, and those of calls to the provider.
func (s *Sessions) Complete(ctx context.Context, providerID string, person chat.PersonID, code, state string) (account provider.Account, next string, err error) {
	done, account, err := s.authorized(ctx, providerID, person, code, state)
	if err != nil {
		return provider.Account{}, "", err
	}
	return account, done.Next, s.keep(ctx, providerID, person, done, account)
}

// authorized exchanges what the provider sent back and asks the provider whose account that is.
func (s *Sessions) authorized(ctx context.Context, providerID string, person chat.PersonID, code, state string) (oauth.Completed, provider.Account, error) {
	key, _, err := s.links(providerID).Peek(ctx, person, state)
	if err != nil {
		return oauth.Completed{}, provider.Account{}, s.explain(providerID, err)
	}
	r, in, err := s.registration(ctx, providerID, key)
	if err != nil {
		return oauth.Completed{}, provider.Account{}, err
	}
	done, err := in.flow.Complete(ctx, person, code, state)
	if err != nil {
		return oauth.Completed{}, provider.Account{}, s.explain(providerID, err)
	}
	if err := s.rightRegion(ctx, providerID, r.Site, done.Token.ID); err != nil {
		return oauth.Completed{}, provider.Account{}, err
	}
	account, err := s.whose(ctx, providerID, s.session(providerID, r.Site, true, always("Bearer "+done.Token.Access), provider.Account{}))
	return done, account, err
}

// rightRegion checks that the account is in the region of the site, as far as the ID token tells. Fault: WrongRegion.
func (s *Sessions) rightRegion(ctx context.Context, providerID string, site provider.Site, idToken string) error {
	regional, ok := s.Registry.Get(providerID).(provider.RegionalAccounts)
	if !ok || idToken == "" {
		return nil
	}
	sites, err := s.Sites(ctx, providerID)
	if err != nil {
		return errors.Wrap(err, "list the sites")
	}
	home, err := regional.SiteOfAccount(idToken, sites)
	if err != nil || home.Kind == site.Kind {
		return nil //nolint:nilerr // the first call tells
	}
	return s.fault(providerID, errors.New("the account is in another region"), fault.WrongRegion).With("Site", site.URL).With("Home", home.URL)
}

// keep stores the grant in place of any other account of the person's at the site. Fault: SetupNeeded where that is no longer set up.
func (s *Sessions) keep(ctx context.Context, providerID string, person chat.PersonID, done oauth.Completed, account provider.Account) error {
	r, in, err := s.registration(ctx, providerID, done.App)
	if err != nil {
		return err
	}
	grant := in.tokens.Of(grantName(r, person))
	earlier, err := grant.Identity(ctx)
	if err == nil && earlier.UserID != account.ID {
		// No one would ever use that one again, or end it.
		if err := grant.Drop(ctx, in.app.Load().RevokeURL != ""); err != nil {
			return errors.Wrap(err, "drop the earlier grant")
		}
	}
	identity := identityOf(account)
	identity.AuthorizedBy, identity.AuthorizedAt = person, s.Now()
	if err := grant.Save(ctx, done.Token, identity); err != nil {
		return errors.Wrap(err, "store the grant")
	}
	return errors.Wrap(s.KV.Delete(tokenKey(providerID, r, person)), "forget a personal token")
}

// oauth returns what the authorizations of the app work with.
func (s *Sessions) oauth(app func() oauth.App) oauth.Dependencies {
	return oauth.Dependencies{KV: s.KV, Vault: s.Vault, App: app, Client: s.Trusted, Now: s.Now, Log: s.Log}
}
