package session

import (
	"context"
	"net/url"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// SignIns lets users authorize at the sites of providers.
type SignIns struct {
	*Registrations
	accounts *Accounts
}

// ConnectURL returns a link with which only this person authorizes at the site, valid for an hour. Complete returns next (at most 1500
// bytes) afterwards. Faults: SetupNeeded, InvalidInput.
func (s *SignIns) ConnectURL(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, next string) (string, error) {
	if len(next) > maxNext {
		return "", fault.New(fault.InvalidInput)
	}
	address, _ := parseAddress(site.URL)
	r, in, err := s.registration(ctx, providerID, StoredSite{Site: provider.Site{URL: address}}.key())
	if err != nil {
		return "", err
	}
	ticket, err := in.flow.Ticket(ctx, person, r.key(), next)
	if err != nil {
		return "", s.explain(providerID, errors.Wrap(err, "make an authorization ticket"))
	}
	return s.PluginURL("/oauth2/"+providerID+"/connect") + "?t=" + url.QueryEscape(ticket), nil
}

// maxNext limits what is carried to the provider and back in a URL, in bytes.
const maxNext = 1500

// Begin returns the provider's page on which the holder of the ticket authorizes. It changes nothing, so it is safe for a GET. Faults:
// LinkExpired, SetupNeeded.
func (s *SignIns) Begin(ctx context.Context, providerID string, person chat.PersonID, ticket string) (string, error) {
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

// Declined returns what was to follow an authorization that the user declined at the provider. Fault: LinkExpired.
func (s *SignIns) Declined(ctx context.Context, providerID string, person chat.PersonID, state string) (next string, err error) {
	_, next, err = s.links(providerID).Peek(ctx, person, state)
	return next, s.explain(providerID, err)
}

// Complete finishes an authorization with the code and state that the provider sent back, and stores it as the person's account at the
// site. It returns the value that ConnectURL was given. Faults: LinkExpired, SetupNeeded, WrongRegion, and those of calls to the
// provider.
func (s *SignIns) Complete(ctx context.Context, providerID string, person chat.PersonID, code, state string) (account provider.Account, next string, err error) {
	done, account, err := s.authorized(ctx, providerID, person, code, state)
	if err != nil {
		return provider.Account{}, "", err
	}
	return account, done.Next, s.keep(ctx, providerID, person, done, account)
}

// authorized exchanges the code and asks the provider for the account.
func (s *SignIns) authorized(ctx context.Context, providerID string, person chat.PersonID, code, state string) (oauth.Completed, provider.Account, error) {
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
	account, err := s.accounts.whose(ctx, providerID, s.accounts.session(providerID, r.Site, true, always("Bearer "+done.Token.Access), provider.Account{}))
	return done, account, err
}

// rightRegion checks that the account is in the site's region, as far as the ID token says. Fault: WrongRegion.
func (s *SignIns) rightRegion(ctx context.Context, providerID string, site provider.Site, idToken string) error {
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

// keep stores the grant, replacing any other account of the person at the site. Fault: SetupNeeded if the site is no longer set up.
func (s *SignIns) keep(ctx context.Context, providerID string, person chat.PersonID, done oauth.Completed, account provider.Account) error {
	r, in, err := s.registration(ctx, providerID, done.App)
	if err != nil {
		return err
	}
	grant := in.tokens.Of(string(person))
	earlier, err := grant.Identity(ctx)
	if err == nil && earlier.UserID != account.ID {
		// That one would stay valid unused.
		if err := grant.Drop(ctx, in.app.Load().RevokeURL != ""); err != nil {
			return errors.Wrap(err, "drop the earlier grant")
		}
	}
	identity := identityOf(account)
	identity.AuthorizedBy, identity.AuthorizedAt = person, s.Now()
	if err := grant.Save(ctx, done.Token, identity); err != nil {
		return errors.Wrap(err, "store the grant")
	}
	return errors.Wrap(s.Records.Grants.DeleteGrant(ctx, tokenKey(providerID, r, person)), "forget a personal token")
}
