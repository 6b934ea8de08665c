package oauth_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/oauth"
)

const (
	clientID     = "client-id"
	clientSecret = "client-secret-never-shown"
	accountID    = "account-1"
	redirectURL  = "https://chat.example.com/plugins/zoom/oauth2/complete"
)

// authServer is Zoom's authorization server as strict as Zoom documents it: codes and refresh tokens work once, PKCE is checked, a
// new consent of a user ends the earlier grant.
type authServer struct {
	mu      sync.Mutex
	codes   map[string]consent
	refresh map[string]string    // refresh token -> Zoom user
	access  map[string]time.Time // access token -> expiry
	calls   map[string]int       // by grant type, and "revoke"
	issued  []string             // every secret that was ever given out
	revoked []string

	// intercept may answer a request itself; it is asked before anything happens. breakWith sets it.
	intercept func(w http.ResponseWriter, r *http.Request) bool
	// late is called after a request took effect, before its answer.
	late func(r *http.Request)
	// answer may change what a successful request for a token says.
	answer func(map[string]any)
}

type consent struct{ user, challenge, redirect string }

func newAuthServer() *authServer {
	return &authServer{
		codes: map[string]consent{}, refresh: map[string]string{}, access: map[string]time.Time{}, calls: map[string]int{},
	}
}

// RoundTrip answers without a network, so that stories can run in synthetic time.
func (z *authServer) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		z.ServeHTTP(recorder, r)
	}()
	select {
	case <-finished:
		return recorder.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (z *authServer) client() *http.Client { return &http.Client{Transport: z} }

func (z *authServer) app() oauth.App {
	return oauth.App{
		ClientID: clientID, ClientSecret: clientSecret, AccountID: accountID, RedirectURL: redirectURL,
		AuthURL: "https://zoom.test/oauth/authorize", TokenURL: "https://zoom.test/oauth/token", RevokeURL: "https://zoom.test/oauth/revoke",
	}
}

// agree plays the user on the consent page: it checks the request and returns the code and state that Zoom sends back.
func (z *authServer) agree(t testing.TB, authURL, user string) (code, state string) {
	t.Helper()
	address, err := url.Parse(authURL)
	require.NoError(t, err)
	q := address.Query()
	require.Equal(t, clientID, q.Get("client_id"))
	require.Equal(t, "code", q.Get("response_type"))
	require.Equal(t, "S256", q.Get("code_challenge_method"))
	z.mu.Lock()
	defer z.mu.Unlock()
	code = z.secret("code")
	z.codes[code] = consent{user: user, challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	return code, q.Get("state")
}

// grant returns tokens as if the user had just been through the whole flow.
func (z *authServer) grant(user string, life time.Duration) oauth.Token {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.issue(user, life)
}

// ServeHTTP answers requests for tokens and to revoke.
func (z *authServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	intercept := z.intercept
	z.mu.Unlock()
	if intercept != nil && intercept(w, r) {
		return
	}
	if id, secret, ok := r.BasicAuth(); !ok || id != clientID || secret != clientSecret {
		refuse(w, http.StatusUnauthorized, "invalid_client", "Invalid client_id or client_secret")
		return
	}
	if r.Method != http.MethodPost || r.URL.RawQuery != "" {
		refuse(w, http.StatusBadRequest, "invalid_request", "secrets belong in the body")
		return
	}
	if r.URL.Path == "/oauth/revoke" {
		z.serveRevoke(w, r)
		return
	}
	z.serveToken(w, r)
}

func (z *authServer) serveToken(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	kind := r.PostFormValue("grant_type")
	z.calls[kind]++
	var user string
	ok := true
	switch kind {
	case "authorization_code":
		c, known := z.codes[r.PostFormValue("code")]
		delete(z.codes, r.PostFormValue("code"))
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		ok = known && c.challenge == base64.RawURLEncoding.EncodeToString(sum[:]) && c.redirect == r.PostFormValue("redirect_uri")
		user = c.user
	case "refresh_token":
		user, ok = z.refresh[r.PostFormValue("refresh_token")]
		delete(z.refresh, r.PostFormValue("refresh_token"))
	case "account_credentials":
		ok = r.PostFormValue("account_id") == accountID
	}
	if !ok {
		z.mu.Unlock()
		refuse(w, http.StatusBadRequest, "invalid_grant", "Invalid Token!")
		return
	}
	token := z.issue(user, time.Hour)
	z.mu.Unlock()
	if z.late != nil {
		z.late(r)
	}
	answer := map[string]any{
		"access_token": token.Access, "token_type": "bearer", "expires_in": 3600, "scope": "meeting:write user:read",
		"api_url": "https://api.zoom.us",
	}
	if user != "" {
		answer["refresh_token"] = token.Refresh
	}
	if z.answer != nil {
		z.answer(answer)
	}
	reply(w, http.StatusOK, answer)
}

func (z *authServer) serveRevoke(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.calls["revoke"]++
	token := r.PostFormValue("token")
	if expires, known := z.access[token]; !known || !time.Now().Before(expires) {
		refuse(w, http.StatusBadRequest, "invalid_request", "Invalid Token!")
		return
	}
	z.revoked = append(z.revoked, token)
	reply(w, http.StatusOK, map[string]any{"status": "success"})
}

// issue ends the user's earlier grant and makes a new one. The caller holds the lock.
func (z *authServer) issue(user string, life time.Duration) oauth.Token {
	if user != "" {
		for token, owner := range z.refresh {
			if owner == user {
				delete(z.refresh, token)
			}
		}
	}
	token := oauth.Token{Access: z.secret("access"), Expiry: time.Now().Add(life), Scope: "meeting:write user:read"}
	z.access[token.Access] = token.Expiry
	if user != "" {
		token.Refresh = z.secret("refresh")
		z.refresh[token.Refresh] = user
	}
	return token
}

func (z *authServer) secret(kind string) string {
	s := kind + "-" + rand.Text()
	z.issued = append(z.issued, s)
	return s
}

// breakWith has requests answered by this from now on, or nil for the server itself.
func (z *authServer) breakWith(intercept func(http.ResponseWriter, *http.Request) bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.intercept = intercept
}

// count returns how many requests of the kind came so far.
func (z *authServer) count(kind string) int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.calls[kind]
}

func refuse(w http.ResponseWriter, status int, code, reason string) {
	reply(w, status, map[string]any{"error": code, "reason": reason})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that left is part of some stories
}
