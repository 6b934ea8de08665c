package httpapi

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// maxLoggedID is the length to which an untrusted ID is cut in the log, in characters.
const maxLoggedID = 100

// maxDelivery is the largest event that is read, in bytes. Zoom's are a few kilobytes.
const maxDelivery = 1 << 20

// zoomEvents receives what Zoom sends: events of meetings, deauthorizations, and checks of the address.
type zoomEvents struct {
	Settings         func() Settings
	Verifier         *zoom.Verifier
	Accept           func(ctx context.Context, e zoom.Event, body []byte) error
	AcceptUnverified func(ctx context.Context, e zoom.Event, body []byte) (bool, error)
	NoteEvent        func(ctx context.Context)
	Log              *slog.Logger
	refusals         *refusals
}

// webhook receives Zoom's events. It only verifies and stores them: Zoom waits three seconds for a response, and retries an event only
// after a status of 500 or more, so a failure that may be temporary gets a 503. Writing nothing is an empty 200, see hook.
// https://developers.zoom.us/docs/api/webhooks/
func (s *zoomEvents) webhook(w http.ResponseWriter, r *http.Request) {
	if !s.carriesURLSecret(r) {
		s.refuse(w, r, http.StatusUnauthorized, "the secret in the address is missing or wrong")
		return
	}
	body, status, reason := readBody(w, r, maxDelivery)
	if reason != "" {
		s.refuse(w, r, status, reason)
		return
	}
	secret, err := s.Verifier.SignedBy(r.Header, body)
	switch {
	case err != nil && s.unverified(r, body):
		return
	case errors.Is(err, zoom.ErrNoSecret):
		s.refuse(w, r, http.StatusServiceUnavailable, err.Error())
		return
	case err != nil:
		s.refuse(w, r, http.StatusUnauthorized, err.Error())
		return
	}
	event, err := zoom.ParseEvent(body)
	if err != nil {
		s.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	s.take(w, r, event, secret, body)
	s.NoteEvent(r.Context())
}

// unverified takes a deauthorization without a valid signature: apps and proxies are set up in many ways, and tokens that their owner
// revoked must not stay in use. The event itself isn't trusted; the plugin checks the grant in question with Zoom.
func (s *zoomEvents) unverified(r *http.Request, body []byte) bool {
	event, err := zoom.ParseEvent(body)
	if err != nil || event.Type != zoom.EventDeauthorized {
		return false
	}
	taken, err := s.AcceptUnverified(r.Context(), event, body)
	if err != nil {
		s.Log.Warn("An unverified deauthorization couldn't be stored", "error", err.Error())
	}
	return taken
}

// take handles an event that Zoom signed.
func (s *zoomEvents) take(w http.ResponseWriter, r *http.Request, event zoom.Event, secret string, body []byte) {
	switch event.Type {
	case zoom.EventURLValidation:
		answer, err := zoom.ValidationAnswer(secret, event.PlainToken)
		if err != nil {
			s.refuse(w, r, http.StatusBadRequest, err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	case zoom.EventStarted, zoom.EventEnded, zoom.EventDeleted, zoom.EventDeauthorized:
		if err := s.Accept(r.Context(), event, body); err != nil {
			s.Log.Warn("A Zoom event couldn't be stored; Zoom will send it again", "event", event.Type, "meeting_id", event.Meeting.ID, "error", err.Error())
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	default:
		// Unused events are acknowledged, too: otherwise Zoom counts them as failures and stops sending any.
	}
}

// carriesURLSecret reports whether the request has the configured secret in its address, or none is configured.
func (s *zoomEvents) carriesURLSecret(r *http.Request) bool {
	want := s.Settings().URLSecret
	return want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(r.URL.Query().Get("secret"))) == 1
}

func (s *zoomEvents) refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	s.refusals.log(r.URL.Path, "A request to the webhook was refused", "path", r.URL.Path, "status", status, "reason", why,
		"zoom_request_id", chat.Truncate(r.Header.Get("X-Zm-Request-Id"), maxLoggedID))
	http.Error(w, http.StatusText(status), status)
}
