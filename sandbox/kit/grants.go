package kit

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"time"

	"github.com/pkg/errors"
)

// The reasons to refuse an exchange at the token endpoint.
var (
	ErrGrantType    = errors.New("unknown grant type")
	ErrCode         = errors.New("unknown or expired code")
	ErrRedirectURI  = errors.New("another redirect_uri")
	ErrVerifier     = errors.New("the code_verifier doesn't match")
	ErrRefreshToken = errors.New("unknown or expired refresh token")
)

// GrantRules are how a vendor's OAuth endpoints behave.
type GrantRules struct {
	// How long what the endpoints hand out lives; refresh tokens live forever when
	// RefreshLifetime is 0.
	CodeLifetime, AccessLifetime, RefreshLifetime time.Duration
	// KeepRefresh has a refresh token stay the same; otherwise it is spent by use.
	KeepRefresh bool
	// EndAccess has a refresh end the access tokens before it.
	EndAccess bool
	// OnePerUser has a user's new grant end the one before it.
	OnePerUser bool
	// OptionalRedirectURI lets the redirect_uri be left out when a code is exchanged.
	OptionalRedirectURI bool
	// HasApp reports whether an app is registered.
	HasApp func(clientID string) bool
}

// Consent is an app's request for a user's agreement.
type Consent struct {
	// App is the app's name.
	App         string
	ClientID    string
	Scopes      []string
	RedirectURI string
	State       string
	// Challenge and Method are those of RFC 7636, "" for none.
	Challenge string
	Method    string

	// Note tells the user for whom the app is allowed; "" for nothing.
	Note string
	// Approver is the login of the user who allows every app at once, instead of being
	// asked by the page; "" for the page.
	Approver string
	// Declined is the error_description for the app when the user declines; "" for none.
	Declined string
}

// Grant is what a user allowed an app. U is who allowed it, the zero value for a
// grant that no user was asked for.
type Grant[U comparable] struct {
	ClientID string
	User     U
	Scopes   []string
	// Refresh is the only refresh token that works, "" for none.
	Refresh string

	expires time.Time // of the refresh token; never when zero
}

// authCode is what the consent page sends back to the app, good for one use.
type authCode[U comparable] struct {
	grant   Grant[U]
	consent Consent
	expires time.Time
}

// accessToken is a bearer token for the API.
type accessToken[U comparable] struct {
	grant   *Grant[U]
	expires time.Time
}

// Grants are the codes, grants and tokens of a world. Its methods need the
// sandbox's lock.
type Grants[U comparable] struct {
	rules   GrantRules
	world   *World
	codes   map[string]authCode[U]
	access  map[string]*accessToken[U]
	refresh map[string]*Grant[U]
}

// NewGrants returns the grants of a world, of which there are none yet.
func NewGrants[U comparable](w *World, rules GrantRules) *Grants[U] {
	return &Grants[U]{
		rules: rules, world: w, codes: map[string]authCode[U]{}, access: map[string]*accessToken[U]{}, refresh: map[string]*Grant[U]{},
	}
}

// Allow records a user's consent and returns the code for the app.
func (g *Grants[U]) Allow(c Consent, user U) string {
	code := g.world.IDs.Secret("code")
	g.codes[code] = authCode[U]{
		grant:   Grant[U]{ClientID: c.ClientID, User: user, Scopes: slices.Clone(c.Scopes)},
		consent: c, expires: g.world.Now().Add(g.rules.CodeLifetime),
	}
	return code
}

// Exchange serves the grant types "authorization_code" and "refresh_token" for an
// app that has proved who it is. A code is spent whatever the outcome.
func (g *Grants[U]) Exchange(clientID string, form url.Values) (*Grant[U], error) {
	switch form.Get("grant_type") {
	case "authorization_code":
		return g.redeem(clientID, form)
	case "refresh_token":
		return g.Renew(clientID, form.Get("refresh_token"))
	}
	return nil, ErrGrantType
}

// redeem turns a code into a grant.
func (g *Grants[U]) redeem(clientID string, form url.Values) (*Grant[U], error) {
	c, redirectURI := g.take(form.Get("code")), form.Get("redirect_uri")
	switch {
	case c == nil || c.grant.ClientID != clientID:
		return nil, ErrCode
	case c.consent.RedirectURI != redirectURI && (redirectURI != "" || !g.rules.OptionalRedirectURI):
		return nil, ErrRedirectURI
	case !c.consent.proved(form.Get("code_verifier")):
		return nil, ErrVerifier
	}
	return g.begin(c), nil
}

// Redeem turns a code into a grant, for an app that has no redirect_uri.
func (g *Grants[U]) Redeem(clientID, code string) (*Grant[U], error) {
	c := g.take(code)
	if c == nil || c.grant.ClientID != clientID {
		return nil, ErrCode
	}
	return g.begin(c), nil
}

