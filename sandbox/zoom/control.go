package zoom

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// grantRequest names a grant.
type grantRequest struct {
	Email    string `json:"email"`
	ClientID string `json:"client_id"`
}

// clockRequest lets time pass.
type clockRequest struct {
	Seconds float64 `json:"advance_seconds"`
}

// eventRequest is a notification to send.
type eventRequest struct {
	ClientID string          `json:"client_id"`
	Event    string          `json:"event"`
	Payload  json.RawMessage `json:"payload"`
}

// routeAdmin says what the sandbox serves besides Zoom: each path does what the
// Go method of that meaning does.
func (s *Sandbox) routeAdmin() {
	s.admin = http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) { s.admin.HandleFunc(pattern, h) }
	handle("POST /_sandbox/apps", kit.Body(func(a App) (any, error) { return s.SetApp(a) }))
	handle("PUT /_sandbox/apps/{clientID}", s.changeApp)
	handle("GET /_sandbox/apps/{clientID}", func(rw http.ResponseWriter, r *http.Request) {
		app, err := s.App(r.PathValue("clientID"))
		kit.Reply(rw, app, err)
	})
	handle("POST /_sandbox/apps/{clientID}/validate", func(rw http.ResponseWriter, r *http.Request) {
		kit.Reply(rw, nil, s.ValidateWebhook(r.PathValue("clientID")))
	})
	handle("POST /_sandbox/users", kit.Body(func(u User) (any, error) { return s.AddUser(u) }))
	handle("GET /_sandbox/clock", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.clockAnswer(), nil) })
	handle("POST /_sandbox/clock", kit.Body(func(q clockRequest) (any, error) {
		s.Advance(time.Duration(q.Seconds * float64(time.Second)))
		return s.clockAnswer(), nil
	}))
	s.routeMeetings(handle)
	handle("POST /_sandbox/grants/revoke", kit.Body(func(q grantRequest) (any, error) { return nil, s.RevokeGrant(q.Email, q.ClientID) }))
	handle("POST /_sandbox/grants/expire", kit.Body(func(q grantRequest) (any, error) { return nil, s.ExpireTokens(q.ClientID) }))
	handle("POST /_sandbox/deauthorize", kit.Body(func(q grantRequest) (any, error) { return nil, s.Deauthorize(q.Email, q.ClientID) }))
	handle("POST /_sandbox/faults", kit.Body(func(f Fault) (any, error) { return nil, s.AddFault(f) }))
	handle("DELETE /_sandbox/faults", func(rw http.ResponseWriter, _ *http.Request) { s.ClearFaults(); kit.Reply(rw, nil, nil) })
	handle("POST /_sandbox/policy", kit.Body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	s.routeJournal(handle)
	handle("POST /_sandbox/events", kit.Body(func(q eventRequest) (any, error) {
		return nil, s.Notify(q.ClientID, q.Event, q.Payload)
	}))
	handle("POST /_sandbox/events/retry", func(rw http.ResponseWriter, _ *http.Request) {
		s.Tick()
		s.Settle()
		kit.Reply(rw, nil, nil)
	})
	handle("POST /_sandbox/reset", func(rw http.ResponseWriter, _ *http.Request) { s.Reset(); kit.Reply(rw, nil, nil) })
}

// routeMeetings says how meetings are driven.
func (s *Sandbox) routeMeetings(handle func(string, http.HandlerFunc)) {
	handle("GET /_sandbox/meetings", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Meetings(), nil) })
	for action, do := range map[string]func(int64, Person) error{
		"start": func(id int64, _ Person) error { return s.StartMeeting(id) },
		"join":  s.Join,
		"leave": func(id int64, who Person) error { return s.Leave(id, who.Name) },
		"end":   func(id int64, _ Person) error { return s.EndMeeting(id) },
	} {
		handle("POST /_sandbox/meetings/{id}/"+action, func(rw http.ResponseWriter, r *http.Request) {
			id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
			if err != nil {
				kit.Reply(rw, nil, errors.Wrap(kit.ErrInvalid, "a meeting ID is a number"))
				return
			}
			kit.Body(func(who Person) (any, error) { return nil, do(id, who) })(rw, r)
		})
	}
}

// routeJournal says how to look at what happened.
func (s *Sandbox) routeJournal(handle func(string, http.HandlerFunc)) {
	handle("GET /_sandbox/journal", func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		kit.Reply(rw, s.Journal(Filter{q.Get("kind"), q.Get("method"), q.Get("path"), q.Get("unexpected") == "true"}), nil)
	})
	handle("DELETE /_sandbox/journal", func(rw http.ResponseWriter, _ *http.Request) { s.ClearJournal(); kit.Reply(rw, nil, nil) })
	handle("GET /_sandbox/deliveries", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Deliveries(), nil) })
	handle("GET /_sandbox/counts", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Counts(), nil) })
}

// changeApp lays a JSON object over a registered app.
func (s *Sandbox) changeApp(rw http.ResponseWriter, r *http.Request) {
	clientID := r.PathValue("clientID")
	current, err := s.App(clientID)
	if err != nil {
		kit.Reply(rw, nil, err)
		return
	}
	app := current.App
	app.Validate = false
	if err := kit.Decode(r, &app); err != nil {
		kit.Reply(rw, nil, err)
		return
	}
	app.ClientID = clientID
	saved, err := s.SetApp(app)
	kit.Reply(rw, saved, err)
}

// clockAnswer tells the simulated time.
func (s *Sandbox) clockAnswer() map[string]string {
	return map[string]string{"now": s.Now().Format(time.RFC3339Nano)}
}
