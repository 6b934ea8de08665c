package provider

import (
	"context"
	"encoding/json"
)

// MeetingLinker is a provider that can store the address of a meeting about a subject.
type MeetingLinker interface {
	// LinkMeeting stores the meeting's address with the session's account, adds a note, and returns the changes. State is the state of
	// the subject; number is the dial-in number, or "".
	LinkMeeting(ctx context.Context, s Session, state json.RawMessage, joinURL, number, noted string) ([]Event, error)
}
