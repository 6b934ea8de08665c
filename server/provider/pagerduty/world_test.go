package pagerduty

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/providertest"
)

// noon is when all stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// testEnv is a simulated PagerDuty with what the bridge would know: it verifies, parses and folds the deliveries of a webhook.
type testEnv struct {
	t    *testing.T
	sbx  *sandbox.Sandbox
	site provider.Site
	hook provider.Hook

	mu     sync.Mutex
	secret string
	states map[string]json.RawMessage
	told   map[string][]string
	// said are the channels whose threads did not have to be told.
	said  []string
	heard []provider.Event
	// refuse is the status for deliveries; 0 accepts them.
	refuse int
}

// accountSeed has Ada, an admin, Bob, a manager, Cyd, a responder, and Eve, an observer; Ada and Bob are a team.
func accountSeed() sandbox.Seed {
	return sandbox.Seed{
		Users: []sandbox.User{
			{ID: "PADA", Name: "Ada Lovelace", Email: "ada@example.com", Role: sandbox.RoleAdmin, Token: "ada", TimeZone: "Europe/Berlin"},
			{ID: "PBOB", Name: "Bob Kahn", Email: "bob@example.com", Token: "bob"},
			{ID: "PCYD", Name: "Cyd", Email: "cyd@example.com", Role: sandbox.RoleResponder, Token: "cyd"},
			{ID: "PEVE", Name: "Eve", Email: "eve@example.com", Role: sandbox.RoleObserver, Token: "eve"},
		},
		Teams: []sandbox.Team{{ID: "PTEAM", Name: "Platform", Members: []string{"ada@example.com", "bob@example.com"}}},
		Schedules: []sandbox.Schedule{
			{ID: "PSCHED1", Name: "Primary", Rotation: []string{"PADA", "PBOB"}, Start: noon.Truncate(24 * time.Hour)},
			{ID: "PSCHED2", Name: "Primary backup", Rotation: []string{"PCYD"}, Start: noon.Truncate(24 * time.Hour)},
		},
		Policies: []sandbox.EscalationPolicy{
			{ID: "PPOLDB", Name: "Database on-call", Levels: [][]string{{"Primary"}, {"PCYD"}}},
			{ID: "PPOLWEB", Name: "Web on-call", Levels: [][]string{{"PCYD"}}},
		},
		Services: []sandbox.Service{
			{ID: "PDBSERVICE", Name: "Database", Policy: "PPOLDB", Teams: []string{"PTEAM"}},
			{ID: "PWEBSHOP", Name: "Web shop", Policy: "PPOLWEB"},
			{ID: "PWEBSITE", Name: "Web site", Policy: "PPOLWEB"},
		},
		Priorities: []sandbox.Priority{{ID: "PP1", Name: "P1"}, {ID: "PP2", Name: "P2"}},
		Apps:       []sandbox.App{{Name: "Chat", ClientID: "chat", ClientSecret: "secret", RedirectURI: "https://chat.example.com/complete"}},
	}
}

func newTestEnv(t *testing.T) *testEnv {
	t.Helper()
	w := &testEnv{t: t, states: map[string]json.RawMessage{}, told: map[string][]string{}}
	receiver := httptest.NewServer(http.HandlerFunc(w.receive))
	w.sbx = sandbox.New(sandbox.Options{Options: kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7}, Seed: accountSeed()})
	server := httptest.NewServer(w.sbx)
	t.Cleanup(func() { w.sbx.Close(); server.Close(); receiver.Close() })
	w.sbx.SetBaseURL(server.URL)
	site, err := New().ParseSite(regionUS, server.URL, "")
	require.NoError(t, err)
	w.site, w.hook = site, provider.Hook{URL: receiver.URL + "/hooks/conn.key"}
	return w
}

