package provider

import (
	"context"
	"encoding/json"
)

// MeetingLinker is a provider whose tool notes where people meet about a subject.
type MeetingLinker interface {
	// LinkMeeting writes the meeting's address to the tool as the session's account, with a note that says so, and returns what that changed.
	// State is that of the subject; number is how to dial in, "" for unknown.
	LinkMeeting(ctx context.Context, s Session, state json.RawMessage, joinURL, number, noted string) ([]Event, error)
}
