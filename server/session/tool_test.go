package session_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	clientID     = "client-id"
	clientSecret = "client-secret-never-shown"
	anns         = "personal-token-of-ann"
)

// tool is a fake of the vendor's cloud at cloud.test and api.cloud.test, a company's own server at dc.test, and everything else that can
// be reached. It responds without a network, so that stories can run in synthetic time.
type tool struct {
	mu        sync.Mutex
	codes     map[string]consent
	refresh   map[string]string    // refresh token -> login
	access    map[string]time.Time // access token -> expiry
	logins    map[string]string    // access or personal token -> login
	issued    []string             // every secret ever issued
	calls     []string             // "POST dc.test/oauth/token refresh_token", in order
	shown     []string             // the Authorization header of each call to the API
	revoked   []string
	bodies    []string
	intercept func(w http.ResponseWriter, r *http.Request) bool
}

type consent struct{ login, challenge, host, redirect string }

func newTool() *tool {
	return &tool{
		codes: map[string]consent{}, refresh: map[string]string{}, access: map[string]time.Time{},
		logins: map[string]string{"Bearer " + anns: "ann", "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:"+anns)): "ann"},
		issued: []string{anns, clientSecret},
	}
}

// RoundTrip responds to a request, unless its context ends first.
func (z *tool) RoundTrip(r *http.Request) (*http.Response, error) {
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

func (z *tool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/code") // the path prefix of the company's server
	call := r.Method + " " + r.URL.Host + path
	if path == "/oauth/token" {
		call += " " + r.PostFormValue("grant_type")
	}
	z.calls = append(z.calls, call)
	if z.intercept != nil && z.intercept(w, r) {
		return
	}
	switch path {
	case "/oauth/token", "/oauth/revoke":
		z.serveOAuth(w, r)
	case "/here":
		http.Redirect(w, r, "https://cloud.test/user", http.StatusFound)
	case "/there":
		http.Redirect(w, r, "https://elsewhere.test/user", http.StatusFound)
	default:
		z.serveAPI(w, r)
	}
}

// serveAPI responds with the token's user, and records the header. The caller holds the lock.
func (z *tool) serveAPI(w http.ResponseWriter, r *http.Request) {
	shows := r.Header.Get("Authorization")
	z.shown = append(z.shown, shows)
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		z.bodies = append(z.bodies, string(body))
	}
	login, known := z.logins[shows]
	if expires, limited := z.access[shows]; !known || limited && !time.Now().Before(expires) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"id": "id-" + login, "name": login})
}

// serveOAuth handles requests for tokens and revocations. The caller holds the lock.
func (z *tool) serveOAuth(w http.ResponseWriter, r *http.Request) {
	if id, secret, ok := r.BasicAuth(); !ok || id != clientID || secret != clientSecret {
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	login, ok := "", false
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		c, known := z.codes[r.PostFormValue("code")]
		delete(z.codes, r.PostFormValue("code"))
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		challenge := base64.RawURLEncoding.EncodeToString(sum[:])
		login, ok = c.login, known && c.challenge == challenge && c.host == r.URL.Host && c.redirect == r.PostFormValue("redirect_uri")
	case "refresh_token":
		login, ok = z.refresh[r.PostFormValue("refresh_token")]
	default:
		z.revoked = append(z.revoked, r.PostFormValue("token"))
		delete(z.refresh, r.PostFormValue("token"))
		return
	}
	if !ok {
		refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	access := z.secret("access")
	z.logins["Bearer "+access], z.access["Bearer "+access] = login, time.Now().Add(time.Hour)
	answer := map[string]any{"access_token": access, "token_type": "bearer", "expires_in": 3600}
	if r.PostFormValue("grant_type") == "authorization_code" {
		refresh := z.secret("refresh")
		z.refresh[refresh] = login
		answer["refresh_token"] = refresh
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// agree submits the consent page as this user and returns the code and state of the redirect.
func (z *tool) agree(t *testing.T, page, login string) (code, state string) {
	t.Helper()
	address, err := url.Parse(page)
	require.NoError(t, err)
	q := address.Query()
	require.Equal(t, clientID, q.Get("client_id"))
	require.Equal(t, "repository webhook", q.Get("scope"))
	z.mu.Lock()
	defer z.mu.Unlock()
	code = z.secret("code")
	z.codes[code] = consent{login: login, challenge: q.Get("code_challenge"), host: address.Host, redirect: q.Get("redirect_uri")}
	return code, q.Get("state")
}

func (z *tool) secret(kind string) string {
	s := kind + "-" + rand.Text()
	z.issued = append(z.issued, s)
	return s
}

// reject makes the provider forget all access tokens, and if all is set, the refresh tokens, too.
func (z *tool) reject(all bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	clear(z.access)
	for token := range z.logins {
		if token != "Bearer "+anns {
			delete(z.logins, token)
		}
	}
	if all {
		clear(z.refresh)
	}
}

// breakWith has requests answered by this function from now on; nil restores the provider.
func (z *tool) breakWith(intercept func(http.ResponseWriter, *http.Request) bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.intercept = intercept
}

// count returns the number of such calls so far.
func (z *tool) count(call string) int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(z.calls), func(c string) bool { return c != call }))
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": code})
}

// answerWith responds to every request with this.
func answerWith(status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the recorder accepts everything
		return true
	}
}
