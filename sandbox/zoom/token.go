package zoom

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
)

// oauthError is a refusal of the OAuth endpoints.
type oauthError struct {
	status int
	Reason string `json:"reason"`
	Error  string `json:"error"`
}

// badRequest is the form most refusals have.
func badRequest(reason, code string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, Reason: reason, Error: code}
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

// serveToken is POST /oauth/token. Parameters may stand in the query or in a
// form body; the client names itself by Basic authorization or by parameters.
func (s *Sandbox) serveToken(rw http.ResponseWriter, r *http.Request) {
	var answer any
	refusal := badRequest("Bad request", "invalid_request")
	if r.ParseForm() == nil {
		s.locked(func(w *world) {
			var app *registration
			if app, refusal = w.client(r); refusal == nil {
				answer, refusal = w.exchange(app, r.Form)
			}
		})
	}
	writeOAuth(rw, answer, refusal)
}

// serveRevoke is POST /oauth/revoke: either token of a grant ends all of it.
func (s *Sandbox) serveRevoke(rw http.ResponseWriter, r *http.Request) {
	refusal := badRequest("Bad request", "invalid_request")
	if r.ParseForm() == nil {
		s.locked(func(w *world) {
			var app *registration
			if app, refusal = w.client(r); refusal == nil {
				refusal = w.revoke(app, r.Form.Get("token"))
			}
		})
	}
	writeOAuth(rw, map[string]string{"status": "success"}, refusal)
}

// writeOAuth answers a request to the token or the revocation endpoint.
func writeOAuth(rw http.ResponseWriter, answer any, refusal *oauthError) {
	rw.Header().Set("Cache-Control", "no-store")
	if refusal != nil {
		writeJSON(rw, refusal.status, refusal)
		return
	}
	writeJSON(rw, http.StatusOK, answer)
}

// client authenticates the app behind a request to the OAuth endpoints.
func (w *world) client(r *http.Request) (*registration, *oauthError) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.Form.Get("client_id"), r.Form.Get("client_secret")
	}
	// RFC 6749 has both parts form-encoded inside the header, and some clients do so.
	for _, decode := range []func(string) (string, error){asIs, url.QueryUnescape} {
		i, err1 := decode(id)
		sec, err2 := decode(secret)
		app := w.apps[i]
		if err1 == nil && err2 == nil && app != nil &&
			subtle.ConstantTimeCompare([]byte(app.ClientSecret), []byte(sec)) == 1 {
			return app, nil
		}
	}
	return nil, &oauthError{http.StatusUnauthorized, "Invalid client_id or client_secret", "invalid_client"}
}

// asIs is the decoding of a header whose parts were not encoded.
func asIs(s string) (string, error) { return s, nil }

// exchange serves one grant type.
func (w *world) exchange(app *registration, form url.Values) (any, *oauthError) {
	switch form.Get("grant_type") {
	case "authorization_code":
		g, refusal := w.redeem(app, form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
		return w.userTokens(app, g, refusal)
	case "refresh_token":
		g, refusal := w.renew(app, form.Get("refresh_token"))
		return w.userTokens(app, g, refusal)
	case "account_credentials":
		if app.Kind != KindS2S || form.Get("account_id") != app.AccountID {
			return nil, badRequest("Bad request", "invalid_request")
		}
		return w.tokens(w.issue(app, nil, false, app.Scopes), "", app.Scopes), nil
	case "client_credentials":
		if app.Kind == KindS2S {
			return nil, badRequest("unsupported grant type", "unsupported_grant_type")
		}
		scopes := []string{"imchat:bot"}
		return w.tokens(w.issue(app, nil, true, scopes), "", scopes), nil
	case "":
		return nil, badRequest("Missing grant type.", "invalid_request")
	default:
		return nil, badRequest("unsupported grant type", "unsupported_grant_type")
	}
}

// userTokens answers with a new pair for a grant, or passes the refusal on.
func (w *world) userTokens(app *registration, g *grant, refusal *oauthError) (any, *oauthError) {
	if refusal != nil {
		return nil, refusal
	}
	return w.tokens(w.issue(app, g, false, g.scopes), g.refresh, g.scopes), nil
}

// tokens writes the answer of the token endpoint.
func (w *world) tokens(access, refresh string, scopes []string) tokenAnswer {
	return tokenAnswer{
		AccessToken: access, TokenType: "bearer", RefreshToken: refresh,
		ExpiresIn: int(accessLifetime.Seconds()), Scope: strings.Join(scopes, " "), APIURL: w.base,
	}
}

// revoke ends what the token belongs to.
func (w *world) revoke(app *registration, token string) *oauthError {
	if a := w.access[token]; a != nil && a.clientID == app.ClientID {
		if a.grant != nil {
			w.endGrant(a.grant.key)
		}
		delete(w.access, token)
		return nil
	}
	if g := w.refresh[token]; g != nil && g.key.clientID == app.ClientID {
		w.endGrant(g.key)
		return nil
	}
	return badRequest("Invalid Token!", "invalid_request")
}
