package provider

import (
	"context"
	"encoding/json"
	"time"
)

// Shift is the time for which a person is on call.
type Shift struct {
	// Name and Email are the person's at the provider. Both are untrusted text.
	Name, Email string
	// End is zero for a shift without end. Level is the escalation level that the schedule pages at, or 0 if it isn't known.
	End   time.Time
	Level int
}

// OnCallSchedules is a provider that knows who is on call.
type OnCallSchedules interface {
	AccountHome
	// Schedules returns the schedules whose names contain the text.
	Schedules(ctx context.Context, s Session, text string) ([]Resource, error)
	// Schedule returns the schedule with this name or ID; by is "name" or "id". If there is none, or several match, the error is a
	// *FieldError.
	Schedule(ctx context.Context, s Session, by, text string) (Resource, error)
	// Shifts returns who is on call at this time, in the order in which they are paged.
	Shifts(ctx context.Context, s Session, schedule Resource, at time.Time) ([]Shift, error)
	// TimeZone returns the time zone in the user's profile, or "".
	TimeZone(ctx context.Context, s Session) (string, error)
	// OnCallState returns the list of who is on call as the state of a subject, which Card draws. Known maps the lower-case email
	// addresses of users who may be mentioned in the channel to their names in chat.
	OnCallState(schedule Resource, shifts []Shift, at time.Time, zone *time.Location, known map[string]string) json.RawMessage
}