// receive handles a delivery as the bridge does.
func (w *testEnv) receive(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var body json.RawMessage
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	d := provider.Delivery{Header: map[string]string{headerSignature: r.Header.Get(headerSignature)}, Body: body, ReceivedAt: w.sbx.Now()}
	_, err := New().Verify(d, []string{w.secret})
	switch {
	case w.refuse != 0:
		rw.WriteHeader(w.refuse)
		return
	case err != nil:
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	events, err := New().Parse(d)
	if err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	w.apply(events...)
}

// apply folds events and collects their replies; the lock is held.
func (w *testEnv) apply(events ...provider.Event) {
	for _, e := range events {
		w.heard = append(w.heard, e)
		change, err := New().Fold(w.states[e.Subject], nil, e)
		if err != nil || change.Stale {
			continue
		}
		w.states[e.Subject] = change.State
		if !change.OriginChannel.Zero() {
			w.said = append(w.said, change.OriginChannel.Channel)
		}
		for _, reply := range change.Replies {
			w.told[e.Subject] = append(w.told[e.Subject], english(w.t, reply.Text))
		}
	}
}

// applyEvents folds the events of a response as the bridge does.
func (w *testEnv) applyEvents(events ...provider.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.apply(events...)
}

// failDeliveries responds to deliveries with this status from now on; 0 accepts them.
func (w *testEnv) failDeliveries(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = status
}

// follow creates a webhook for the account.
func (w *testEnv) follow() Subscription {
	w.t.Helper()
	made, secret, err := New().Subscribe(w.t.Context(), w.sessionOf("ada"), Scope{Kind: ScopeAccount}, w.hook)
	require.NoError(w.t, err)
	w.acceptSecret(secret)
	return made
}

// acceptSecret sets the secret of the receiver.
func (w *testEnv) acceptSecret(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secret = secret
}

// sessionOf returns a session of the user.
func (w *testEnv) sessionOf(login string) provider.Session {
	return provider.Session{Provider: name, Site: w.site, HTTP: &http.Client{Transport: providertest.Authorization("Token token=" + login)}}
}

// trigger creates an incident for the database and returns its ID.
func (w *testEnv) trigger(title string) string {
	w.t.Helper()
	made, err := w.sbx.Trigger(sandbox.Trigger{Service: "Database", Title: title})
	require.NoError(w.t, err)
	return made.ID
}

// happen makes something happen in PagerDuty.
func (w *testEnv) happen(id string, h sandbox.Happening) {
	w.t.Helper()
	require.NoError(w.t, w.sbx.Happen(id, h))
}

// click runs an action of an incident's card and applies its result. Values without a menu choice submit a form.
func (w *testEnv) click(login, id, action string, values map[string]string) (provider.ActionResult, error) {
	w.t.Helper()
	c := provider.ActionRequest{Action: action, State: w.state(id), Values: values, By: login, At: noon, Submitted: len(values) > 0 && action != actionMore}
	response, err := New().HandleAction(w.t.Context(), w.sessionOf(login), c)
	w.sbx.Settle()
	w.applyEvents(response.Events...)
	return response, err
}

func (w *testEnv) state(id string) json.RawMessage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.states[id]
}

// thread returns the replies about an incident.
func (w *testEnv) thread(id string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[id]
}

// card returns the card of an incident.
func (w *testEnv) card(id string) chat.Card {
	w.t.Helper()
	card, err := New().Card(w.state(id))
	require.NoError(w.t, err)
	return card
}

// incident returns the incident in PagerDuty.
func (w *testEnv) incident(id string) sandbox.Incident {
	w.t.Helper()
	found, err := w.sbx.Incident(id)
	require.NoError(w.t, err)
	return found
}

// english returns a message in English.
func english(t testing.TB, m chat.Message) string {
	t.Helper()
	catalogue, err := i18n.NewCatalogue(provider.Texts(texts))
	require.NoError(t, err)
	text := markdown.Render(catalogue.Text("en", m), markdown.Reader{})
	require.NotContains(t, text, "<no value>")
	require.NotEqual(t, m.ID, text)
	return text
}

// wantFault checks the code of an error.
func wantFault(t testing.TB, code fault.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
}

// wantFieldError checks that an error is about a field and has a message.
func wantFieldError(t testing.TB, field string, err error) {
	t.Helper()
	var slip *provider.FieldError
	require.True(t, errors.As(err, &slip), "%v", err)
	require.Equal(t, field, slip.Field)
	english(t, slip.Message)
}
