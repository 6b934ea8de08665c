package zoom

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// userRequest names what a user allowed an app.
type userRequest struct {
	Email    string `json:"email"`
	ClientID string `json:"client_id"`
}

// eventRequest is a notification to send: an event with its payload, or a whole body.
type eventRequest struct {
	ClientID string          `json:"client_id"`
	Event    string          `json:"event"`
	Payload  json.RawMessage `json:"payload"`
	Body     json.RawMessage `json:"body"`
}

// routeControl adds to the control API: each path does what the Go method of the
// same name does.
func (s *Sandbox) routeControl() {
	s.Handle("POST /_sandbox/apps", kit.Body(s.SetApp))
	s.Handle("PUT /_sandbox/apps/{clientID}", s.changeApp)
	s.Handle("POST /_sandbox/manifests", kit.Body(s.ApplyManifest))
	s.Handle("GET /_sandbox/apps/{clientID}", func(rw http.ResponseWriter, r *http.Request) {
		app, err := s.App(r.PathValue("clientID"))
		kit.Reply(rw, app, err)
	})
	s.Handle("POST /_sandbox/apps/{clientID}/validate", func(rw http.ResponseWriter, r *http.Request) {
		kit.Reply(rw, nil, s.ValidateWebhook(r.PathValue("clientID")))
	})
	s.Handle("POST /_sandbox/users", kit.Body(s.AddUser))
	s.routeMeetings()
	s.Handle("POST /_sandbox/deauthorize", kit.Body(func(q userRequest) (any, error) { return nil, s.Deauthorize(q.Email, q.ClientID) }))
	s.Handle("POST /_sandbox/policy", kit.Body(func(p Policy) (any, error) { return nil, s.SetPolicy(p) }))
	s.Handle("POST /_sandbox/install", kit.Body(func(q userRequest) (any, error) { return nil, s.InstallApp(q.Email, q.ClientID) }))
	s.RouteGrants(s)
	s.Handle("POST /_sandbox/events", kit.Body(func(q eventRequest) (any, error) {
		if q.Body != nil {
			return nil, s.NotifyBody(q.ClientID, q.Body)
		}
		return nil, s.Notify(q.ClientID, q.Event, q.Payload)
	}))
	s.Handle("POST /_sandbox/events/retry", func(rw http.ResponseWriter, _ *http.Request) {
		s.Tick()
		s.Settle()
		kit.Reply(rw, nil, nil)
	})
}

// routeMeetings registers how meetings are controlled.
func (s *Sandbox) routeMeetings() {
	s.Handle("GET /_sandbox/meetings", func(rw http.ResponseWriter, _ *http.Request) { kit.Reply(rw, s.Meetings(), nil) })
	for action, do := range map[string]func(int64, Person) error{
		"start": func(id int64, _ Person) error { return s.StartMeeting(id) },
		"join":  s.Join,
		"leave": func(id int64, who Person) error { return s.Leave(id, who.Name) },
		"end":   func(id int64, _ Person) error { return s.EndMeeting(id) },
	} {
		s.Handle("POST /_sandbox/meetings/{id}/"+action, func(rw http.ResponseWriter, r *http.Request) {
			id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
			if err != nil {
				kit.Reply(rw, nil, errors.Wrap(kit.ErrInvalid, "a meeting ID is a number"))
				return
			}
			kit.Body(func(who Person) (any, error) { return nil, do(id, who) })(rw, r)
		})
	}
}

// changeApp updates a registered app with the fields of a JSON object.
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
