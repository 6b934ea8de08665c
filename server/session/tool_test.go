package session

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

// tool is the vendor's cloud at cloud.test and api.cloud.test, a company's own server at dc.test, and all else that can be reached. It
// answers without a network, so that stories can be told in synthetic time.
type tool struct {
	mu        sync.Mutex
	codes     map[string]consent
	refresh   map[string]string    // refresh token -> login
	access    map[string]time.Time // access token -> expiry
	logins    map[string]string    // access or personal token -> login
	issued    []string             // every secret that was ever given out
	calls     []string             // "POST dc.test/oauth/token refresh_token", in order
	shown     []string             // what Authorization each call to the API showed
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

// RoundTrip answers a request, unless it is given up before.
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
	path := strings.TrimPrefix(r.URL.Path, "/code") // where the company has it
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

// serveAPI answers who is asking, and notes what was sent. The caller holds the lock.
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

// serveOAuth answers requests for tokens and to revoke. The caller holds the lock.
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

// agree plays the person on the consent page and returns the code and state that they come back with.
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

// reject has the provider forget all access tokens, and with all the refresh tokens, too.
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

// breakWith has requests answered by this from now on, or nil for the provider itself.
func (z *tool) breakWith(intercept func(http.ResponseWriter, *http.Request) bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.intercept = intercept
}

// count returns how many such calls came so far.
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

// answerWith has every request answered with this.
func answerWith(status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the recorder takes everything
		return true
	}
}
