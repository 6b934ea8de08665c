package zoom

import (
	"encoding/json"
	"errors"
	"time"
)

// Types of events that the plugin acts on.
const (
	// EventStarted says that a session of a meeting began.
	EventStarted = "meeting.started"
	// EventEnded says that a session of a meeting is over.
	EventEnded = "meeting.ended"
	// EventDeleted says that a meeting, or one date of a series, was deleted before it took place.
	EventDeleted = "meeting.deleted"
	// EventDeauthorized says that a user removed the app.
	EventDeauthorized = "app_deauthorized"
	// EventURLValidation asks the receiver to prove that it knows the secret token; see ValidationAnswer.
	EventURLValidation = "endpoint.url_validation"
)

// ErrEvent is a delivery that is no event: not JSON, without a type, too large or nested too deeply.
var ErrEvent = errors.New("the delivery is no event of Zoom's")

// maxDepth is the deepest nesting of an event; Zoom's have less than ten levels.
const maxDepth = 32

// Event is a webhook event, as far as the plugin uses it. What is missing, or not of the documented type, is zero.
type Event struct {
	// Type is Zoom's name of the event, such as EventStarted.
	Type string
	// At is when it happened, to the millisecond where Zoom says so.
	At time.Time
	// AccountID is the Zoom account that it happened in.
	AccountID string
	// Meeting is set in meeting.* and recording.* events.
	Meeting EventMeeting
	// Deauthorized is set in EventDeauthorized.
	Deauthorized Deauthorized
	// PlainToken is set in EventURLValidation.
	PlainToken string
}

// EventMeeting is the meeting that an event is about.
type EventMeeting struct {
	// ID is the meeting's number; for meetings in a personal room it is the personal meeting ID.
	ID string
	// UUID identifies the session.
	UUID   string
	HostID string
	// Start and End are Zoom's own times; End is zero until the session is over.
	Start time.Time
	End   time.Time
	// Occurrence reports that EventDeleted is about one date of a series.
	Occurrence bool
}

// Deauthorized says who removed which app.
type Deauthorized struct {
	UserID    string
	AccountID string
	ClientID  string
}

// ParseEvent reads the body of a delivery. It accepts the variations of Zoom's events: ids as numbers or strings, times as
// numbers, strings or missing, and fields it does not know. Its error is ErrEvent.
func ParseEvent(body []byte) (Event, error) {
	var w wireEvent
	if len(body) > maxBody || TooDeep(body) || decode(body, &w) != nil || w.Event == "" {
		return Event{}, ErrEvent
	}
	p := w.Payload
	e := Event{
		Type: w.Event, AccountID: p.AccountID, PlainToken: p.PlainToken,
		Meeting: EventMeeting{
			ID: string(p.Object.ID), UUID: p.Object.UUID, HostID: p.Object.HostID,
			Start: p.Object.StartTime.Time, End: p.Object.EndTime.Time,
			Occurrence: p.Operation == "single" && len(p.Object.Occurrences) > 0,
		},
	}
	if e.Type == EventDeauthorized {
		e.Deauthorized = Deauthorized{UserID: p.UserID, AccountID: p.AccountID, ClientID: p.ClientID}
	}
	// What happened comes before when it was told: app_deauthorized has both.
	for _, at := range []flexTime{p.DeauthorizedAt, w.EventTS, p.EventTS} {
		if e.At.IsZero() {
			e.At = at.Time
		}
	}
	return e, nil
}

// wireEvent is an event in Zoom's JSON.
type wireEvent struct {
	Event   string   `json:"event"`
	EventTS flexTime `json:"event_ts"`
	Payload struct {
		AccountID string `json:"account_id"`
		// Operation is "single" or "all" in meeting.deleted.
		Operation string `json:"operation"`
		Object    struct {
			ID        flexID   `json:"id"`
			UUID      string   `json:"uuid"`
			HostID    string   `json:"host_id"`
			StartTime flexTime `json:"start_time"`
			EndTime   flexTime `json:"end_time"`
			// Occurrences are the dates of a series that meeting.deleted is about.
			Occurrences []json.RawMessage `json:"occurrences"`
		} `json:"object"`
		PlainToken string `json:"plainToken"`
		UserID     string `json:"user_id"`
		ClientID   string `json:"client_id"`
		// EventTS is here, and not outside, in app_deauthorized.
		EventTS        flexTime `json:"event_ts"`
		DeauthorizedAt flexTime `json:"deauthorization_time"`
	} `json:"payload"`
}

// TooDeep reports whether JSON is nested more deeply than any event. It need not be right about text that is no JSON.
func TooDeep(data []byte) bool {
	depth, inText, escaped := 0, false, false
	for _, c := range data {
		switch {
		case escaped:
			escaped = false
		case inText:
			escaped = c == '\\'
			inText = c != '"'
		case c == '"':
			inText = true
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return false
}
