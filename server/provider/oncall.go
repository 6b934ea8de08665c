package provider

import (
	"context"
	"encoding/json"
	"time"
)

// Shift is somebody's turn of being on call.
type Shift struct {
	// Name is the person's, Email their address at the tool; both as they came from outside.
	Name, Email string
	// End is when the turn ends; zero where it never does. Level is that through which the schedule pages, 0 for unknown.
	End   time.Time
	Level int
}

// OnCallSchedules is a provider that knows who is on call.
type OnCallSchedules interface {
	AccountHome
	// Schedules returns the schedules whose names contain the text.
	Schedules(ctx context.Context, s Session, text string) ([]Resource, error)
	// Schedule returns the schedule that somebody means, told by its "name" or its "id". Where that is not clear, or there is none, the
	// error is a *FieldError.
	Schedule(ctx context.Context, s Session, by, text string) (Resource, error)
	// Shifts returns who is on call by the schedule at this time, the first to be called first.
	Shifts(ctx context.Context, s Session, schedule Resource, at time.Time) ([]Shift, error)
	// TimeZone returns the person's own time zone at the tool; "" for unknown.
	TimeZone(ctx context.Context, s Session) (string, error)
	// OnCallState returns the list of who is on call as the state of a subject of its own, which Card draws. Known are the names in chat of
	// those who may be called there, by their address in lower case.
	OnCallState(schedule Resource, shifts []Shift, at time.Time, zone *time.Location, known map[string]string) json.RawMessage
}
