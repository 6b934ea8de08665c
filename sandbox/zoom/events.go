package zoom

import (
	"slices"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The notifications that the sandbox sends by itself.
// https://developers.zoom.us/docs/api/webhooks/
const (
	EventMeetingStarted    = "meeting.started"
	EventMeetingEnded      = "meeting.ended"
	EventMeetingDeleted    = "meeting.deleted"
	EventParticipantJoined = "meeting.participant_joined"
	EventParticipantLeft   = "meeting.participant_left"
	EventAppDeauthorized   = "app_deauthorized"
	EventURLValidation     = "endpoint.url_validation"
)

// event is the envelope of a notification.
type event struct {
	Event     string `json:"event"`
	Timestamp int64  `json:"event_ts"` // milliseconds
	Payload   any    `json:"payload"`
}

// meetingPayload is the payload of meeting.* events.
type meetingPayload struct {
	AccountID string        `json:"account_id"`
	Object    meetingObject `json:"object"`
}

// meetingObject is a meeting in a notification. The ID is text here, while the
// API answers with a number.
type meetingObject struct {
	ID          string             `json:"id"`
	UUID        string             `json:"uuid"`
	HostID      string             `json:"host_id"`
	Topic       string             `json:"topic"`
	Type        int                `json:"type"`
	StartTime   string             `json:"start_time"`
	Timezone    string             `json:"timezone"`
	Duration    int                `json:"duration"`
	EndTime     string             `json:"end_time,omitempty"`
	Participant *participantObject `json:"participant,omitempty"`
}

// participantObject is a person in a notification. ID is empty for guests;
// both IDs and the UUID change when a participant rejoins.
type participantObject struct {
	UserID            string `json:"user_id"`
	UserName          string `json:"user_name"`
	ID                string `json:"id"`
	ParticipantUUID   string `json:"participant_uuid"`
	JoinTime          string `json:"join_time,omitempty"`
	LeaveTime         string `json:"leave_time,omitempty"`
	DateTime          string `json:"date_time,omitempty"`
	LeaveReason       string `json:"leave_reason,omitempty"`
	Email             string `json:"email"`
	ParticipantUserID string `json:"participant_user_id"`
	RegistrantID      string `json:"registrant_id"`
}

// deauthorization is the payload of app_deauthorized.
type deauthorization struct {
	AccountID           string `json:"account_id"`
	UserID              string `json:"user_id"`
	Signature           string `json:"signature"`
	DeauthorizationTime string `json:"deauthorization_time"`
	ClientID            string `json:"client_id"`
}

// eventType is the type of a meeting in notifications, where 10 doesn't exist.
func eventType(kind int) int {
	if kind == typeScreenShare {
		return typeInstant
	}
	return kind
}

// meetingEvent is the event of the start or end of a run.
func meetingEvent(name string, r *run, at time.Time) event {
	object := r.object()
	if name == EventMeetingEnded {
		object.EndTime = stamp(r.ended)
	}
	return event{name, at.UnixMilli(), meetingPayload{r.meeting.host.AccountID, object}}
}

// deletedPayload is the payload of meeting.deleted.
type deletedPayload struct {
	AccountID  string        `json:"account_id"`
	Operator   string        `json:"operator"`
	OperatorID string        `json:"operator_id"`
	Operation  string        `json:"operation"`
	Object     deletedObject `json:"object"`
}

// deletedObject is a meeting in meeting.deleted, where the ID is a number.
type deletedObject struct {
	UUID      string `json:"uuid"`
	ID        int64  `json:"id"`
	HostID    string `json:"host_id"`
	Topic     string `json:"topic"`
	Type      int    `json:"type"`
	StartTime string `json:"start_time,omitempty"`
	Duration  int    `json:"duration"`
	Timezone  string `json:"timezone"`
}

// remove deletes a meeting and sends the event.
func (w *world) remove(m *meeting, by *User) {
	m.deleted = true
	object := deletedObject{
		UUID: m.uuid, ID: m.id, HostID: m.host.ID, Topic: m.topic, Type: eventType(m.kind), Duration: m.duration, Timezone: m.timezone,
	}
	if !m.start.IsZero() {
		object.StartTime = stamp(m.start)
	}
	w.announce(m, event{EventMeetingDeleted, w.Now().UnixMilli(), deletedPayload{m.host.AccountID, by.Email, by.ID, "single", object}})
}

// object describes a run in a notification.
func (r *run) object() meetingObject {
	m := r.meeting
	object := meetingObject{
		ID: number(m.id), UUID: r.uuid, HostID: m.host.ID, Topic: m.topic, Type: eventType(m.kind),
		StartTime: stamp(r.began), Timezone: m.timezone, Duration: m.duration,
	}
	if m.kind == typeInstant {
		object.Timezone, object.Duration = "", 0
	}
	return object
}

// participantEvent is the event of a participant who joins or leaves.
func (w *world) participantEvent(name string, r *run, p *participant, at time.Time, reason string) event {
	who := participantObject{
		UserID: p.number, UserName: p.name, ParticipantUUID: p.uuid, Email: p.email, LeaveReason: reason,
	}
	if p.user != nil {
		who.ID, who.ParticipantUserID = p.user.ID, p.user.ID
	}
	when := p.joined
	field := &who.JoinTime
	if name == EventParticipantLeft {
		when, field = p.left, &who.LeaveTime
	}
	if w.policy.ParticipantTime == TimeAsDateTime {
		field = &who.DateTime
	}
	*field = stamp(when)
	object := r.object()
	object.Participant = &who
	return event{name, at.UnixMilli(), meetingPayload{r.meeting.host.AccountID, object}}
}

// announce sends an event about a meeting to every app that subscribes to it.
func (w *world) announce(room *meeting, e event) {
	for _, app := range w.sortedApps() {
		if w.subscribes(app, e.Event, room.host) {
			w.post(app, app.WebhookURL, number(room.id), e.Event, kit.Compact(e))
		}
	}
}

// subscribes reports whether an app receives events of a host: its endpoint is
// enabled, it has a scope for them, and it was authorized by the host, or for the
// host's account.
func (w *world) subscribes(app *registration, event string, host *User) bool {
	if app.WebhookURL == "" || !app.enabled || len(app.Events) > 0 && !slices.Contains(app.Events, event) {
		return false
	}
	if !slices.ContainsFunc(eventScopes(event), func(s string) bool { return slices.Contains(app.Scopes, s) }) {
		return false
	}
	switch app.Kind {
	case KindS2S:
		return app.AccountID == host.AccountID
	case KindUser:
		return slices.Contains(w.grants.Users(app.ClientID), host)
	default:
		return slices.ContainsFunc(w.grants.Users(app.ClientID), func(u *User) bool { return u.AccountID == host.AccountID })
	}
}
