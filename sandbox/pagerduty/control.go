package pagerduty

import (
	"net/http"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
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
	handle("POST /_sandbox/apps", kit.Body(func(a App) (any, error) { return s.SetApp(a) }))
	handle("POST /_sandbox/users", kit.Body(func(u User) (any, error) { return s.AddUser(u) }))
	handle("POST /_sandbox/places", kit.Body(func(q Seed) (any, error) { return nil, s.AddPlaces(q) }))
	handle("POST /_sandbox/users/role", kit.Body(func(q roleRequest) (any, error) { return nil, s.SetRole(q.User, q.Role) }))
	handle("GET /_sandbox/clock", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.clockAnswer(), nil) })
	handle("POST /_sandbox/clock", kit.Body(func(q clockRequest) (any, error) {
		s.Advance(time.Duration(q.Seconds * float64(time.Second)))
		return s.clockAnswer(), nil
	}))
	handle("POST /_sandbox/grants/revoke", kit.Body(func(q grantRequest) (any, error) { return nil, s.RevokeGrant(q.User, q.ClientID) }))
	handle("POST /_sandbox/grants/expire", kit.Body(func(q grantRequest) (any, error) { return nil, s.ExpireTokens(q.ClientID) }))
	handle("POST /_sandbox/faults", kit.Body(func(f Fault) (any, error) { return nil, s.AddFault(f) }))
	handle("DELETE /_sandbox/faults", func(rw http.ResponseWriter, _ *http.Request) { s.ClearFaults(); kit.Reply(rw, nil, nil) })
	handle("POST /_sandbox/policy", kit.Body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	handle("POST /_sandbox/reset", func(rw http.ResponseWriter, _ *http.Request) { s.Reset(); kit.Reply(rw, nil, nil) })
	s.routeJournal(handle)
	s.routeStories(handle)
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

// routeStories says how things are made to happen.
func (s *Sandbox) routeStories(handle func(string, http.HandlerFunc)) {
	handle("GET /_sandbox/incidents", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Incidents(), nil) })
	handle("POST /_sandbox/incidents", kit.Body(func(q Trigger) (any, error) { return s.Trigger(q) }))
	handle("GET /_sandbox/incidents/{id}", func(rw http.ResponseWriter, r *http.Request) {
		found, err := s.Incident(r.PathValue("id"))
		kit.Reply(rw, found, err)
	})
	handle("POST /_sandbox/incidents/{id}", func(rw http.ResponseWriter, r *http.Request) {
		kit.Body(func(h Happening) (any, error) { return nil, s.Happen(r.PathValue("id"), h) })(rw, r)
	})
	handle("GET /_sandbox/hooks", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Hooks(), nil) })
	handle("DELETE /_sandbox/hooks", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, nil, s.LoseHooks()) })
	handle("POST /_sandbox/hooks/{id}/rotate", func(rw http.ResponseWriter, r *http.Request) {
		secret, err := s.RotateSecret(r.PathValue("id"))
		kit.Reply(rw, map[string]string{"secret": secret}, err)
	})
}

// clockAnswer tells the simulated time.
func (s *Sandbox) clockAnswer() map[string]string {
	return map[string]string{"now": s.Now().Format(time.RFC3339Nano)}
}
