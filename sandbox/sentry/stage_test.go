package sentry_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
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
			Slug: "chat", Token: "token-of-chat", ClientSecret: "secret-of-chat-0123456789", WebhookURL: hook.URL,
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
func (a answer) str(names ...string) string { return kittest.Text(a.body, names...) }

// do sends a request without following redirects.
func (s *stage) do(r *http.Request) answer {
	s.t.Helper()
	var a answer
	a.status, a.header, a.text = kittest.Do(s.t, r, &a.body, &a.list)
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
type ear = kittest.Ear[heard]

// listen opens an endpoint.
func listen(t *testing.T) *ear {
	t.Helper()
	return kittest.Listen(t, func(h http.Header, body []byte) heard {
		one := heard{header: h, body: body}
		_ = json.Unmarshal(body, &one.json)
		action, _ := one.json["action"].(string)
		one.event = h.Get("Sentry-Hook-Resource") + "." + action
		return one
	})
}

// events returns what arrived by resource and action, and forgets it.
func events(e *ear) []string {
	names := []string{}
	for _, one := range e.All() {
		names = append(names, one.event)
	}
	return names
}
