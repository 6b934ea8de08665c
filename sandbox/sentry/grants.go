package sentry

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// How long what the OAuth endpoints hand out lives. Clients ought to go by
// expires_in.
const (
	codeLifetime    = 10 * time.Minute
	accessLifetime  = 30 * 24 * time.Hour
	installLifetime = 8 * time.Hour
)

// grant is a user's consent to an app, or an organization's to an integration.
type grant struct {
	clientID string
	user     *User
	app      *integration
	scopes   []string
	refresh  string
}

// authCode is what the consent page sends back to the app, good for one use.
type authCode struct {
	grant       grant
	redirectURI string
	challenge   string
	method      string
	expires     time.Time
}

// accessToken is a bearer token for the API.
type accessToken struct {
	grant   *grant
	expires time.Time
}

// authorize records a user's consent and returns the code for the app.
func (w *world) authorize(c consent, u *User) string {
	code := w.ids.Secret("code")
	w.codes[code] = &authCode{
		grant:       grant{clientID: c.app.ClientID, user: u, scopes: c.scopes},
		redirectURI: c.redirectURI, challenge: c.challenge, method: c.method, expires: w.now().Add(codeLifetime),
	}
	return code
}

// redeem turns a code into a grant. The code is spent whatever the outcome.
func (w *world) redeem(app *App, code, redirectURI, verifier string) (*grant, *oauthError) {
	c := w.codes[code]
	delete(w.codes, code)
	if c == nil || c.grant.clientID != app.ClientID || w.now().After(c.expires) {
		return nil, invalidGrant("invalid authorization code")
	}
	if c.redirectURI != redirectURI {
		return nil, invalidGrant("redirect_uri mismatch")
	}
	if !c.proves(verifier) {
		return nil, invalidGrant("PKCE verification failed")
	}
	g := &c.grant
	w.rotate(g)
	return g, nil
}

// proves reports whether verifier answers the code's challenge, as RFC 7636 says.
func (c *authCode) proves(verifier string) bool {
	if c.challenge == "" {
		return true
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(c.challenge)) == 1
}

// rotate gives the grant a new refresh token and kills the one before.
func (w *world) rotate(g *grant) {
	delete(w.refresh, g.refresh)
	g.refresh = w.ids.Secret("rt")
	w.refresh[g.refresh] = g
}

// renew uses a refresh token, which is spent, and ends the access tokens before.
func (w *world) renew(clientID, refresh string) (*grant, *oauthError) {
	g := w.refresh[refresh]
	if g == nil || g.clientID != clientID {
		return nil, invalidGrant("invalid refresh token")
	}
	for token, a := range w.access {
		if a.grant == g {
			delete(w.access, token)
		}
	}
	w.rotate(g)
	return g, nil
}

// issueToken mints an access token.
func (w *world) issueToken(g *grant, lifetime time.Duration) string {
	token := w.ids.Secret("at")
	w.access[token] = &accessToken{grant: g, expires: w.now().Add(lifetime)}
	return token
}

// RevokeGrant ends what a user allowed an app, without telling the app.
func (s *Sandbox) RevokeGrant(login, clientID string) error {
	return s.control(func(w *world) error {
		u := w.user(login)
		if u == nil || w.apps[clientID] == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q or app %q", login, clientID)
		}
		for token, a := range w.access {
			if a.grant.clientID == clientID && a.grant.user == u {
				delete(w.access, token)
			}
		}
		for token, g := range w.refresh {
			if g.clientID == clientID && g.user == u {
				delete(w.refresh, token)
			}
		}
		return nil
	})
}

// ExpireTokens lets all access tokens of an app expire now.
func (s *Sandbox) ExpireTokens(clientID string) error {
	return s.control(func(w *world) error {
		if w.apps[clientID] == nil {
			return errors.Wrapf(kit.ErrNotFound, "app %q", clientID)
		}
		for _, a := range w.access {
			if a.grant.clientID == clientID {
				a.expires = w.now()
			}
		}
		return nil
	})
}
