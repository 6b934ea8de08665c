package sentry

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Consent reads the parameters of an authorization request. Nothing is ever sent
// to an address that is not the app's.
func (w *world) Consent(q url.Values) (kit.Consent, string) {
	app := w.apps[q.Get("client_id")]
	if app == nil {
		return kit.Consent{}, "Missing or invalid client_id parameter."
	}
	c := kit.Consent{
		App: app.Name, ClientID: app.ClientID, Scopes: strings.Fields(q.Get("scope")), RedirectURI: q.Get("redirect_uri"), State: q.Get("state"),
		Challenge: q.Get("code_challenge"), Method: q.Get("code_challenge_method"), Approver: w.policy.AutoApprove,
	}
	if c.RedirectURI == "" {
		c.RedirectURI = app.RedirectURI
	}
	if c.RedirectURI != app.RedirectURI {
		return kit.Consent{}, "Missing or invalid redirect_uri parameter."
	}
	if q.Get("response_type") != "code" {
		return kit.Consent{}, "Missing or invalid response_type parameter."
	}
	for _, scope := range c.Scopes {
		if !slices.Contains(roleScopes(RoleOwner), scope) {
			return kit.Consent{}, "Invalid scope: " + scope
		}
	}
	if c.Challenge != "" && c.Method != "S256" {
		return kit.Consent{}, "Invalid code_challenge_method: only S256 is supported."
	}
	return c, ""
}

// Logins implements kit.Authorizer.
func (w *world) Logins() []kit.Login {
	var all []kit.Login
	for _, u := range w.users {
		all = append(all, kit.Login{Value: u.Login, Label: u.Name + " (" + u.Email + ")"})
	}
	return all
}

// Allow implements kit.Authorizer.
func (w *world) Allow(c kit.Consent, login string) (string, bool) {
	u := w.user(login)
	if u == nil {
		return "", false
	}
	return w.grants.Allow(c, doer{user: u}), true
}

// grantRules are those of Sentry. A refresh token is spent by use, which ends the
// access tokens before it.
func (w *world) grantRules() kit.GrantRules {
	return kit.GrantRules{
		HasApp:       func(clientID string) bool { return w.apps[clientID] != nil },
		CodeLifetime: 10 * time.Minute, AccessLifetime: accessLifetime, EndAccess: true,
	}
}

// accessLifetime is how long an access token lives. Clients should go by expires_in.
const accessLifetime = 30 * 24 * time.Hour

// token exchanges a code or a refresh token. The client's credentials are taken
// from the body.
func (w *world) token(r *http.Request) (any, *kit.Refusal) {
	app := w.apps[r.PostForm.Get("client_id")]
	if app == nil || !kit.SameSecret(app.ClientSecret, r.PostForm.Get("client_secret")) {
		return nil, kit.Refuse(http.StatusUnauthorized, "invalid_client", "invalid client_id or client_secret")
	}
	g, err := w.grants.Exchange(app.ClientID, r.PostForm)
	if err != nil {
		return nil, kit.RefuseGrant(err, r.PostForm, map[error]string{
			kit.ErrCode: "invalid authorization code", kit.ErrRedirectURI: "redirect_uri mismatch",
			kit.ErrVerifier: "PKCE verification failed", kit.ErrRefreshToken: "invalid refresh token",
		})
	}
	u := g.User.user
	return object{
		"access_token": w.grants.Issue(g, 0), "refresh_token": g.Refresh, "token_type": "bearer",
		"expires_in": int(accessLifetime.Seconds()), "expires_at": stamp(w.Now().Add(accessLifetime)), "scope": strings.Join(g.Scopes, " "),
		"user": object{"id": itoa(u.ID), "name": u.Name, "email": u.Email},
	}, nil
}

// RevokeGrant ends what a user allowed an app, without telling the app.
func (s *Sandbox) RevokeGrant(login, clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Withdraw(clientID, doer{user: w.user(login)}) })
}

// ExpireTokens has all access tokens of an app expire now.
func (s *Sandbox) ExpireTokens(clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Expire(clientID) })
}
