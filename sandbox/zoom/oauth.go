package zoom

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// How long what the OAuth endpoints hand out lives.
// https://developers.zoom.us/docs/integrations/oauth/
const (
	codeLifetime    = 5 * time.Minute
	accessLifetime  = time.Hour
	refreshLifetime = 90 * 24 * time.Hour
)

// grantRules are those of Zoom. Authorizing again replaces a user's grant, which
// ends all tokens of the older one; a refresh token is spent by use.
func (w *world) grantRules() kit.GrantRules {
	return kit.GrantRules{
		HasApp:       func(clientID string) bool { return w.apps[clientID] != nil },
		CodeLifetime: codeLifetime, AccessLifetime: accessLifetime, RefreshLifetime: refreshLifetime, OnePerUser: true,
	}
}

// Consent implements kit.Authorizer. The numbers are Zoom's:
// https://developers.zoom.us/docs/integrations/oauth-error-messages/
func (w *world) Consent(q url.Values) (kit.Consent, string) {
	app := w.apps[q.Get("client_id")]
	if app == nil || app.Kind == KindS2S {
		return kit.Consent{}, "Invalid client_id (4,702)"
	}
	c := kit.Consent{
		App: cmp.Or(app.Name, app.ClientID), ClientID: app.ClientID, Scopes: app.Scopes, RedirectURI: q.Get("redirect_uri"), State: q.Get("state"),
		Challenge: q.Get("code_challenge"), Method: cmp.Or(q.Get("code_challenge_method"), "plain"), Note: "You allow it for yourself.",
	}
	if app.Kind == KindAccount {
		c.Note = "You allow it for everyone in your account."
	}
	if c.RedirectURI == "" && len(app.RedirectURIs) == 1 {
		c.RedirectURI = app.RedirectURIs[0]
	}
	if !slices.Contains(app.RedirectURIs, c.RedirectURI) {
		return kit.Consent{}, "Invalid redirect URL (4,709)"
	}
	if q.Get("response_type") != "code" {
		return kit.Consent{}, "Invalid response_type (4,700)"
	}
	if c.Method != "plain" && c.Method != "S256" {
		return kit.Consent{}, "Invalid code_challenge_method (4,700)"
	}
	return c, ""
}

// Logins implements kit.Authorizer.
func (w *world) Logins() []kit.Login {
	var all []kit.Login
	for _, u := range w.users {
		all = append(all, kit.Login{Value: u.Email, Label: u.FirstName + " " + u.LastName + " (" + u.Email + ")"})
	}
	return all
}

// Allow implements kit.Authorizer.
func (w *world) Allow(c kit.Consent, login string) (string, bool) {
	u := w.user(login)
	if u == nil {
		return "", false
	}
	w.install(w.apps[c.ClientID], u)
	return w.grants.Allow(c, u), true
}

// oauthError is a refusal of the OAuth endpoints.
type oauthError struct {
	Reason string `json:"reason"`
	Error  string `json:"error"`
}

// badRequest is the form most refusals have.
func badRequest(reason, code string) *kit.Refusal {
	return &kit.Refusal{Status: http.StatusBadRequest, Body: oauthError{reason, code}}
}

// tokenAnswer is a success of the token endpoint. The refresh token is absent
// where there is no grant to renew.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	RefreshToken string `json:"refresh_token,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	Scope        string `json:"scope"`
	APIURL       string `json:"api_url"`
}

// serveToken is POST /oauth/token. Parameters may be in the query or in a form
// body; the client names itself by Basic authorization or by parameters.
func (w *world) serveToken(r *http.Request) (any, *kit.Refusal) {
	app, refusal := w.client(r)
	if refusal != nil {
		return nil, refusal
	}
	return w.exchange(app, r.Form)
}

// serveRevoke is POST /oauth/revoke: either token of a grant ends all of it.
func (w *world) serveRevoke(r *http.Request) (any, *kit.Refusal) {
	app, refusal := w.client(r)
	if refusal != nil {
		return nil, refusal
	}
	if !w.grants.End(app.ClientID, r.Form.Get("token")) {
		return nil, badRequest("Invalid Token!", "invalid_request")
	}
	return map[string]string{"status": "success"}, nil
}

// client authenticates the app behind a request to the OAuth endpoints.
func (w *world) client(r *http.Request) (*registration, *kit.Refusal) {
	id, secret := kit.ClientCredentials(r, r.Form)
	app := w.apps[id]
	if app == nil || !kit.SameFormSecret(app.ClientSecret, secret) {
		return nil, &kit.Refusal{Status: http.StatusUnauthorized, Body: oauthError{"Invalid client_id or client_secret", "invalid_client"}}
	}
	return app, nil
}

// exchange serves one grant type.
func (w *world) exchange(app *registration, form url.Values) (any, *kit.Refusal) {
	switch form.Get("grant_type") {
	case "account_credentials":
		if app.Kind != KindS2S || form.Get("account_id") != app.AccountID {
			return nil, badRequest("Bad request", "invalid_request")
		}
		if w.policy.S2STokens == S2SSingle {
			w.grants.Revoke(app.ClientID, nil)
		}
		return w.tokens(&kit.Grant[*User]{ClientID: app.ClientID, Scopes: app.Scopes}), nil
	case "client_credentials":
		if app.Kind == KindS2S {
			return nil, badRequest("unsupported grant type", "unsupported_grant_type")
		}
		return w.tokens(&kit.Grant[*User]{ClientID: app.ClientID, Scopes: []string{chatbotScope}}), nil
	case "":
		return nil, badRequest("Missing grant type.", "invalid_request")
	}
	g, err := w.grants.Exchange(app.ClientID, form)
	if err != nil {
		return nil, badRequest(refused(err))
	}
	return w.tokens(g), nil
}

// refused returns the reason and the code with which Zoom refuses an exchange.
func refused(err error) (reason, code string) {
	switch {
	case errors.Is(err, kit.ErrCode):
		return "Invalid authorization code", "invalid_grant"
	case errors.Is(err, kit.ErrRedirectURI):
		return "Redirect URI mismatch.", "invalid_request"
	case errors.Is(err, kit.ErrVerifier):
		return "Invalid code verifier", "invalid_grant"
	case errors.Is(err, kit.ErrRefreshToken):
		return "Invalid Token!", "invalid_grant"
	}
	return "unsupported grant type", "unsupported_grant_type"
}

// tokens is the answer of the token endpoint for a grant.
func (w *world) tokens(g *kit.Grant[*User]) tokenAnswer {
	return tokenAnswer{
		AccessToken: w.grants.Issue(g, 0), TokenType: "bearer", RefreshToken: g.Refresh,
		ExpiresIn: int(accessLifetime.Seconds()), Scope: strings.Join(g.Scopes, " "), APIURL: w.Base,
	}
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
