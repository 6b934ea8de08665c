package pagerduty

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Consent reads the parameters of an authorization request. Nothing is ever sent
// to an address that is not the app's. A code
// challenge is required; a request for a scope that the app is not registered for
// is granted openid only, without an error.
func (w *world) Consent(q url.Values) (kit.Consent, string) {
	app := w.apps[q.Get("client_id")]
	if app == nil {
		return kit.Consent{}, "Invalid client_id"
	}
	c := kit.Consent{
		App: app.Name, ClientID: app.ClientID, RedirectURI: q.Get("redirect_uri"), State: q.Get("state"),
		Challenge: q.Get("code_challenge"), Method: q.Get("code_challenge_method"),
		Approver: w.policy.AutoApprove, Declined: "The user denied access to your application",
	}
	if c.RedirectURI != app.RedirectURI {
		return kit.Consent{}, "Invalid redirect_uri"
	}
	if q.Get("response_type") != "code" {
		return kit.Consent{}, "Invalid response_type"
	}
	if c.Challenge == "" || c.Method != "S256" {
		return kit.Consent{}, "PKCE with S256 is required"
	}
	for scope := range strings.FieldsSeq(q.Get("scope")) {
		if !slices.Contains(app.Scopes, scope) {
			c.Scopes = nil
			break
		}
		c.Scopes = append(c.Scopes, scope)
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid"}
	}
	return c, ""
}

// Logins implements kit.Authorizer.
func (w *world) Logins() []kit.Login {
	var all []kit.Login
	for _, u := range w.users {
		all = append(all, kit.Login{Value: u.Email, Label: u.Name + " (" + u.Email + ")"})
	}
	return all
}

// Allow implements kit.Authorizer.
func (w *world) Allow(c kit.Consent, login string) (string, bool) {
	u := w.user(login)
	if u == nil {
		return "", false
	}
	return w.grants.Allow(c, u), true
}

// grantRules are those of PagerDuty. Clients should go by expires_in.
func (w *world) grantRules() kit.GrantRules {
	return kit.GrantRules{
		HasApp:       func(clientID string) bool { return w.apps[clientID] != nil },
		CodeLifetime: 30 * time.Second, AccessLifetime: accessLifetime, RefreshLifetime: 30 * 24 * time.Hour,
	}
}

// accessLifetime is how long an access token lives.
const accessLifetime = 24 * time.Hour

// token exchanges a code or a refresh token.
func (w *world) token(r *http.Request) (any, *kit.Refusal) {
	id, secret := kit.ClientCredentials(r, r.PostForm)
	app := w.apps[id]
	if app == nil || !kit.SameFormSecret(app.ClientSecret, secret) {
		return nil, kit.Refuse(http.StatusUnauthorized, "invalid_client", "Invalid OAuth client credentials")
	}
	g, err := w.grants.Exchange(app.ClientID, r.PostForm)
	if err != nil {
		return nil, kit.RefuseGrant(err, r.PostForm, map[error]string{
			kit.ErrCode: "The specified code is not valid.", kit.ErrRedirectURI: "The redirect_uri does not match.",
			kit.ErrVerifier: "The code_verifier does not match.", kit.ErrRefreshToken: "Invalid refresh_token",
		})
	}
	return object{
		"client_info": "prefix_legacy_app", "id_token": w.idToken(g), "access_token": w.grants.Issue(g, 0), "refresh_token": g.Refresh,
		"token_type": "bearer", "scope": strings.Join(g.Scopes, " "), "expires_in": int(accessLifetime.Seconds()),
	}, nil
}

// idToken tells whose grant it is, and in its audience where the API of their
// region is. Its signature can't be checked.
func (w *world) idToken(g *kit.Grant[*User]) string {
	part := func(v object) string { return base64.RawURLEncoding.EncodeToString(kit.Compact(v)) }
	return part(object{"alg": "none", "typ": "JWT"}) + "." + part(object{
		"iss": w.Base, "aud": []string{g.ClientID, w.Base}, "sub": g.User.ID, "email": g.User.Email,
		"iat": w.Now().Unix(), "exp": w.Now().Add(accessLifetime).Unix(),
	}) + "." + base64.RawURLEncoding.EncodeToString([]byte("unsigned"))
}

// RevokeGrant ends what a user allowed an app, without telling the app.
func (s *Sandbox) RevokeGrant(email, clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Withdraw(clientID, w.user(email)) })
}

// ExpireTokens has all access tokens of an app expire now.
func (s *Sandbox) ExpireTokens(clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Expire(clientID) })
}

// includes reports whether scopes have one of them, or the one to write the same.
func includes(scopes []string, scope string) bool {
	what, reading := strings.CutSuffix(scope, ".read")
	return slices.Contains(scopes, scope) || reading && slices.Contains(scopes, what+".write")
}
