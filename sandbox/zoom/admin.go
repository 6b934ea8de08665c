package zoom

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// SetApp registers an app, or replaces the one with the same client ID. With
// Validate set, the notification endpoint must pass the validation; if it does
// not, the app is there but is sent nothing, and the error says why.
func (s *Sandbox) SetApp(a App) (AppStatus, error) {
	var saved *registration
	err := s.Control(func(w *world) (err error) {
		saved, err = w.addApp(a)
		return err
	})
	if err != nil {
		return AppStatus{}, err
	}
	if a.Validate && len(saved.endpoints()) > 0 {
		err = s.validate(saved.ClientID, true)
	}
	return kit.Read(s.Sandbox, func(*world) AppStatus { return saved.status() }), err
}

// App returns a registered app.
func (s *Sandbox) App(clientID string) (found AppStatus, err error) {
	s.Locked(func(w *world) {
		if app := w.apps[clientID]; app != nil {
			found = app.status()
			return
		}
		err = errors.Wrapf(kit.ErrNotFound, "app %q", clientID)
	})
	return found, err
}

// AddUser adds a user and returns it with the ID and PMI it was given.
func (s *Sandbox) AddUser(u User) (User, error) {
	return kit.Kept(s.Sandbox, func(w *world) (*User, error) { return w.addUser(u) })
}

// SetPolicy sets the switches in p; empty fields stay as they are.
func (s *Sandbox) SetPolicy(p Policy) error {
	return s.Control(func(w *world) error {
		if err := p.check(); err != nil {
			return err
		}
		for _, f := range []struct{ field, value *string }{
			{&w.policy.RetryTimestamp, &p.RetryTimestamp},
			{&w.policy.S2STokens, &p.S2STokens},
			{&w.policy.ParticipantTime, &p.ParticipantTime},
			{&w.policy.Plan, &p.Plan},
			{&w.policy.PersonalID, &p.PersonalID},
			{&w.policy.ChatContent, &p.ChatContent},
			{&w.policy.ChatLimits, &p.ChatLimits},
			{&w.policy.VisibleTo, &p.VisibleTo},
			{&w.policy.MentionText, &p.MentionText},
		} {
			if *f.value != "" {
				*f.field = *f.value
			}
		}
		if p.DailyMeetingRequests != 0 {
			w.policy.DailyMeetingRequests = p.DailyMeetingRequests
		}
		if p.PastMeetingLagSeconds != 0 {
			w.policy.PastMeetingLagSeconds = p.PastMeetingLagSeconds
		}
		return nil
	})
}

// RevokeGrant ends a user's grant to an app without telling the app, as an admin
// of the account can.
func (s *Sandbox) RevokeGrant(email, clientID string) error {
	return s.Control(func(w *world) error {
		_, _, err := w.endGrantOf(email, clientID)
		return err
	})
}

// Deauthorize has a user remove an app: the grant ends and the app receives
// app_deauthorized, at its notification endpoint and its deauthorization URL.
func (s *Sandbox) Deauthorize(email, clientID string) error {
	return s.Control(func(w *world) error {
		app, u, err := w.endGrantOf(email, clientID)
		if err != nil {
			return err
		}
		now := w.Now()
		body := kit.Compact(event{EventAppDeauthorized, now.UnixMilli(), deauthorization{
			AccountID: u.AccountID, UserID: u.ID, Signature: kit.HMAC(app.ClientSecret, []byte(u.ID+stamp(now))),
			DeauthorizationTime: now.Format("2006-01-02T15:04:05.000Z"), ClientID: app.ClientID,
		}})
		for _, address := range app.endpoints() {
			if app.enabled {
				w.post(app, address, "", EventAppDeauthorized, body)
			}
		}
		if app.DeauthorizationURL != "" {
			w.post(app, app.DeauthorizationURL, "", EventAppDeauthorized, body)
		}
		return nil
	})
}

// endGrantOf ends the grant of a user to an app.
func (w *world) endGrantOf(email, clientID string) (*registration, *User, error) {
	app, u := w.apps[clientID], w.user(email)
	if app == nil || u == nil {
		return nil, nil, errors.Wrapf(kit.ErrNotFound, "user %q or app %q", email, clientID)
	}
	installed, granted := app.uninstall(u), w.grants.Revoke(clientID, u)
	if !installed && !granted {
		return nil, nil, errors.Wrapf(kit.ErrNotFound, "a grant of %s to app %q", email, clientID)
	}
	return app, u, nil
}

// ExpireTokens makes all access tokens of an app expire now.
func (s *Sandbox) ExpireTokens(clientID string) error {
	return s.Control(func(w *world) error { return w.grants.Expire(clientID) })
}

// Notify sends an app a notification that the sandbox would not send by itself.
func (s *Sandbox) Notify(clientID, name string, payload any) error {
	return s.notify(clientID, name, func(now time.Time) []byte { return kit.Compact(event{name, now.UnixMilli(), payload}) })
}

// NotifyBody is Notify for a whole body, which is signed as it is: an example of Zoom's
// documents, or anything else that is JSON.
func (s *Sandbox) NotifyBody(clientID string, body json.RawMessage) error {
	var envelope struct {
		Event string `json:"event"`
	}
	_ = json.Unmarshal(body, &envelope) // hostile ones have no event
	return s.notify(clientID, envelope.Event, func(time.Time) []byte { return body })
}

// notify sends a notification to the endpoint that is for events of its name.
func (s *Sandbox) notify(clientID, name string, body func(now time.Time) []byte) error {
	return s.Control(func(w *world) error {
		app := w.apps[clientID]
		if app == nil || len(app.endpoints()) == 0 {
			return errors.Wrapf(kit.ErrNotFound, "a notification endpoint of app %q", clientID)
		}
		address := app.WebhookURL
		if app.Bot != nil && (address == "" || slices.Contains(teamchat.Events, name)) {
			address = app.botEndpoint()
		}
		w.post(app, address, "", name, body(w.Now()))
		return nil
	})
}

// Meeting is a meeting as the control API shows it.
type Meeting struct {
	ID       int64     `json:"id"`
	UUID     string    `json:"uuid"`
	Topic    string    `json:"topic"`
	Host     string    `json:"host"`
	Status   string    `json:"status"`
	JoinURL  string    `json:"join_url"`
	Personal bool      `json:"personal"`
	Present  []string  `json:"present"`
	Created  time.Time `json:"created"`
}

// Meetings returns all meetings, personal rooms included, oldest first.
func (s *Sandbox) Meetings() []Meeting {
	return kit.Read(s.Sandbox, (*world).overview)
}
