package sentry_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/sentry"
)

// noon is when all stories begin.
var noon = time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)

// stage is a simulated Sentry with the organization acme, which Ada owns and Bob
// is a member of; Eve is not. Its project web has an internal integration.
type stage struct {
	t       *testing.T
	sbx     *sentry.Sandbox
	url     string
	project *sentry.ProjectHandle
	app     sentry.App
	ear     *ear
}

// setStage opens a sandbox whose clock stands at noon.
func setStage(t *testing.T, change ...func(*sentry.Options)) *stage {
	t.Helper()
	hook := listen(t)
	opts := sentry.Options{Options: kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7, AnswerWithin: 300 * time.Millisecond}}
	for _, login := range []string{"ada", "bob", "eve"} {
		opts.Seed.Users = append(opts.Seed.Users, sentry.User{Login: login, Token: "token-of-" + login})
	}
	opts.Seed.Organizations = []sentry.Organization{{
		Slug: "acme", Name: "Acme Inc", Members: map[string]string{"ada": sentry.RoleOwner, "bob": sentry.RoleMember},
		Invited:  []string{"dan@example.com"},
		Projects: []sentry.Project{{Slug: "web", Name: "Web Shop", Rules: []sentry.AlertRule{{Name: "Tell the team"}}}, {Slug: "api"}},
		Teams:    []sentry.Team{{Slug: "shop", Projects: []string{"web"}}, {Slug: "ops", Projects: []string{"api"}}},
		Integrations: []sentry.Integration{{
			Slug: "chat", Token: "token-of-chat", ClientSecret: "secret-of-chat-0123456789", WebhookURL: hook.url,
			Events: []string{"issue", "comment", "error"}, Alertable: true,
		}},
	}}
	opts.Seed.Apps = []sentry.App{{Name: "Chat", ClientID: "chat", ClientSecret: "s3cret", RedirectURI: "https://chat.example.com/complete"}}
	for _, f := range change {
		f(&opts)
	}
	sbx := sentry.New(opts)
	server := httptest.NewServer(sbx)
	t.Cleanup(func() { sbx.Close(); server.Close() })
	sbx.SetBaseURL(server.URL)
	s := &stage{t: t, sbx: sbx, url: server.URL, app: opts.Seed.Apps[0], ear: hook}
	var err error
	s.project, err = sbx.Project("acme", "web")
	require.NoError(t, err)
	return s
}

// division is an error in the code of the shop.
func division() sentry.Error {
	return sentry.Error{
		Type: "ZeroDivisionError", Value: "division by zero", Culprit: "shop.cart in average", Release: "shop@1.4.2", Environment: "production",
		User: "carol@customer.example", IP: "198.51.100.7",
		Frames: []sentry.Frame{
			{File: "gunicorn/workers.py", Function: "handle", Line: 178, Code: "    respiter = self.wsgi()"},
			{File: "shop/cart.py", Function: "average", Line: 13, Code: "    return sum(p) / len(p)", Before: []string{"def average(p):"}, InApp: true},
		},
	}
}

// answer is a decoded answer.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	list   []map[string]any
	text   string
}

// str is a text in the body, or in what is inside.
func (a answer) str(names ...string) string {
	var v any = a.body
	for _, name := range names {
		inner, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = inner[name]
	}
	text, _ := v.(string)
	return text
}

// do sends a request without following redirects.
func (s *stage) do(r *http.Request) answer {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
	_ = json.Unmarshal(text, &a.body)
	_ = json.Unmarshal(text, &a.list)
	return a
}

// as calls the API with a user's token, "" for none.
func (s *stage) as(who, method, path, body string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if who != "" {
		r.Header.Set("Authorization", "Bearer token-of-"+who)
	}
	r.Header.Set("Content-Type", "application/json")
	return s.do(r)
}

// raise has the error happen.
func (s *stage) raise(e sentry.Error) *sentry.Issue {
	s.t.Helper()
	issue, err := s.project.Error(e)
	require.NoError(s.t, err)
	return issue
}

// heard is one delivery as it arrived.
type heard struct {
	header http.Header
	body   []byte
	event  string
	json   map[string]any
}

// ear is the endpoint of a webhook.
type ear struct {
	url string

	mu     sync.Mutex
	got    []heard
	status []int         // of the next answers; 200 when used up
	slow   time.Duration // before each answer
}

// listen opens an endpoint.
func listen(t *testing.T) *ear {
	t.Helper()
	e := &ear{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		one := heard{header: r.Header, body: body}
		_ = json.Unmarshal(body, &one.json)
		action, _ := one.json["action"].(string)
		one.event = r.Header.Get("Sentry-Hook-Resource") + "." + action
		e.got = append(e.got, one)
		status, slow := http.StatusOK, e.slow
		if len(e.status) > 0 {
			status, e.status = e.status[0], e.status[1:]
		}
		e.mu.Unlock()
		select {
		case <-time.After(slow):
		case <-r.Context().Done():
			return
		}
		rw.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	e.url = server.URL + "/hook"
	return e
}

// behave sets how the endpoint answers from now on.
func (e *ear) behave(slow time.Duration, status ...int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.slow, e.status = slow, status
}

// all returns what arrived, and forgets it.
func (e *ear) all() []heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.got
	e.got = nil
	return got
}

// events returns what arrived by resource and action, and forgets it.
func (e *ear) events() []string {
	names := []string{}
	for _, one := range e.all() {
		names = append(names, one.event)
	}
	return names
}
