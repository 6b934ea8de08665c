package kit

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/pkg/errors"
)

// Login is a user who can be picked on the consent page.
type Login struct {
	// Value is the login for Allow, and Label what the page shows.
	Value, Label string
}

// Authorizer is a world whose users can allow apps something. Its methods are
// called with the sandbox locked.
type Authorizer interface {
	Embedder
	// Consent reads the parameters of an authorization request, or says what is wrong
	// with them. Nothing is ever sent to an address that Consent didn't accept.
	Consent(url.Values) (c Consent, problem string)
	// Logins lists who can allow it.
	Logins() []Login
	// Allow records that a user allows it and returns the code for the app; false when
	// there is no such user.
	Allow(c Consent, login string) (code string, ok bool)
}

// consentPage is what the page shows.
type consentPage struct {
	Title, Problem, App, Note string
	// Hidden are the parameters of the request, for the form to send again.
	Hidden map[string]string
	Scopes []string
	Logins []Login
}

// serveConsent is the page on which a user picks a login and allows or declines
// what the app asks for. With an approver it goes back to the app at once.
func serveConsent[W Authorizer](s *Sandbox[W], pages *Pages) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		page := consentPage{Title: consentTitle, Hidden: map[string]string{}}
		var to string
		s.Locked(func(w W) {
			var c Consent
			if c, page.Problem = w.Consent(r.URL.Query()); page.Problem != "" {
				return
			}
			if c.Approver != "" {
				to, page.Problem = decide(w, c, c.Approver, "allow")
				return
			}
			page.App, page.Scopes, page.Logins, page.Note = c.App, c.Scopes, w.Logins(), c.Note
			for name, values := range r.URL.Query() {
				page.Hidden[name] = values[0]
			}
		})
		switch {
		case page.Problem != "":
			pages.Write(rw, http.StatusBadRequest, "authorize.html", page)
		case to != "":
			http.Redirect(rw, r, to, http.StatusFound)
		default:
			pages.Write(rw, http.StatusOK, "authorize.html", page)
		}
	}
}

// consentTitle is the title of the consent page.
const consentTitle = "Authorize an app"

// serveDecision is the page's form: it takes the same parameters, the login in
// "user" and "allow" or "decline" in "decision", and goes back to the app.
func serveDecision[W Authorizer](s *Sandbox[W], pages *Pages) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		to, problem := "", "Bad request"
		if r.ParseForm() == nil {
			s.Locked(func(w W) {
				var c Consent
				if c, problem = w.Consent(r.Form); problem == "" {
					to, problem = decide(w, c, r.Form.Get("user"), r.Form.Get("decision"))
				}
			})
		}
		if problem != "" {
			pages.Write(rw, http.StatusBadRequest, "authorize.html", consentPage{Title: consentTitle, Problem: problem})
			return
		}
		http.Redirect(rw, r, to, http.StatusFound)
	}
}

// decide returns the address that the user's browser goes back to.
func decide(w Authorizer, c Consent, login, decision string) (to, problem string) {
	back, err := url.Parse(c.RedirectURI)
	if err != nil {
		return "", "Invalid redirect_uri"
	}
	q := back.Query()
	if c.State != "" {
		q.Set("state", c.State)
	}
	switch decision {
	case "allow":
		code, ok := w.Allow(c, login)
		if !ok {
			return "", "Select a user"
		}
		q.Set("code", code)
	case "decline":
		q.Set("error", "access_denied")
		if c.Declined != "" {
			q.Set("error_description", c.Declined)
		}
	default:
		return "", "Select Allow or Decline"
	}
	back.RawQuery = q.Encode()
	return back.String(), ""
}

// Refusal is an answer of the token endpoint that refuses something.
type Refusal struct {
	Status int
	Body   any
}

// Refuse returns a refusal in the form of RFC 6749.
func Refuse(status int, code, description string) *Refusal {
	return &Refusal{status, map[string]string{"error": code, "error_description": description}}
}

// RefuseGrant returns the refusal for an error of [Grants.Exchange]; why is what the
// vendor says about each but ErrGrantType.
func RefuseGrant(err error, form url.Values, why map[error]string) *Refusal {
	if errors.Is(err, ErrGrantType) {
		return Refuse(http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: "+form.Get("grant_type"))
	}
	return Refuse(http.StatusBadRequest, "invalid_grant", why[errors.Cause(err)])
}

// TokenEndpoint returns a handler that reads the form of a request and answers with
// what f returns.
func TokenEndpoint[W Embedder](s *Sandbox[W], f func(W, *http.Request) (any, *Refusal)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var answer any
		refusal := Refuse(http.StatusBadRequest, "invalid_request", "The body is not a form.")
		if r.ParseForm() == nil {
			s.Locked(func(w W) { answer, refusal = f(w, r) })
		}
		rw.Header().Set("Cache-Control", "no-store")
		if refusal != nil {
			WriteJSON(rw, refusal.Status, refusal.Body)
			return
		}
		WriteJSON(rw, http.StatusOK, answer)
	}
}

// ClientCredentials returns how the app behind a request to the token endpoint names itself:
// by Basic authorization, or by parameters of the form.
func ClientCredentials(r *http.Request, form url.Values) (id, secret string) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return form.Get("client_id"), form.Get("client_secret")
	}
	// RFC 6749 has both parts form-encoded inside the header, and some clients do so.
	if decoded, err := url.QueryUnescape(id); err == nil {
		id = decoded
	}
	return id, secret
}

// SameFormSecret compares a secret with one that was shown, as it is or form-encoded.
func SameFormSecret(secret, shown string) bool {
	if SameSecret(secret, shown) {
		return true
	}
	decoded, err := url.QueryUnescape(shown)
	return err == nil && SameSecret(secret, decoded)
}

// RouteOAuth adds the consent page to what a product serves.
func RouteOAuth[W Authorizer](s *Sandbox[W], site *http.ServeMux, path string, pages *Pages) {
	site.HandleFunc("GET "+path, serveConsent(s, pages))
	site.HandleFunc("POST "+path, serveDecision(s, pages))
}

// Revoker is a sandbox whose grants can be ended from outside.
type Revoker interface {
	// RevokeGrant ends what a user allowed an app, without telling the app.
	RevokeGrant(login, clientID string) error
	// ExpireTokens has all access tokens of an app expire now.
	ExpireTokens(clientID string) error
}

// grantRequest names a grant.
type grantRequest struct {
	User     string `json:"user"`
	Email    string `json:"email"`
	ClientID string `json:"client_id"`
}

// RouteGrants adds what ends grants to the control API:
//
//	POST   /_sandbox/grants/revoke   {"user" or "email","client_id"}, without telling the app
//	POST   /_sandbox/grants/expire   {"client_id"}: its access tokens expire now
func (s *Sandbox[W]) RouteGrants(r Revoker) {
	s.Handle("POST /_sandbox/grants/revoke", Body(func(q grantRequest) (any, error) { return nil, r.RevokeGrant(q.User+q.Email, q.ClientID) }))
	s.Handle("POST /_sandbox/grants/expire", Body(func(q grantRequest) (any, error) { return nil, r.ExpireTokens(q.ClientID) }))
}

// HasAny reports whether scopes contain one of those that are needed.
func HasAny(scopes []string, needed ...string) bool {
	return slices.ContainsFunc(needed, func(s string) bool { return slices.Contains(scopes, s) })
}
