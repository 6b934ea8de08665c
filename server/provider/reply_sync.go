package provider

import (
	"context"
	"encoding/json"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// UserReply is a user's reply in the thread of a card.
type UserReply struct {
	// ID identifies the reply.
	ID string
	// Place is the reply's channel, to be returned as Change.OriginChannel.
	Place chat.Place
	Text  string
	At    time.Time
}

// ReplySync is an ActionHandler that can add replies in the threads of cards to their subjects as notes.
type ReplySync interface {
	ActionHandler
	// ExpectNote returns the event to apply before SyncReply. Because the text is already in one thread, the note is posted only in all
	// others, whichever comes first: the event of SyncReply or the provider's own delivery.
	ExpectNote(state json.RawMessage, reply UserReply) (Event, error)
	// SyncReply adds the text to the subject with the session's account and returns the changes. If the text is invalid, the error is a
	// *FieldError.
	SyncReply(ctx context.Context, s Session, c ActionRequest, reply UserReply) ([]Event, error)
}
