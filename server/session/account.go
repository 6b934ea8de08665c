package session

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
)

// personal is a token that a user entered, and its account.
type personal struct {
	Credential provider.Credential `json:"credential"`
	Account    provider.Account    `json:"account"`
}

// Accounts makes sessions that act as a person's own account, or with a connection's credential.
type Accounts struct {
	*Registrations
	trusted, guarded http.RoundTripper
}

// ForUser returns a session that acts as the person's own account at the site. Faults: AccountNeeded, AccountRejected, SetupNeeded,
// HostUnknown for an address that can't be a site's.
func (s *Accounts) ForUser(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) (provider.Session, error) {
	r, listed, err := s.at(ctx, providerID, site)
	if err != nil {
		return provider.Session{}, err
	}
	if person == "" {
		return provider.Session{}, s.fault(providerID, nil, fault.AccountNeeded)
	}
	if r.OAuth {
		in, err := s.oauthSite(ctx, providerID, r)
		if err != nil {
			return provider.Session{}, err
		}
		grant := in.tokens.Of(string(person))
		identity, err := grant.Identity(ctx)
		if err == nil {
			return s.session(providerID, r.Site, listed, s.renewing(providerID, grant), accountOf(identity)), nil
		}
		if !fault.Is(err, fault.NotConnected) {
			return provider.Session{}, s.explain(providerID, err)
		}
	}
	p, err := s.personal(ctx, providerID, r, person)
	if err != nil {
		return provider.Session{}, err
	}
	show, err := showingCredential(p.Credential)
	return s.session(providerID, r.Site, listed, show, p.Account), err
}

// With returns a session that sends the credential to the site. Faults: InvalidInput for an invalid credential, HostUnknown for an
// address that can't be a site's.
func (s *Accounts) With(ctx context.Context, providerID string, site provider.Site, c provider.Credential) (provider.Session, error) {
	r, listed, err := s.at(ctx, providerID, site)
	if err != nil {
		return provider.Session{}, err
	}
	show, err := showingCredential(c)
	if err != nil {
		return provider.Session{}, err
	}
	session := s.session(providerID, r.Site, listed, show, provider.Account{})
	session.Scope = c.Scope
	return session, nil
}

// SaveToken stores a personal token as the person's account, replacing any other, after a call has shown whose it is. Faults: those of
// With and of the call.
func (s *Accounts) SaveToken(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, c provider.Credential) (provider.Account, error) {
	session, err := s.With(ctx, providerID, site, c)
	if err != nil {
		return provider.Account{}, err
	}
	account, err := s.whose(ctx, providerID, session)
	if err != nil {
		return provider.Account{}, err
	}
	r := StoredSite{Site: session.Site}
	plain, err := json.Marshal(personal{Credential: c, Account: account})
	if err != nil {
		return provider.Account{}, errors.Wrap(err, "encode a personal token")
	}
	key := tokenKey(providerID, r, person)
	sealed, err := s.Vault.Seal(ctx, key.SealName(), plain)
	if err != nil {
		return provider.Account{}, errors.Wrap(err, "seal a personal token")
	}
	if err := s.dropGrant(ctx, providerID, r, person); err != nil {
		return provider.Account{}, err
	}
	return account, errors.Wrap(s.Records.Grants.SaveGrant(ctx, key, account.ID, string(sealed)), "store a personal token")
}

// SignOut removes the person's account at the site, and revokes it there if possible.
func (s *Accounts) SignOut(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) error {
	r, _, err := s.at(ctx, providerID, site)
	if err != nil {
		return err
	}
	if err := s.dropGrant(ctx, providerID, r, person); err != nil {
		return err
	}
	return errors.Wrap(s.Records.Grants.DeleteGrant(ctx, tokenKey(providerID, r, person)), "forget a personal token")
}

// dropGrant removes the person's grant for the site. It is revoked there as well, unless that isn't possible.
func (s *Accounts) dropGrant(ctx context.Context, providerID string, site StoredSite, person chat.PersonID) error {
	r, _, err := s.find(ctx, providerID, site.URL)
	if err != nil {
		return err
	}
	in, err := s.oauthSite(ctx, providerID, r)
	if fault.Is(err, fault.SetupNeeded) {
		// Grants from before the client was removed still exist.
		gone := oauth.NewTokens(s.oauth(func() oauth.App { return oauth.App{Name: providerID, Site: site.key()} }))
		return errors.Wrap(gone.Of(string(person)).Drop(ctx, false), "drop a grant")
	}
	if err != nil {
		return err
	}
	return errors.Wrap(in.tokens.Of(string(person)).Drop(ctx, in.app.Load().RevokeURL != ""), "drop a grant")
}

