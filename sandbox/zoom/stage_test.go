package zoom_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/openapi"
)

// noon is when all stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// scopes is what the apps of the stories may do, at user level.
var scopes = []string{
	"user:read:user", "meeting:write:meeting", "meeting:read:meeting", "meeting:update:meeting", "meeting:delete:meeting",
	"meeting:update:status", "meeting:read:participant", "meeting:read:list_meetings", "meeting:read:invitation",
	"meeting:read:past_meeting", "meeting:read:list_past_participants",
}

// admin turns scopes into their account-level form.
func admin(scopes []string) []string {
	var out []string
	for _, s := range scopes {
		out = append(out, s+":admin")
	}
	return out
}

// documents loads Zoom's documents once for all tests. Where they are present,
// every answer in every story is held against them.
var documents = sync.OnceValues(func() (*openapi.Endpoints, error) {
	dir, found := openapi.Find()
	if !found {
		return nil, nil
	}
	return openapi.LoadEndpoints(dir)
})

// stage is a simulated Zoom with Priya and Sam in it, and a bystander from
// another account.
type stage struct {
	t          *testing.T
	sbx        *zoom.Sandbox
	url        string
	priya, sam zoom.User
	stranger   zoom.User
}

// setStage opens a sandbox whose clock stands at noon.
func setStage(t *testing.T, policy zoom.Policy) *stage {
	t.Helper()
	sbx := zoom.New(zoom.Options{
		Options: kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7, AnswerWithin: 300 * time.Millisecond},
		Seed:    zoom.Seed{Policy: policy},
	})
	var handler http.Handler = sbx
	docs, err := documents()
	require.NoError(t, err)
	if docs != nil {
		handler = docs.Answers(sbx, func(v openapi.Violation) {
			t.Errorf("Zoom's documents do not know this answer (%d) to %s %s: %v", v.Status, v.Method, v.Path, v.Err)
		})
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() { sbx.Close(); server.Close() })
	sbx.SetBaseURL(server.URL)
	s := &stage{t: t, sbx: sbx, url: server.URL}
	s.priya = s.user("priya@example.com", "Priya", "Shah", "")
	s.sam = s.user("sam@example.com", "Sam", "Okoro", "")
	s.stranger = s.user("eve@elsewhere.example", "Eve", "Elsewhere", "AnotherAccount00000000")
	return s
}

// user registers a person.
func (s *stage) user(email, first, last, account string) zoom.User {
	s.t.Helper()
	u, err := s.sbx.AddUser(zoom.User{Email: email, FirstName: first, LastName: last, AccountID: account})
	require.NoError(s.t, err)
	return u
}

// app registers an app of a kind, with all scopes of that kind.
func (s *stage) app(kind zoom.Kind, change ...func(*zoom.App)) zoom.App {
	s.t.Helper()
	a := zoom.App{
		Name: "Chat", Kind: kind, ClientID: "chat-" + string(kind), ClientSecret: "s3cret/+",
		WebhookSecret: "wh-secret", RedirectURIs: []string{"https://chat.example.com/complete"}, Scopes: scopes,
	}
	if kind != zoom.KindUser {
		a.Scopes = admin(scopes)
	}
	for _, f := range change {
		f(&a)
	}
	saved, err := s.sbx.SetApp(a)
	require.NoError(s.t, err)
	return saved.App
}

// answer is a decoded answer.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// code is the error code of an API answer.
func (a answer) code() int {
	n, _ := a.body["code"].(float64)
	return int(n)
}

// str is a text in the body.
func (a answer) str(field string) string {
	s, _ := a.body[field].(string)
	return s
}

// id is the meeting ID in the body.
func (a answer) id() int64 {
	n, _ := a.body["id"].(float64)
	return int64(n)
}

// do sends a request without following redirects.
func (s *stage) do(r *http.Request) answer {
	s.t.Helper()
	var a answer
	a.status, a.header, a.text = kittest.Do(s.t, r, &a.body)
	return a
}

// api calls Zoom's API; body is JSON, given as text or as a value.
func (s *stage) api(token, method, path string, body any) answer {
	s.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(s.t, err)
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, s.url+"/v2"+path, content)
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	return s.do(r)
}

// post sends a form to the sandbox as app.
func (s *stage) post(app zoom.App, path string, form url.Values) answer {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if app.ClientID != "" {
		r.SetBasicAuth(app.ClientID, app.ClientSecret)
	}
	return s.do(r)
}

// consent lets a user allow an app and returns the code; more are parameters of
// the authorization request.
func (s *stage) consent(app zoom.App, u zoom.User, more url.Values) string {
	s.t.Helper()
	form := url.Values{
		"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {app.RedirectURIs[0]}, "state": {"st"},
		"user": {u.Email}, "decision": {"allow"},
	}
	maps.Copy(form, more)
	a := s.post(zoom.App{}, "/oauth/authorize", form)
	require.Equal(s.t, http.StatusFound, a.status, a.text)
	back, err := url.Parse(a.header.Get("Location"))
	require.NoError(s.t, err)
	require.Equal(s.t, "st", back.Query().Get("state"))
	return back.Query().Get("code")
}

// redeem exchanges a code.
func (s *stage) redeem(app zoom.App, code string) answer {
	s.t.Helper()
	return s.post(app, "/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {app.RedirectURIs[0]},
	})
}

// refresh exchanges a refresh token.
func (s *stage) refresh(app zoom.App, token string) answer {
	s.t.Helper()
	return s.post(app, "/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// connect lets a user allow an app and returns the access token.
func (s *stage) connect(app zoom.App, u zoom.User) string {
	s.t.Helper()
	a := s.redeem(app, s.consent(app, u, nil))
	require.Equal(s.t, http.StatusOK, a.status, a.text)
	return a.str("access_token")
}

// serverToken gets a token for a server-to-server app.
func (s *stage) serverToken(app zoom.App) string {
	s.t.Helper()
	a := s.post(app, "/oauth/token", url.Values{"grant_type": {"account_credentials"}, "account_id": {app.AccountID}})
	require.Equal(s.t, http.StatusOK, a.status, a.text)
	return a.str("access_token")
}

// control calls the control API.
func (s *stage) control(method, path, body string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+"/_sandbox"+path, strings.NewReader(body))
	require.NoError(s.t, err)
	return s.do(r)
}
