package pagerduty_test

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
	"mattermost-plugin-zoom/sandbox/pagerduty"
)

// noon is when all stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// seed is an account: Ada administers it, Bob manages, Cyd responds and Eve may
// only look.
func seed() pagerduty.Seed {
	return pagerduty.Seed{
		Users: []pagerduty.User{
			{ID: "PADA", Name: "Ada Lovelace", Email: "ada@example.com", Role: pagerduty.RoleAdmin, Token: "token-of-ada"},
			{ID: "PBOB", Name: "Bob Kahn", Email: "bob@example.com", Token: "token-of-bob"},
			{ID: "PCYD", Name: "Cyd", Email: "cyd@example.com", Role: pagerduty.RoleResponder, Token: "token-of-cyd"},
			{ID: "PEVE", Name: "Eve", Email: "eve@example.com", Role: pagerduty.RoleObserver, Token: "token-of-eve"},
		},
		Teams:      []pagerduty.Team{{ID: "PTEAM", Name: "Platform", Members: []string{"ada@example.com", "bob@example.com"}}},
		Schedules:  []pagerduty.Schedule{{ID: "PSCHED", Name: "Primary", Rotation: []string{"PADA", "PBOB"}, Start: noon.Truncate(24 * time.Hour)}},
		Policies:   []pagerduty.EscalationPolicy{{ID: "PPOL", Name: "Database on-call", Levels: [][]string{{"Primary"}, {"PCYD"}}}},
		Services:   []pagerduty.Service{{ID: "PDB", Name: "Database", Policy: "PPOL", Teams: []string{"PTEAM"}}, {ID: "PWEB", Name: "Web shop", Policy: "PPOL"}},
		Priorities: []pagerduty.Priority{{ID: "PP1", Name: "P1"}, {ID: "PP2", Name: "P2"}},
		Apps:       []pagerduty.App{{Name: "Chat", ClientID: "chat", ClientSecret: "s3cret/+", RedirectURI: "https://chat.example.com/complete"}},
	}
}

// stage is a simulated PagerDuty whose clock stands at noon.
type stage struct {
	t   *testing.T
	sbx *pagerduty.Sandbox
	url string
}

// setStage opens a sandbox.
func setStage(t *testing.T, change ...func(*pagerduty.Options)) *stage {
	t.Helper()
	opts := pagerduty.Options{Options: kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7, AnswerWithin: 300 * time.Millisecond}, Seed: seed()}
	for _, f := range change {
		f(&opts)
	}
	sbx := pagerduty.New(opts)
	server := httptest.NewServer(sbx)
	t.Cleanup(func() { sbx.Close(); server.Close() })
	sbx.SetBaseURL(server.URL)
	return &stage{t: t, sbx: sbx, url: server.URL}
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

// ids are those of the things that are listed.
func (a answer) ids(name string) []string {
	found := []string{}
	list, _ := a.body[name].([]any)
	for _, one := range list {
		id, _ := one.(map[string]any)["id"].(string)
		found = append(found, id)
	}
	return found
}

// do sends a request without following redirects.
func (s *stage) do(r *http.Request) answer {
	s.t.Helper()
	var a answer
	a.status, a.header, a.text = kittest.Do(s.t, r, &a.body)
	return a
}

// request sends JSON, given as text.
func (s *stage) request(method, path, body string, headers ...string) answer {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.do(r)
}

// as calls the API with a person's key, which says who it is.
func (s *stage) as(login, method, path, body string) answer {
	s.t.Helper()
	return s.request(method, path, body, "Authorization", "Token token=token-of-"+login, "From", login+"@example.com")
}

// control calls the control API.
func (s *stage) control(method, path, body string) answer {
	s.t.Helper()
	return s.request(method, "/_sandbox"+path, body)
}

// trigger makes an incident on the database.
func (s *stage) trigger(title string) pagerduty.Incident {
	s.t.Helper()
	made, err := s.sbx.Trigger(pagerduty.Trigger{Service: "Database", Title: title})
	require.NoError(s.t, err)
	return made
}

// received is one delivery as it arrived.
type received struct {
	header http.Header
	body   []byte
	event  string
}

// ear is the endpoint of a webhook.
type ear = kittest.Ear[received]

// listen opens an endpoint.
func listen(t *testing.T, answers ...int) *ear {
	t.Helper()
	return kittest.Listen(t, func(h http.Header, body []byte) received {
		var said struct {
			Event struct {
				Type string `json:"event_type"`
			} `json:"event"`
		}
		_ = json.Unmarshal(body, &said)
		return received{h, body, said.Event.Type}
	}, answers...)
}

// events returns the types of what arrived, and forgets it.
func events(e *ear) []string {
	types := []string{}
	for _, one := range e.All() {
		types = append(types, one.event)
	}
	return types
}

// subscribe makes a subscription for the whole account and returns its ID and secret.
func (s *stage) subscribe(e *ear, events ...string) (id, secret string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"webhook_subscription": map[string]any{
		"type": "webhook_subscription", "description": "Chat", "events": events, "filter": map[string]string{"type": "account_reference"},
		"delivery_method": map[string]string{"type": "http_delivery_method", "url": e.URL},
	}})
	require.NoError(s.t, err)
	a := s.as("ada", http.MethodPost, "/webhook_subscriptions", string(body))
	require.Equal(s.t, http.StatusOK, a.status, a.text)
	return a.str("webhook_subscription", "id"), a.str("webhook_subscription", "delivery_method", "secret")
}
