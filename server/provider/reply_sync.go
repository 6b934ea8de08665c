package provider

import (
	"context"
	"encoding/json"
	"time"
)

// UserReply is what somebody wrote in the thread of a card.
type UserReply struct {
	// ID tells it from all else that was said.
	ID string
	// ChannelID is where it stands, to be given back as Change.OriginChannel.
	ChannelID string
	Text      string
	At        time.Time
}

// ReplySync is a Responder whose subjects take what is said in the threads of their cards as notes.
type ReplySync interface {
	ActionHandler
	// ExpectNote returns the event to apply before Note: the text stands in one thread already, so that the note's replies are told in
	// all others only, whichever of Note's event and the tool's own delivery comes first.
	ExpectNote(state json.RawMessage, said UserReply) (Event, error)
	// SyncReply adds the text to the subject as the session's account, and returns what that changed. A text that is not good is a *FieldError.
	SyncReply(ctx context.Context, s Session, c ActionRequest, said UserReply) ([]Event, error)
}
