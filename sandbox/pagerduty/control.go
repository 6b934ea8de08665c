package pagerduty

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/pkg/errors"
)

// grantRequest names a grant.
type grantRequest struct {
	User     string `json:"user"`
	ClientID string `json:"client_id"`
}

// clockRequest lets time pass.
type clockRequest struct {
	Seconds float64 `json:"advance_seconds"`
}

// roleRequest gives somebody another role.
type roleRequest struct {
	User string `json:"user"`
	Role string `json:"role"`
}

// routeAdmin says what the sandbox serves besides PagerDuty: each path does what
// the Go method of that meaning does.
func (s *Sandbox) routeAdmin() {
	s.admin = http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) { s.admin.HandleFunc(pattern, h) }
	handle("POST /_sandbox/apps", body(func(a App) (any, error) { return s.SetApp(a) }))
	handle("POST /_sandbox/users", body(func(u User) (any, error) { return s.AddUser(u) }))
	handle("POST /_sandbox/places", body(func(q Seed) (any, error) { return nil, s.AddPlaces(q) }))
	handle("POST /_sandbox/users/role", body(func(q roleRequest) (any, error) { return nil, s.SetRole(q.User, q.Role) }))
	handle("GET /_sandbox/clock", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, s.clockAnswer(), nil) })
	handle("POST /_sandbox/clock", body(func(q clockRequest) (any, error) {
		s.Advance(time.Duration(q.Seconds * float64(time.Second)))
		return s.clockAnswer(), nil
	}))
	handle("POST /_sandbox/grants/revoke", body(func(q grantRequest) (any, error) { return nil, s.RevokeGrant(q.User, q.ClientID) }))
	handle("POST /_sandbox/grants/expire", body(func(q grantRequest) (any, error) { return nil, s.ExpireTokens(q.ClientID) }))
	handle("POST /_sandbox/faults", body(func(f Fault) (any, error) { return nil, s.AddFault(f) }))
	handle("DELETE /_sandbox/faults", func(rw http.ResponseWriter, _ *http.Request) { s.ClearFaults(); reply(rw, nil, nil) })
	handle("POST /_sandbox/policy", body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	handle("POST /_sandbox/reset", func(rw http.ResponseWriter, _ *http.Request) { s.Reset(); reply(rw, nil, nil) })
	s.routeJournal(handle)
	s.routeStories(handle)
}

// routeJournal says how to look at what happened.
func (s *Sandbox) routeJournal(handle func(string, http.HandlerFunc)) {
	handle("GET /_sandbox/journal", func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		reply(rw, s.Journal(Filter{q.Get("kind"), q.Get("method"), q.Get("path"), q.Get("unexpected") == "true"}), nil)
	})
	handle("DELETE /_sandbox/journal", func(rw http.ResponseWriter, _ *http.Request) { s.ClearJournal(); reply(rw, nil, nil) })
	handle("GET /_sandbox/deliveries", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, s.Deliveries(), nil) })
	handle("GET /_sandbox/counts", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, s.Counts(), nil) })
}

// routeStories says how things are made to happen.
func (s *Sandbox) routeStories(handle func(string, http.HandlerFunc)) {
	handle("GET /_sandbox/incidents", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, s.Incidents(), nil) })
	handle("POST /_sandbox/incidents", body(func(q Trigger) (any, error) { return s.Trigger(q) }))
	handle("GET /_sandbox/incidents/{id}", func(rw http.ResponseWriter, r *http.Request) {
		found, err := s.Incident(r.PathValue("id"))
		reply(rw, found, err)
	})
	handle("POST /_sandbox/incidents/{id}", func(rw http.ResponseWriter, r *http.Request) {
		body(func(h Happening) (any, error) { return nil, s.Happen(r.PathValue("id"), h) })(rw, r)
	})
	handle("GET /_sandbox/hooks", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, s.Hooks(), nil) })
	handle("DELETE /_sandbox/hooks", func(rw http.ResponseWriter, _ *http.Request) { reply(rw, nil, s.LoseHooks()) })
	handle("POST /_sandbox/hooks/{id}/rotate", func(rw http.ResponseWriter, r *http.Request) {
		secret, err := s.RotateSecret(r.PathValue("id"))
		reply(rw, map[string]string{"secret": secret}, err)
	})
}

// clockAnswer tells the simulated time.
func (s *Sandbox) clockAnswer() map[string]string {
	return map[string]string{"now": s.Now().Format(time.RFC3339Nano)}
}

// body makes a handler of a function that takes the decoded request.
func body[T any](f func(T) (any, error)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var q T
		if err := decode(r, &q); err != nil {
			reply(rw, nil, err)
			return
		}
		answer, err := f(q)
		reply(rw, answer, err)
	}
}

// decode reads a JSON body; misspelt fields are errors, a missing body is {}.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxRequest))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && err != io.EOF {
		return errors.Wrap(ErrInvalid, err.Error())
	}
	return nil
}

// reply answers a control request.
func reply(rw http.ResponseWriter, answer any, err error) {
	switch {
	case err == nil && answer == nil:
		writeJSON(rw, http.StatusOK, map[string]string{"status": "ok"})
	case err == nil:
		writeJSON(rw, http.StatusOK, answer)
	case errors.Is(err, ErrNotFound):
		writeJSON(rw, http.StatusNotFound, map[string]string{"error": err.Error()})
	case errors.Is(err, ErrConflict):
		writeJSON(rw, http.StatusConflict, map[string]string{"error": err.Error()})
	default:
		writeJSON(rw, http.StatusBadRequest, map[string]string{"error": err.Error()})
	}
}