// take spends a code; nil for one that is not valid.
func (g *Grants[U]) take(code string) *authCode[U] {
	c, known := g.codes[code]
	delete(g.codes, code)
	if !known || g.world.Now().After(c.expires) {
		return nil
	}
	return &c
}

// begin makes a code's grant valid.
func (g *Grants[U]) begin(c *authCode[U]) *Grant[U] {
	if g.rules.OnePerUser {
		g.Revoke(c.grant.ClientID, c.grant.User)
	}
	g.rotate(&c.grant)
	return &c.grant
}

// proved reports whether a verifier answers the challenge, as RFC 7636 says.
func (c Consent) proved(verifier string) bool {
	if c.Challenge == "" {
		return true
	}
	if c.Method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return SameSecret(c.Challenge, verifier)
}

// rotate gives a grant a new refresh token and ends the one before.
func (g *Grants[U]) rotate(grant *Grant[U]) {
	delete(g.refresh, grant.Refresh)
	grant.Refresh = g.world.IDs.Secret("rt")
	if g.rules.RefreshLifetime > 0 {
		grant.expires = g.world.Now().Add(g.rules.RefreshLifetime)
	}
	g.refresh[grant.Refresh] = grant
}

// Renew uses a refresh token. Of two requests with the same token that is spent by
// use the second finds nothing: that is what a client without a lock around
// refreshing runs into.
func (g *Grants[U]) Renew(clientID, refresh string) (*Grant[U], error) {
	grant := g.refresh[refresh]
	if grant == nil || grant.ClientID != clientID || !grant.expires.IsZero() && g.world.Now().After(grant.expires) {
		return nil, ErrRefreshToken
	}
	if g.rules.EndAccess {
		g.endAccess(grant)
	}
	if !g.rules.KeepRefresh {
		g.rotate(grant)
	}
	return grant, nil
}

// Issue creates an access token, of the usual lifetime when that is 0.
func (g *Grants[U]) Issue(grant *Grant[U], lifetime time.Duration) string {
	if lifetime == 0 {
		lifetime = g.rules.AccessLifetime
	}
	token := g.world.IDs.Secret("at")
	g.access[token] = &accessToken[U]{grant: grant, expires: g.world.Now().Add(lifetime)}
	return token
}

// Bearer returns the grant of an access token, nil for one that was never valid or
// has been ended; expired says that its time is over.
func (g *Grants[U]) Bearer(token string) (grant *Grant[U], expired bool) {
	t := g.access[token]
	if t == nil {
		return nil, false
	}
	return t.grant, !g.world.Now().Before(t.expires)
}

// End ends the grant that an access or refresh token of the app belongs to, and
// reports whether there is one.
func (g *Grants[U]) End(clientID, token string) bool {
	grant := g.refresh[token]
	if t := g.access[token]; t != nil {
		grant = t.grant
	}
	if grant == nil || grant.ClientID != clientID {
		return false
	}
	g.end(grant)
	return true
}

// Users returns who allowed an app something that has not been ended.
func (g *Grants[U]) Users(clientID string) []U {
	var users []U
	for _, grant := range g.refresh {
		if grant.ClientID == clientID {
			users = append(users, grant.User)
		}
	}
	return users
}

// Revoke ends what a user allowed an app, and reports whether there was anything.
func (g *Grants[U]) Revoke(clientID string, user U) bool {
	ended := map[*Grant[U]]bool{}
	for _, t := range g.access {
		ended[t.grant] = true
	}
	for _, grant := range g.refresh {
		ended[grant] = true
	}
	found := false
	for grant := range ended {
		if grant.ClientID == clientID && grant.User == user {
			g.end(grant)
			found = true
		}
	}
	return found
}

// Withdraw is Revoke for control methods: an app that isn't registered and a user
// that is the zero value are ErrNotFound.
func (g *Grants[U]) Withdraw(clientID string, user U) error {
	var nobody U
	if user == nobody || !g.rules.HasApp(clientID) {
		return errors.Wrapf(ErrNotFound, "the user, or app %q", clientID)
	}
	g.Revoke(clientID, user)
	return nil
}

// Expire has all access tokens of an app expire now.
func (g *Grants[U]) Expire(clientID string) error {
	if !g.rules.HasApp(clientID) {
		return errors.Wrapf(ErrNotFound, "app %q", clientID)
	}
	now := g.world.Now()
	for _, t := range g.access {
		if t.grant.ClientID == clientID && now.Before(t.expires) {
			t.expires = now
		}
	}
	return nil
}

// end makes all tokens of a grant worthless.
func (g *Grants[U]) end(grant *Grant[U]) {
	delete(g.refresh, grant.Refresh)
	g.endAccess(grant)
}

// endAccess makes the access tokens of a grant worthless.
func (g *Grants[U]) endAccess(grant *Grant[U]) {
	for token, t := range g.access {
		if t.grant == grant {
			delete(g.access, token)
		}
	}
}

// SameSecret compares two secrets in constant time.
func SameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
