package sentry

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/sentry"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// hookSecret is the client secret of the sandbox's integration.
const hookSecret = "secret-of-chat-0123456789"

// testEnv is a simulated Sentry with the organization Acme Inc: Ada owns it, Bob is a member, Eve isn't. Deliveries are folded before a
// test looks, as the bridge would.
type testEnv struct {
	t       *testing.T
	p       *Sentry
	sbx     *sandbox.Sandbox
	project *sandbox.ProjectHandle
	site    provider.Site
	org     provider.Resource
	hook    provider.Hook
	states  map[string]json.RawMessage
	changes []provider.Change
	down    atomic.Bool

	mu    sync.Mutex
	heard []provider.Event // received and not yet folded
}

// newTestEnv starts the sandbox at noon.
func newTestEnv(t *testing.T, change ...func(*sandbox.Organization)) *testEnv {
	t.Helper()
	o := &testEnv{t: t, states: map[string]json.RawMessage{}}
	ear := httptest.NewServer(http.HandlerFunc(o.receive))
	org := sandbox.Organization{
		Slug: "acme", Name: "Acme Inc", Members: map[string]string{"ada": sandbox.RoleOwner, "bob": sandbox.RoleMember},
		Invited:      []string{"dan@example.com"},
		Projects:     []sandbox.Project{{Slug: "web", Name: "Web Shop"}, {Slug: "web-api", Name: "Web API"}, {Slug: "ops", Name: "Operations"}},
		Teams:        []sandbox.Team{{Slug: "shop", Projects: []string{"web"}}, {Slug: "night", Projects: []string{"ops"}}},
		Integrations: []sandbox.Integration{{Slug: "chat", Name: "Chat", Token: "token-of-chat", ClientSecret: hookSecret}},
	}
	for _, f := range change {
		f(&org)
	}
	opts := sandbox.Options{Options: kit.Options{Now: noon, RandomSeed: 3}, Seed: sandbox.Seed{Organizations: []sandbox.Organization{org}}}
	for _, login := range []string{"ada", "bob", "eve"} {
		opts.Seed.Users = append(opts.Seed.Users, sandbox.User{Login: login, Token: "token-of-" + login})
	}
	o.sbx = sandbox.New(opts)
	server := httptest.NewServer(o.sbx)
	t.Cleanup(func() { o.sbx.Close(); server.Close(); ear.Close() })
	o.sbx.SetBaseURL(server.URL)
	o.p = New(Options{Now: o.sbx.Now})
	o.site = provider.Site{ID: server.URL, Kind: kindOwn, URL: server.URL, API: server.URL}
	o.hook = provider.Hook{URL: ear.URL + "/plugins/zoom/hooks/conn.key", Secret: hookSecret}
	var err error
	o.project, err = o.sbx.Project("acme", "web")
	require.NoError(t, err)
	o.org, err = o.p.Resource(context.Background(), o.sessionOf("ada"), "acme")
	require.NoError(t, err)
	return o
}

// sessionOf returns the session of the user, or of the integration "chat".
func (o *testEnv) sessionOf(who string) provider.Session {
	s := provider.Session{Provider: name, Site: o.site, HTTP: &http.Client{Transport: providertest.Authorization("Bearer token-of-" + who)}}
	if who != "chat" {
		account, err := o.p.WhoAmI(context.Background(), s)
		require.NoError(o.t, err)
		s.Account = account
	}
	return s
}

// receive takes a delivery.
func (o *testEnv) receive(rw http.ResponseWriter, r *http.Request) {
	if o.down.Load() {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	d := provider.Delivery{Header: map[string]string{}, Body: body, ReceivedAt: o.sbx.Now(), Site: o.site.URL, Resource: o.org}
	for _, h := range o.p.Describe().Headers {
		if value := r.Header.Get(h); value != "" {
			d.Header[h] = value
		}
	}
	if _, err := o.p.Verify(d, []string{hookSecret}); err != nil {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	events, err := o.p.Parse(d)
	if err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, events...)
}

// settle folds all deliveries.
func (o *testEnv) settle() {
	o.t.Helper()
	o.sbx.Settle()
	o.mu.Lock()
	heard := o.heard
	o.heard = nil
	o.mu.Unlock()
	o.fold(heard)
}

// newChanges returns the changes since the last call.
func (o *testEnv) newChanges() []provider.Change {
	o.t.Helper()
	o.settle()
	changes := o.changes
	o.changes = nil
	return changes
}

// fold applies events as the bridge does.
func (o *testEnv) fold(events []provider.Event) {
	o.t.Helper()
	for _, e := range events {
		change, err := o.p.Fold(o.states[e.Subject], nil, e)
		require.NoError(o.t, err)
		if !change.Stale {
			o.states[e.Subject] = change.State
			o.changes = append(o.changes, change)
		}
	}
}

// install makes the integration deliver here.
func (o *testEnv) install() json.RawMessage {
	o.t.Helper()
	installed, err := o.p.Install(context.Background(), o.sessionOf("ada"), o.org, o.hook)
	require.NoError(o.t, err)
	return installed.Ref
}

// reportError makes an error happen.
func (o *testEnv) reportError() *sandbox.Issue {
	o.t.Helper()
	issue, err := o.project.Error(sandbox.Error{
		Type: "ZeroDivisionError", Value: "division by zero", Culprit: "shop.cart in average", Release: "shop@1.4.2", Environment: "production",
	})
	require.NoError(o.t, err)
	o.sbx.Advance(time.Second)
	return issue
}

// card draws the issue.
func (o *testEnv) card(i *sandbox.Issue) chat.Card {
	o.t.Helper()
	o.settle()
	return cardOf(o.t, o.p, o.states["issue/"+i.ID])
}

// cardText returns everything on the issue's card.
func (o *testEnv) cardText(i *sandbox.Issue) string { return shown(o.t, o.card(i)) }

// click runs an action of the issue's card as the user, with values in pairs, and folds the result.
func (o *testEnv) click(who string, i *sandbox.Issue, action string, answered bool, pairs ...string) (provider.ActionResult, error) {
	o.t.Helper()
	o.settle()
	s := o.sessionOf(who)
	call := provider.ActionRequest{
		Action: action, State: o.states["issue/"+i.ID], Resource: o.org, Values: map[string]string{}, Submitted: answered,
		Account: s.Account, By: who, At: o.sbx.Now(),
	}
	for n := 0; n+1 < len(pairs); n += 2 {
		call.Values[pairs[n]] = pairs[n+1]
	}
	r, err := o.p.HandleAction(context.Background(), s, call)
	o.fold(r.Events)
	o.settle()
	return r, err
}

// replies returns the thread replies since the last call.
func (o *testEnv) replies() string {
	o.t.Helper()
	var all []string
	for _, c := range o.newChanges() {
		for _, r := range c.Replies {
			all = append(all, shown(o.t, chat.Card{Text: r.Text}))
		}
	}
	return strings.Join(strings.Fields(strings.Join(all, "\n")), " ")
}

// state returns the issue in Sentry.
func (o *testEnv) state(i *sandbox.Issue) sandbox.IssueState {
	o.t.Helper()
	s, err := i.State()
	require.NoError(o.t, err)
	return s
}
