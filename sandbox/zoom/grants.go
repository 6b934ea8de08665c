package zoom

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// How long what the OAuth endpoints hand out lives.
// https://developers.zoom.us/docs/integrations/oauth/
const (
	codeLifetime    = 5 * time.Minute
	accessLifetime  = time.Hour
	refreshLifetime = 90 * 24 * time.Hour
)

// grantKey is what Zoom allows one valid grant for.
type grantKey struct{ clientID, userID string }

// grant is a user's consent to an app. Authorizing again replaces it, which ends
// all tokens of the older one.
type grant struct {
	key     grantKey
	scopes  []string
	refresh string    // the only refresh token that works
	expires time.Time // of the refresh token
}

// authCode is what the consent page sends back to the app, good for one use.
type authCode struct {
	key         grantKey
	scopes      []string
	redirectURI string
	challenge   string
	method      string
	expires     time.Time
}

// accessToken is a bearer token for the API.
type accessToken struct {
	clientID string
	grant    *grant // nil for tokens that no user consented to
	// chatbot marks a client_credentials token, which no meeting or user
	// operation accepts.
	chatbot bool
	scopes  []string
	expires time.Time
}

// authorize records a user's consent and returns the code for the app.
func (w *world) authorize(app *registration, u *User, redirectURI, challenge, method string) string {
	code := w.ids.Secret("code")
	w.codes[code] = &authCode{
		key: grantKey{app.ClientID, u.ID}, scopes: slices.Clone(app.Scopes), redirectURI: redirectURI,
		challenge: challenge, method: method, expires: w.now().Add(codeLifetime),
	}
	return code
}

// redeem turns a code into a grant. The code is spent whatever the outcome.
func (w *world) redeem(app *registration, code, redirectURI, verifier string) (*grant, *oauthError) {
	c := w.codes[code]
	delete(w.codes, code)
	if c == nil || c.key.clientID != app.ClientID || w.now().After(c.expires) {
		return nil, badRequest("Invalid authorization code", "invalid_grant")
	}
	if c.redirectURI != redirectURI {
		return nil, badRequest("Redirect URI mismatch.", "invalid_request")
	}
	if !c.proves(verifier) {
		return nil, badRequest("Invalid code verifier", "invalid_grant")
	}
	w.endGrant(c.key)
	g := &grant{key: c.key, scopes: c.scopes}
	w.grants[c.key] = g
	w.rotate(g)
	return g, nil
}

// proves reports whether verifier answers the code's challenge, as RFC 7636 says.
func (c *authCode) proves(verifier string) bool {
	if c.challenge == "" {
		return true
	}
	if c.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(c.challenge)) == 1
}

// rotate gives the grant a new refresh token and kills the one before.
func (w *world) rotate(g *grant) {
	delete(w.refresh, g.refresh)
	g.refresh = w.ids.Secret("rt")
	g.expires = w.now().Add(refreshLifetime)
	w.refresh[g.refresh] = g
}

// renew spends a refresh token. Of two requests with the same token the second
// finds nothing: that is what a client without a lock around refreshing runs into.
func (w *world) renew(app *registration, refresh string) (*grant, *oauthError) {
	g := w.refresh[refresh]
	if g == nil || g.key.clientID != app.ClientID || w.now().After(g.expires) {
		return nil, badRequest("Invalid Token!", "invalid_grant")
	}
	w.rotate(g)
	return g, nil
}

// endGrant makes all tokens of a grant worthless.
func (w *world) endGrant(key grantKey) bool {
	g := w.grants[key]
	if g == nil {
		return false
	}
	delete(w.grants, key)
	delete(w.refresh, g.refresh)
	for token, a := range w.access {
		if a.grant == g {
			delete(w.access, token)
		}
	}
	return true
}

// issue mints an access token; g is nil where no user is involved.
func (w *world) issue(app *registration, g *grant, chatbot bool, scopes []string) string {
	if g == nil && !chatbot && w.policy.S2STokens == S2SSingle {
		for token, a := range w.access {
			if a.clientID == app.ClientID && a.grant == nil {
				delete(w.access, token)
			}
		}
	}
	token := w.ids.Secret("at")
	w.access[token] = &accessToken{
		clientID: app.ClientID, grant: g, chatbot: chatbot, scopes: scopes, expires: w.now().Add(accessLifetime),
	}
	return token
}

// has reports whether the token carries one of the scopes.
func (a *accessToken) has(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(a.scopes, s) })
}

// adminScopes picks the account-level ones.
func adminScopes(scopes []string) []string {
	var admin []string
	for _, s := range scopes {
		if strings.HasSuffix(s, ":admin") {
			admin = append(admin, s)
		}
	}
	return admin
}
