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

// world is a simulated PagerDuty, and what a bridge would know of its incidents: the deliveries of a webhook are verified, parsed and
// folded.
type world struct {
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
	// refuse answers deliveries with this status; 0 takes them.
	refuse int
}

// accountSeed has Ada who administers it, Bob who manages, Cyd who responds and Eve who may only look; Ada and Bob are a team.
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

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, states: map[string]json.RawMessage{}, told: map[string][]string{}}
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

// receive takes a delivery as the bridge would.
func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
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

// apply folds events and collects what is told in the threads; the lock is held.
func (w *world) apply(events ...provider.Event) {
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

// takes folds events as the bridge does with those of an answer.
func (w *world) takes(events ...provider.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.apply(events...)
}

// refuses answers deliveries with this status from now on; 0 takes them.
func (w *world) refuses(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = status
}

// follow makes a webhook for the account.
func (w *world) follow() Subscription {
	w.t.Helper()
	made, secret, err := New().Subscribe(w.t.Context(), w.as("ada"), Scope{Kind: ScopeAccount}, w.hook)
	require.NoError(w.t, err)
	w.knows(secret)
	return made
}

// knows has the receiver believe who knows this secret.
func (w *world) knows(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secret = secret
}

// as returns a session of somebody.
func (w *world) as(login string) provider.Session {
	return provider.Session{Provider: name, Site: w.site, HTTP: &http.Client{Transport: providertest.Authorization("Token token=" + login)}}
}

// trigger makes an incident on the database and returns its ID.
func (w *world) trigger(title string) string {
	w.t.Helper()
	made, err := w.sbx.Trigger(sandbox.Trigger{Service: "Database", Title: title})
	require.NoError(w.t, err)
	return made.ID
}

// happen lets something happen at PagerDuty.
func (w *world) happen(id string, h sandbox.Happening) {
	w.t.Helper()
	require.NoError(w.t, w.sbx.Happen(id, h))
}

// click acts on the card of an incident, as it is known, and applies what came of it. Values without a choice of the menu are the
// answer to a form.
func (w *world) click(login, id, action string, values map[string]string) (provider.ActionResult, error) {
	w.t.Helper()
	c := provider.ActionRequest{Action: action, State: w.state(id), Values: values, By: login, At: noon, Submitted: len(values) > 0 && action != actionMore}
	response, err := New().HandleAction(w.t.Context(), w.as(login), c)
	w.sbx.Settle()
	w.takes(response.Events...)
	return response, err
}

func (w *world) state(id string) json.RawMessage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.states[id]
}

// thread returns what was told about an incident.
func (w *world) thread(id string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[id]
}

// card returns the card of an incident.
func (w *world) card(id string) chat.Card {
	w.t.Helper()
	card, err := New().Card(w.state(id))
	require.NoError(w.t, err)
	return card
}

// stands returns the incident as it is at PagerDuty.
func (w *world) stands(id string) sandbox.Incident {
	w.t.Helper()
	found, err := w.sbx.Incident(id)
	require.NoError(w.t, err)
	return found
}

// english returns a message as people read it.
func english(t testing.TB, m chat.Message) string {
	t.Helper()
	catalogue, err := i18n.NewCatalogue(provider.Texts(texts))
	require.NoError(t, err)
	text := markdown.Render(catalogue.Text("en", m), markdown.Reader{})
	require.NotContains(t, text, "<no value>")
	require.NotEqual(t, m.ID, text)
	return text
}

// wantFault checks the code of a failure.
func wantFault(t testing.TB, code fault.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
}

// wantSlip checks that an error is about a field, and says something.
func wantSlip(t testing.TB, field string, err error) {
	t.Helper()
	var slip *provider.FieldError
	require.True(t, errors.As(err, &slip), "%v", err)
	require.Equal(t, field, slip.Field)
	english(t, slip.Message)
}
