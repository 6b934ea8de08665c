package bitbucket

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// How long what the OAuth endpoints hand out lives. Clients ought to go by
// expires_in.
const (
	codeLifetime   = 10 * time.Minute
	accessLifetime = 2 * time.Hour
)

// grant is a user's consent to an app.
type grant struct {
	clientID string
	user     *User // nil for the app itself
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
		return nil, invalidGrant("The specified code is not valid.")
	}
	// Cloud needs no redirect_uri here, but one that is sent has to be the same.
	if c.redirectURI != redirectURI && (redirectURI != "" || w.kind == DataCenter) {
		return nil, invalidGrant("The redirect_uri does not match.")
	}
	if !c.proves(verifier) {
		return nil, invalidGrant("The code_verifier does not match.")
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
	w.refresh[g.refresh] = g
}

// renew uses a refresh token. Cloud's stay the same, a Data Center's are spent.
func (w *world) renew(app *App, refresh string) (*grant, *oauthError) {
	g := w.refresh[refresh]
	if g == nil || g.clientID != app.ClientID {
		return nil, invalidGrant("Invalid refresh_token")
	}
	if w.kind == DataCenter {
		w.rotate(g)
	}
	return g, nil
}

// issue mints an access token.
func (w *world) issue(g *grant) string {
	token := w.ids.Secret("at")
	w.access[token] = &accessToken{grant: g, expires: w.now().Add(accessLifetime)}
	return token
}

// RevokeGrant ends what a user allowed an app, without telling the app.
func (s *Sandbox) RevokeGrant(nickname, clientID string) error {
	return s.control(func(w *world) error {
		u := w.user(nickname)
		if u == nil || w.apps[clientID] == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q or app %q", nickname, clientID)
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

// scopeIncludes says what else a scope brings.
func scopeIncludes(scope string) []string {
	switch scope {
	case "repository:write":
		return []string{"repository"}
	case "pullrequest":
		return []string{"repository"}
	case "pullrequest:write":
		return []string{"pullrequest", "repository", "repository:write"}
	case "pipeline:write":
		return []string{"pipeline"}
	case "REPO_ADMIN":
		return []string{"REPO_WRITE", "REPO_READ", "PUBLIC_REPOS"}
	case "REPO_WRITE":
		return []string{"REPO_READ", "PUBLIC_REPOS"}
	case "REPO_READ":
		return []string{"PUBLIC_REPOS"}
	}
	return nil
}

// has reports whether the grant carries a scope, or one that includes it.
func (g *grant) has(scope string) bool {
	return scope == "" || slices.ContainsFunc(g.scopes, func(have string) bool {
		return have == scope || slices.Contains(scopeIncludes(have), scope)
	})
}
