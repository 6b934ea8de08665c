package pagerduty

import (
	"net/http"

	"mattermost-plugin-zoom/sandbox/kit"
)

// roleRequest changes a user's role.
type roleRequest struct {
	User string `json:"user"`
	Role string `json:"role"`
}

// routeControl adds to the control API: each path does what the Go method of the
// same name does.
func (s *Sandbox) routeControl() {
	s.Handle("POST /_sandbox/apps", kit.Body(s.SetApp))
	s.Handle("POST /_sandbox/users", kit.Body(s.AddUser))
	s.Handle("POST /_sandbox/places", kit.Body(func(q Seed) (any, error) { return nil, s.AddPlaces(q) }))
	s.Handle("POST /_sandbox/users/role", kit.Body(func(q roleRequest) (any, error) { return nil, s.SetRole(q.User, q.Role) }))
	s.Handle("POST /_sandbox/policy", kit.Body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	s.RouteGrants(s)
	s.routeStories()
}

// routeStories registers what can happen.
func (s *Sandbox) routeStories() {
	s.Handle("GET /_sandbox/incidents", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Incidents(), nil) })
	s.Handle("POST /_sandbox/incidents", kit.Body(func(q Trigger) (any, error) { return s.Trigger(q) }))
	s.Handle("GET /_sandbox/incidents/{id}", func(rw http.ResponseWriter, r *http.Request) {
		found, err := s.Incident(r.PathValue("id"))
		kit.Reply(rw, found, err)
	})
	s.Handle("POST /_sandbox/incidents/{id}", func(rw http.ResponseWriter, r *http.Request) {
		kit.Body(func(h Happening) (any, error) { return nil, s.Happen(r.PathValue("id"), h) })(rw, r)
	})
	s.Handle("GET /_sandbox/hooks", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Hooks(), nil) })
	s.Handle("DELETE /_sandbox/hooks", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, nil, s.LoseHooks()) })
	s.Handle("POST /_sandbox/hooks/{id}/rotate", func(rw http.ResponseWriter, r *http.Request) {
		secret, err := s.RotateSecret(r.PathValue("id"))
		kit.Reply(rw, map[string]string{"secret": secret}, err)
	})
}
