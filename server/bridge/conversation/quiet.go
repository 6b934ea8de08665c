package conversation

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Quiet is the conversation with an actor who didn't just type or click, such as after a sign-in: it tells, and cannot ask.
type Quiet struct {
	Messenger bridge.Messenger
	Actor     chat.Actor
	Place     chat.Place
}

// Ask fails: nothing lets a form be shown. Fault: ButtonExpired.
func (Quiet) Ask(context.Context, chat.Form) error { return fault.New(fault.ButtonExpired) }

// Tell shows a note to the actor alone, in the place.
func (q Quiet) Tell(ctx context.Context, n chat.Note) error {
	return q.Messenger.Ephemeral(ctx, q.Place, q.Actor, n)
}

// Replace tells the note: none was clicked.
func (q Quiet) Replace(ctx context.Context, n chat.Note) error { return q.Tell(ctx, n) }

// Features says that there are only notes.
func (Quiet) Features() chat.Features { return chat.Features{} }
