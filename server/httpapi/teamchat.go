package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat"
	"mattermost-plugin-zoom/server/zoomchat/event"
)

// TeamChat is what the routes need from package zoomchat.
type TeamChat interface {
	// Receive verifies a delivery to the app's address, and returns the event, or the answer to Zoom's check of the address.
	Receive(ctx context.Context, appID string, header http.Header, body []byte) (e event.Event, answer []byte, err error)
	// FormFor returns the form with this ID, which is for this user.
	FormFor(ctx context.Context, person chat.PersonID, id string) (chat.Form, error)
	// SubmitFor carries out the user's answer to the form with this ID; errors by field keep it open.
	SubmitFor(ctx context.Context, person chat.PersonID, id string, values map[string]string) (chat.FormErrors, error)
}

// chatEvents receives what Zoom tells the chatbots.
type chatEvents struct {
	Chat TeamChat
	// Accept stores an event of the app. After an error it isn't stored.
	Accept   func(ctx context.Context, appID string, e event.Event, body []byte) error
	Log      *slog.Logger
	refusals *refusals
}

// receive verifies and stores an event. Zoom waits three seconds for a response, and retries an event only after a status of 500 or more,
// so a failure that may be temporary gets a 503.
func (s *chatEvents) receive(w http.ResponseWriter, r *http.Request) {
	body, status, reason := readBody(w, r, event.MaxBytes)
	if reason != "" {
		s.refuse(w, r, status, reason)
		return
	}
	app := r.PathValue("app")
	e, answer, err := s.Chat.Receive(r.Context(), app, r.Header, body)
	switch {
	case fault.Is(err, fault.NotConfigured):
		s.refuse(w, r, http.StatusNotFound, "there is no such app")
	case errors.Is(err, zoom.ErrNoSecret), fault.Is(err, fault.DatabaseUnavailable, fault.Internal) && !foreign(err):
		s.refuse(w, r, http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, event.ErrEvent), errors.Is(err, zoom.ErrPlainToken), errors.Is(err, zoomchat.ErrForeign):
		s.refuse(w, r, http.StatusBadRequest, err.Error())
	case err != nil:
		s.refuse(w, r, http.StatusUnauthorized, err.Error())
	case answer != nil:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	case !zoomchat.Wanted(e):
		w.WriteHeader(http.StatusOK)
	default:
		if err := s.Accept(r.Context(), app, e, body); err != nil {
			s.Log.Warn("An event of Zoom Team Chat couldn't be stored; Zoom will send it again", "app", app, "event", e.Type, "error", err.Error())
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	}
}

// foreign reports whether the error means that the delivery is not Zoom's, or none of an app's, and not that something failed here.
func foreign(err error) bool {
	for _, refusal := range []error{zoom.ErrUnsigned, zoom.ErrSignature, zoom.ErrStale, zoom.ErrPlainToken, event.ErrEvent, zoomchat.ErrForeign} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

func (s *chatEvents) refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	s.refusals.log(r.URL.Path, "A request to a Zoom Team Chat app was refused", "path", loggable(r.URL.Path), "status", status, "reason", why,
		"zoom_request_id", chat.Truncate(r.Header.Get("X-Zm-Request-Id"), maxLoggedID))
	http.Error(w, http.StatusText(status), status)
}

// chatPages are the pages to which the bots in Zoom Team Chat link.
type chatPages struct {
	pages
	Chat TeamChat
	// ConnectURL returns the link with which the user connects their Zoom account.
	ConnectURL func(ctx context.Context, person chat.PersonID, next string) (string, error)
}

// installed is where Zoom sends a browser after an app was added.
func (s *chatPages) installed(w http.ResponseWriter, r *http.Request) {
	say := func(id string) string { return s.People.Plain(signedIn(r), chat.Say(id)) }
	s.show(w, http.StatusOK, page{Title: say("zoomchat.page.installed.title"), Text: say("zoomchat.page.installed.text")})
}

// link leads a user to the authorization in Zoom, after which their Zoom user is linked.
func (s *chatPages) link(w http.ResponseWriter, r *http.Request) {
	person := signedIn(r)
	if person == "" {
		http.Redirect(w, r, "/login?redirect_to="+url.QueryEscape("/plugins/zoom"+r.URL.Path), http.StatusFound)
		return
	}
	to, err := s.ConnectURL(r.Context(), person, "")
	if err != nil {
		s.showFault(w, r, person, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound)
}
