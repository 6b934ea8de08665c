package provider

import (
	"context"
	"encoding/json"
	"time"
)

// Said is what somebody wrote in the thread of a card.
type Said struct {
	// ID tells it from all else that was said.
	ID string
	// ChannelID is where it stands, to be given back as Change.Said.
	ChannelID string
	Text      string
	At        time.Time
}

// Noter is a Responder whose subjects take what is said in the threads of their cards as notes.
type Noter interface {
	Responder
	// NoteComing returns the event to apply before Note: the text stands in one thread already, so that the note's replies are told in
	// all others only, whichever of Note's event and the tool's own delivery comes first.
	NoteComing(state json.RawMessage, said Said) (Event, error)
	// Note adds the text to the subject as the session's account, and returns what that changed. A text that is not good is a *FieldError.
	Note(ctx context.Context, s Session, c Call, said Said) ([]Event, error)
}
