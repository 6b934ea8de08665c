package zoom

import (
	"net/http"
	"net/url"
	"slices"
)

// consent is a request of an app for a user's agreement.
type consent struct {
	app         *registration
	redirectURI string
	state       string
	challenge   string
	method      string
}

// consentPage is what the page shows.
type consentPage struct {
	Title, Problem                    string
	App, ClientID, RedirectURI, State string
	Challenge, Method, Kind           string
	Scopes                            []string
	Users                             []User
}

// serveConsent is GET /oauth/authorize: the page on which a user picks a login
// and allows or declines what the app asks for.
func (s *Sandbox) serveConsent(rw http.ResponseWriter, r *http.Request) {
	page := consentPage{Title: "Authorize an app"}
	status := http.StatusOK
	s.locked(func(w *world) {
		c, problem := w.consent(r.URL.Query())
		if problem != "" {
			page.Problem, status = problem, http.StatusBadRequest
			return
		}
		page.App, page.ClientID, page.Kind, page.Scopes = c.app.Name, c.app.ClientID, string(c.app.Kind), c.app.Scopes
		page.RedirectURI, page.State, page.Challenge, page.Method = c.redirectURI, c.state, c.challenge, c.method
		for _, u := range w.users {
			page.Users = append(page.Users, *u)
		}
	})
	writePage(rw, status, "authorize.html", page)
}

// serveDecision is the page's form: it takes the same parameters, the login in
// "user" and "allow" or "decline" in "decision", and goes back to the app.
func (s *Sandbox) serveDecision(rw http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		writePage(rw, http.StatusBadRequest, "authorize.html", consentPage{Title: "Authorize an app", Problem: "Bad request"})
		return
	}
	var to, problem string
	s.locked(func(w *world) {
		var c consent
		if c, problem = w.consent(r.Form); problem == "" {
			to, problem = w.decide(c, r.Form.Get("user"), r.Form.Get("decision"))
		}
	})
	if problem != "" {
		writePage(rw, http.StatusBadRequest, "authorize.html", consentPage{Title: "Authorize an app", Problem: problem})
		return
	}
	http.Redirect(rw, r, to, http.StatusFound)
}

// consent reads the parameters of an authorization request. Nothing is ever sent
// to an address that is not on the app's list. The numbers are Zoom's:
// https://developers.zoom.us/docs/integrations/oauth-error-messages/
func (w *world) consent(q url.Values) (consent, string) {
	app := w.apps[q.Get("client_id")]
	if app == nil || app.Kind == KindS2S {
		return consent{}, "Invalid client_id (4,702)"
	}
	c := consent{app: app, redirectURI: q.Get("redirect_uri"), state: q.Get("state")}
	if c.redirectURI == "" && len(app.RedirectURIs) == 1 {
		c.redirectURI = app.RedirectURIs[0]
	}
	if !slices.Contains(app.RedirectURIs, c.redirectURI) {
		return consent{}, "Invalid redirect URL (4,709)"
	}
	if q.Get("response_type") != "code" {
		return consent{}, "Invalid response_type (4,700)"
	}
	c.challenge, c.method = q.Get("code_challenge"), q.Get("code_challenge_method")
	if c.method == "" {
		c.method = "plain"
	}
	if c.method != "plain" && c.method != "S256" {
		return consent{}, "Invalid code_challenge_method (4,700)"
	}
	return c, ""
}

// decide returns the address that the user's browser goes back to.
func (w *world) decide(c consent, login, decision string) (to, problem string) {
	back, err := url.Parse(c.redirectURI)
	if err != nil {
		return "", "Invalid redirect URL (4,709)"
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
		q.Set("code", w.authorize(c.app, u, c.redirectURI, c.challenge, c.method))
	case "decline":
		q.Set("error", "access_denied")
	default:
		return "", "Allow or decline"
	}
	back.RawQuery = q.Encode()
	return back.String(), ""
}
