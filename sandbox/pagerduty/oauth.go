package pagerduty

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// consent is a request of an app for a user's agreement.
type consent struct {
	app         *App
	scopes      []string
	redirectURI string
	state       string
	challenge   string
	method      string
}

// consentPage is what the page shows.
type consentPage struct {
	Title, Problem, App string
	// Hidden are the parameters of the request, for the form to send again.
	Hidden map[string]string
	Scopes []string
	Users  []User
}

// serveConsent is the page on which a user picks a login and allows or declines
// what the app asks for. Where the policy says who allows everything, it goes
// back to the app at once.
func (s *Sandbox) serveConsent(rw http.ResponseWriter, r *http.Request) {
	page := consentPage{Title: "Authorize an app", Hidden: map[string]string{}}
	var to string
	s.locked(func(w *world) {
		var c consent
		if c, page.Problem = w.consent(r.URL.Query()); page.Problem != "" {
			return
		}
		if w.policy.AutoApprove != "" {
			to, page.Problem = w.decide(c, w.policy.AutoApprove, "allow")
			return
		}
		page.App, page.Scopes = c.app.Name, c.scopes
		for name, values := range r.URL.Query() {
			page.Hidden[name] = values[0]
		}
		for _, u := range w.users {
			page.Users = append(page.Users, *u)
		}
	})
	switch {
	case page.Problem != "":
		writePage(rw, http.StatusBadRequest, "authorize.html", page)
	case to != "":
		http.Redirect(rw, r, to, http.StatusFound)
	default:
		writePage(rw, http.StatusOK, "authorize.html", page)
	}
}

// serveDecision is the page's form: it takes the same parameters, who it is in
// "user" and "allow" or "decline" in "decision", and goes back to the app.
func (s *Sandbox) serveDecision(rw http.ResponseWriter, r *http.Request) {
	to, problem := "", "Bad request"
	if r.ParseForm() == nil {
		s.locked(func(w *world) {
			var c consent
			if c, problem = w.consent(r.Form); problem == "" {
				to, problem = w.decide(c, r.Form.Get("user"), r.Form.Get("decision"))
			}
		})
	}
	if problem != "" {
		writePage(rw, http.StatusBadRequest, "authorize.html", consentPage{Title: "Authorize an app", Problem: problem})
		return
	}
	http.Redirect(rw, r, to, http.StatusFound)
}

// consent reads the parameters of an authorization request. Nothing is ever sent
// to an address that is not the app's. Whoever asks for scopes must send a code
// challenge along; asking for a scope that the app was not registered with gets it
// none but openid, without a word.
func (w *world) consent(q url.Values) (consent, string) {
	app := w.apps[q.Get("client_id")]
	if app == nil {
		return consent{}, "Invalid client_id"
	}
	c := consent{app: app, redirectURI: q.Get("redirect_uri"), state: q.Get("state")}
	if c.redirectURI != app.RedirectURI {
		return consent{}, "Invalid redirect_uri"
	}
	if q.Get("response_type") != "code" {
		return consent{}, "Invalid response_type"
	}
	c.challenge, c.method = q.Get("code_challenge"), q.Get("code_challenge_method")
	if c.challenge == "" || c.method != "S256" {
		return consent{}, "PKCE with S256 is required"
	}
	for scope := range strings.FieldsSeq(q.Get("scope")) {
		if !slices.Contains(app.Scopes, scope) {
			c.scopes = nil
			break
		}
		c.scopes = append(c.scopes, scope)
	}
	if len(c.scopes) == 0 {
		c.scopes = []string{"openid"}
	}
	return c, ""
}

// decide returns the address that the user's browser goes back to.
func (w *world) decide(c consent, login, decision string) (to, problem string) {
	back, err := url.Parse(c.redirectURI)
	if err != nil {
		return "", "Invalid redirect_uri"
	}
	q := back.Query()
	if c.state != "" {
		q.Set("state", c.state)
	}
	switch decision {
	case "allow":
		u := w.user(login)
		if u == nil {
			return "", "Pick a user"
		}
		q.Set("code", w.authorize(c, u))
	case "decline":
		q.Set("error", "access_denied")
		q.Set("error_description", "The user denied access to your application")
	default:
		return "", "Allow or decline"
	}
	back.RawQuery = q.Encode()
	return back.String(), ""
}

// oauthError is a refusal of the token endpoint.
type oauthError struct {
	status      int
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// invalidGrant refuses a code or a refresh token.
func invalidGrant(why string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_grant", why}
}

// serveToken exchanges a code or a refresh token.
func (s *Sandbox) serveToken(rw http.ResponseWriter, r *http.Request) {
	var answer any
	refusal := &oauthError{http.StatusBadRequest, "invalid_request", "The body is not a form."}
	if r.ParseForm() == nil {
		s.locked(func(w *world) {
			var app *App
			if app, refusal = w.client(r); refusal == nil {
				answer, refusal = w.exchange(app, r.PostForm)
			}
		})
	}
	rw.Header().Set("Cache-Control", "no-store")
	if refusal != nil {
		kit.WriteJSON(rw, refusal.status, refusal)
		return
	}
	kit.WriteJSON(rw, http.StatusOK, answer)
}

// client authenticates the app behind a request to the token endpoint: by Basic
// authorization, or by parameters.
func (w *world) client(r *http.Request) (*App, *oauthError) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	} else if decoded, err := url.QueryUnescape(id); err == nil {
		// RFC 6749 has both parts form-encoded inside the header, and some clients do so.
		id = decoded
	}
	app := w.apps[id]
	if app == nil || !sameSecret(app.ClientSecret, secret) {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "Invalid OAuth client credentials"}
	}
	return app, nil
}

// sameSecret compares a secret with one that was shown, as it is or form-encoded.
func sameSecret(secret, shown string) bool {
	if subtle.ConstantTimeCompare([]byte(secret), []byte(shown)) == 1 {
		return true
	}
	decoded, err := url.QueryUnescape(shown)
	return err == nil && subtle.ConstantTimeCompare([]byte(secret), []byte(decoded)) == 1
}

// exchange serves one grant type.
func (w *world) exchange(app *App, form url.Values) (any, *oauthError) {
	var g *grant
	var refusal *oauthError
	switch form.Get("grant_type") {
	case "authorization_code":
		g, refusal = w.redeem(app, form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
	case "refresh_token":
		g, refusal = w.renew(app, form.Get("refresh_token"))
	default:
		refusal = &oauthError{http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: " + form.Get("grant_type")}
	}
	if refusal != nil {
		return nil, refusal
	}
	return object{
		"client_info": "prefix_legacy_app", "id_token": w.idToken(g), "access_token": w.issue(g), "refresh_token": g.refresh,
		"token_type": "bearer", "scope": strings.Join(g.scopes, " "), "expires_in": int(accessLifetime.Seconds()),
	}, nil
}

// idToken tells whose grant it is, and in its audience where the API of their
// region is. It is not signed by anybody that a client could check.
func (w *world) idToken(g *grant) string {
	part := func(v object) string { return base64.RawURLEncoding.EncodeToString(kit.Compact(v)) }
	return part(object{"alg": "none", "typ": "JWT"}) + "." + part(object{
		"iss": w.base, "aud": []string{g.clientID, w.base}, "sub": g.user.ID, "email": g.user.Email,
		"iat": w.now().Unix(), "exp": w.now().Add(accessLifetime).Unix(),
	}) + "." + base64.RawURLEncoding.EncodeToString([]byte("unsigned"))
}