// at returns the site as stored; listed is false for one that neither vendor nor admin defined. Fault: HostUnknown for an address to
// which no credential is sent.
func (s *Accounts) at(ctx context.Context, providerID string, site provider.Site) (r StoredSite, listed bool, err error) {
	r, listed, err = s.find(ctx, providerID, site.URL)
	if err != nil || listed {
		return r, listed, err
	}
	r, err = s.described(providerID, site)
	if err != nil {
		return r, false, s.fault(providerID, err, fault.HostUnknown).With("Host", site.URL)
	}
	return r, false, nil
}

// personal returns the token that the person entered for the site. Fault: AccountNeeded.
func (s *Accounts) personal(ctx context.Context, providerID string, r StoredSite, person chat.PersonID) (personal, error) {
	key := tokenKey(providerID, r, person)
	stored, err := s.Records.Grants.Grant(ctx, key)
	if err != nil {
		return personal{}, errors.Wrap(err, "read a personal token")
	}
	if stored.Sealed == "" {
		return personal{}, s.fault(providerID, nil, fault.AccountNeeded)
	}
	plain, err := s.Vault.Open(ctx, key.SealName(), []byte(stored.Sealed))
	if err != nil {
		return personal{}, s.explain(providerID, err)
	}
	var p personal
	return p, errors.Wrap(json.Unmarshal(plain, &p), "decode a personal token")
}

// whose asks the provider for the account that the session acts as.
func (s *Accounts) whose(ctx context.Context, providerID string, session provider.Session) (provider.Account, error) {
	authorizer, ok := s.Registry.Get(providerID).(provider.Authorizer)
	if !ok {
		return provider.Account{}, fault.Wrap(errors.New("nobody has an account at this provider"), fault.InvalidInput)
	}
	account, err := authorizer.WhoAmI(ctx, session)
	if err == nil && account.ID == "" {
		err = s.fault(providerID, errors.New("the provider does not say whose account it is"), fault.ProviderUnavailable)
	}
	return account, errors.Wrap(err, "ask whose account it is")
}

// renewing sends the grant's token, and another one after a rejection.
func (s *Accounts) renewing(providerID string, grant *oauth.Grant) shown {
	return func(ctx context.Context, rejected string) (string, error) {
		get := grant.Token
		if rejected != "" {
			get = func(ctx context.Context) (string, error) {
				return grant.Renew(ctx, strings.TrimPrefix(rejected, "Bearer "))
			}
		}
		access, err := get(ctx)
		switch {
		case err == nil:
		case ctx.Err() == nil && fault.Is(err, fault.Internal):
			return "", fault.Wrap(err, fault.Internal) // otherwise the provider would be blamed for a failure of the plugin's table
		default:
			return "", s.explain(providerID, err)
		}
		return "Bearer " + access, nil
	}
}

// always sends the same header; after a rejection there is no other.
func always(header string) shown {
	return func(_ context.Context, rejected string) (string, error) {
		if rejected != "" {
			return "", nil
		}
		return header, nil
	}
}

// showingCredential sends the credential. Fault: InvalidInput for one that can't be sent.
func showingCredential(c provider.Credential) (shown, error) {
	switch {
	case c.Secret == "" || strings.ContainsAny(c.User+c.Secret, "\r\n\x00"):
	case c.Scheme == provider.BearerToken:
		return always("Bearer " + c.Secret), nil
	case c.Scheme == provider.Basic && !strings.Contains(c.User, ":"):
		return always("Basic " + base64.StdEncoding.EncodeToString([]byte(c.User+":"+c.Secret))), nil
	}
	return nil, fault.Wrap(errors.New("that is no credential"), fault.InvalidInput)
}

// tokenKey names the token that the person entered for the site among the grants.
func tokenKey(providerID string, r StoredSite, person chat.PersonID) oauth.GrantKey {
	return oauth.GrantKey{Provider: providerID, Site: r.key(), Name: string(person) + oauth.EnteredToken}
}
