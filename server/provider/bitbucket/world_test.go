package bitbucket

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

const hookSecret = "KSOXMWX5UBLQTBRPBKVCZMAFWE"

// noon is when the stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// testEnv is a simulated Bitbucket with the repository acme/web, which Ada administers, Bob can write and Cyd can read, and the states
// that its deliveries lead to.
type testEnv struct {
	t         *testing.T
	sbx       *sandbox.Sandbox
	repo      *sandbox.Repository
	site      provider.Site
	hook      provider.Hook
	catalogue *i18n.Catalogue

	mu       sync.Mutex
	subjects map[string]json.RawMessage
	series   map[string]json.RawMessage
	aliases  map[string]string
	replies  map[string][]chat.Reply
	kinds    []string
	tasks    []provider.Task
	refused  int
}

func newTestEnv(t *testing.T, kind sandbox.Kind, workspace string) *testEnv {
	t.Helper()
	w := &testEnv{
		t: t, subjects: map[string]json.RawMessage{}, series: map[string]json.RawMessage{}, aliases: map[string]string{},
		replies: map[string][]chat.Reply{},
	}
	opts := sandbox.Options{Options: kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7}, Kind: kind, Version: "9.4.0"}
	for _, name := range []string{"ada", "bob", "cyd"} {
		opts.Seed.Users = append(opts.Seed.Users, sandbox.User{Nickname: name, Token: "token-of-" + name})
	}
	opts.Seed.Repos = []sandbox.Repo{{
		Workspace: workspace, Slug: "web", Private: true, Rights: map[string]string{"ada": "admin", "bob": "write", "cyd": "read"},
	}}
	w.sbx = sandbox.New(opts)
	server, ear := httptest.NewServer(w.sbx), httptest.NewServer(http.HandlerFunc(w.receive))
	t.Cleanup(func() { w.sbx.Close(); server.Close(); ear.Close() })
	w.sbx.SetBaseURL(server.URL)
	var err error
	w.repo, err = w.sbx.Repository(workspace, "web")
	require.NoError(t, err)
	w.site, err = New().ParseSite(string(kind), server.URL, "")
	require.NoError(t, err)
	w.hook = provider.Hook{URL: ear.URL + "/hooks/c.k", Secret: hookSecret}
	w.catalogue, err = i18n.NewCatalogue(New().Describe().Texts)
	require.NoError(t, err)
	return w
}

// receive handles a delivery as the bridge does.
func (w *testEnv) receive(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	d := provider.Delivery{Header: map[string]string{}, Body: body, ReceivedAt: w.sbx.Now()}
	for _, name := range New().Describe().Headers {
		if value := r.Header.Get(name); value != "" {
			d.Header[name] = value
		}
	}
	if err == nil {
		_, err = New().Verify(d, []string{hookSecret})
	}
	var events []provider.Event
	if err == nil {
		events, err = New().Parse(d)
	}
	if err != nil {
		w.refused++
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	for _, e := range events {
		w.applyLocked(e)
	}
}

// apply applies events to their subjects.
func (w *testEnv) apply(events ...provider.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range events {
		w.applyLocked(e)
	}
}

func (w *testEnv) applyLocked(e provider.Event) {
	b := New()
	if e.Series != "" {
		state, err := b.FoldSeries(w.series[e.Series], e)
		require.NoError(w.t, err)
		w.series[e.Series] = state
	}
	e.ContextStates = map[string]json.RawMessage{}
	for _, name := range e.ContextSubjects {
		if state := w.subjects[name]; state != nil {
			e.ContextStates[name] = state
		}
	}
	for _, name := range append([]string{e.Subject}, e.RelatedSubjects...) {
		if alias := w.aliases[name]; alias != "" {
			name = alias
		}
		if name != e.Subject && w.subjects[name] == nil {
			continue
		}
		change, err := b.Fold(w.subjects[name], w.series[e.Series], e)
		require.NoError(w.t, err)
		if change.Stale {
			continue
		}
		w.subjects[name], w.kinds = change.State, append(w.kinds, change.Kind)
		w.replies[name] = append(w.replies[name], change.Replies...)
		w.tasks = append(w.tasks, change.Tasks...)
		for _, alias := range change.Aliases {
			w.aliases[alias] = name
		}
	}
}

// session returns a session of the user; "" is a token of the repository.
func (w *testEnv) session(name string) provider.Session {
	w.t.Helper()
	s := provider.Session{Provider: "Bitbucket", Site: w.site, HTTP: &http.Client{Transport: providertest.Authorization("Bearer token-of-" + name)}}
	if w.site.Kind == kindCloud {
		s.HTTP.Transport = providertest.BasicAuth(name+"@example.com", "token-of-"+name)
	}
	who, err := New().WhoAmI(w.t.Context(), s)
	require.NoError(w.t, err)
	s.Account = who
	return s
}

// install installs the webhook as Ada and returns the repository.
func (w *testEnv) install() provider.Resource {
	w.t.Helper()
	s := w.session("ada")
	r, err := New().Resource(w.t.Context(), s, w.path())
	require.NoError(w.t, err)
	_, err = New().Install(w.t.Context(), s, r, w.hook)
	require.NoError(w.t, err)
	return r
}

func (w *testEnv) path() string { return "acme/web" }

// card draws a subject, which must exist.
func (w *testEnv) card(subject string) chat.Card {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Contains(w.t, w.subjects, subject)
	card, err := New().Card(w.subjects[subject])
	require.NoError(w.t, err)
	return card
}

// text returns a message in English.
func (w *testEnv) text(m chat.Message) string {
	return markdown.Render(w.catalogue.Text("en", m), markdown.Reader{})
}

// thread returns the replies of a subject.
func (w *testEnv) thread(subject string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, r := range w.replies[subject] {
		all = append(all, w.text(r.Text))
	}
	return all
}

// field returns a fact of the card, or "".
func (w *testEnv) field(c chat.Card, label string) string {
	for _, f := range c.Fields {
		if w.text(f.Label) == label {
			return w.text(f.Value)
		}
	}
	return ""
}

// click runs an action of a card as the user, applies its result and returns it.
func (w *testEnv) click(name, subject, action string, values map[string]string, answered bool) (provider.ActionResult, error) {
	w.t.Helper()
	s := w.session(name)
	w.mu.Lock()
	state := w.subjects[subject]
	w.mu.Unlock()
	response, err := New().HandleAction(w.t.Context(), s, provider.ActionRequest{
		Action: action, State: state, Resource: provider.Resource{Path: w.path()}, Values: values, Submitted: answered,
		Account: s.Account, By: name, At: w.sbx.Now(),
	})
	if err == nil {
		w.apply(response.Events...)
	}
	w.sbx.Settle()
	return response, err
}
