package bitbucket_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

// noon is when all stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// stage is a simulated Bitbucket with the repository acme/web in it, which Ada
// administers, Bob writes to and Cyd reads; Eve has no right.
type stage struct {
	t    *testing.T
	sbx  *bitbucket.Sandbox
	url  string
	repo *bitbucket.Repository
	app  bitbucket.App
}

// hookSecret is what webhooks sign with.
const hookSecret = "a-secret-of-ours"

// tokenOf is a person's password for programs.
func tokenOf(nickname string) string { return "token-of-" + nickname }

// setStage opens a sandbox whose clock stands at noon.
func setStage(t *testing.T, change ...func(*bitbucket.Options)) *stage {
	t.Helper()
	opts := bitbucket.Options{Options: kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7, AnswerWithin: 300 * time.Millisecond}}
	for _, nickname := range []string{"ada", "bob", "cyd", "eve"} {
		opts.Seed.Users = append(opts.Seed.Users, bitbucket.User{Nickname: nickname, Token: tokenOf(nickname)})
	}
	opts.Seed.Repos = []bitbucket.Repo{{
		Workspace: "acme", Slug: "web", Name: "Web Shop", Private: true, Rights: map[string]string{"ada": "admin", "bob": "write", "cyd": "read"},
	}}
	opts.Seed.Apps = []bitbucket.App{{Name: "Chat", ClientID: "chat", ClientSecret: "s3cret/+", RedirectURI: "https://chat.example.com/complete"}}
	for _, f := range change {
		f(&opts)
	}
	sbx := bitbucket.New(opts)
	server := httptest.NewServer(sbx)
	t.Cleanup(func() { sbx.Close(); server.Close() })
	sbx.SetBaseURL(server.URL)
	s := &stage{t: t, sbx: sbx, url: server.URL, app: opts.Seed.Apps[0]}
	var err error
	s.repo, err = sbx.Repository(opts.Seed.Repos[0].Workspace, "web")
	require.NoError(t, err)
	return s
}

// dataCenter makes the stage one of a Data Center.
func dataCenter(version string) func(*bitbucket.Options) {
	return func(o *bitbucket.Options) { o.Kind, o.Version = bitbucket.DataCenter, version }
}

// answer is a decoded answer.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// at follows the names in the body.
func (a answer) at(names ...string) any { return kittest.At(a.body, names...) }

// str is a text in the body.
func (a answer) str(names ...string) string {
	return kittest.Text(a.body, names...)
}

// values is a list in the body.
func (a answer) values() []any {
	list, _ := a.body["values"].([]any)
	return list
}

// do sends a request without following redirects.
func (s *stage) do(r *http.Request) answer {
	s.t.Helper()
	var a answer
	a.status, a.header, a.text = kittest.Do(s.t, r, &a.body)
	return a
}

// request sends JSON, given as text, with an Authorization header.
func (s *stage) request(authorization, method, path, body string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	r.Header.Set("Content-Type", "application/json")
	return s.do(r)
}

// as calls the API of Cloud, or of a Data Center, with a person's password.
func (s *stage) as(nickname, method, path, body string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	name := nickname + "@example.com"
	if strings.HasPrefix(path, "/rest") {
		name = nickname
	}
	r.SetBasicAuth(name, tokenOf(nickname))
	return s.do(r)
}

// control calls the control API.
func (s *stage) control(method, path, body string) answer {
	s.t.Helper()
	return s.request("", method, "/_sandbox"+path, body)
}

// form posts a form as the app.
func (s *stage) form(path string, form url.Values, basic bool) answer {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		r.SetBasicAuth(s.app.ClientID, s.app.ClientSecret)
	}
	return s.do(r)
}

// received is one delivery as it arrived.
type received struct {
	header http.Header
	body   []byte
	event  string
	json   map[string]any
}

// ear is the endpoint of a webhook.
type ear = kittest.Ear[received]

// listen opens an endpoint.
func listen(t *testing.T, answers ...int) *ear {
	t.Helper()
	return kittest.Listen(t, func(h http.Header, body []byte) received {
		heard := received{header: h, body: body, event: h.Get("X-Event-Key")}
		_ = json.Unmarshal(body, &heard.json)
		return heard
	}, answers...)
}

// keys returns the event keys of what arrived, and forgets it.
func keys(e *ear) []string {
	all := []string{}
	for _, one := range e.All() {
		all = append(all, one.event)
	}
	return all
}

// hook makes a webhook of the repository for the ear, as its admin.
func (s *stage) hook(e *ear, secret string, events ...string) string {
	s.t.Helper()
	path, request := "/2.0/repositories/acme/web/hooks", map[string]any{"description": "Chat", "url": e.URL, "active": true, "secret": secret, "events": events}
	if strings.Contains(events[0], "pr:") || events[0] == "repo:refs_changed" {
		path = "/rest/api/latest/projects/ACME/repos/web/webhooks"
		request = map[string]any{"name": "Chat", "url": e.URL, "events": events, "configuration": map[string]string{"secret": secret}}
	}
	body, err := json.Marshal(request)
	require.NoError(s.t, err)
	a := s.as("ada", http.MethodPost, path, string(body))
	require.Equal(s.t, http.StatusCreated, a.status, a.text)
	require.NotContains(s.t, a.text, secret, "a secret is never shown")
	return a.str("uuid")
}
