package mattermost

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
)

// conversation is the exchange that a command, a click or a submitted dialog starts. A form is a dialog; a note is an ephemeral post.
type conversation struct {
	messenger *Messenger
	actor     chat.Actor
	place     chat.Place
	// trigger is the trigger ID that lets the server show a dialog, valid for seconds; "" for none.
	trigger string
	// note is the clicked note; zero for none.
	note chat.MessageRef
}

// Conversation returns the exchange with the actor in the place. trigger is the server's trigger ID for dialogs, and note the clicked
// note; both may be zero.
func (c *Messenger) Conversation(actor chat.Actor, at chat.Place, trigger string, note chat.MessageRef) chat.Conversation {
	return &conversation{messenger: c, actor: actor, place: at, trigger: trigger, note: note}
}

// Ask shows a dialog.
func (c *conversation) Ask(_ context.Context, f chat.Form) error {
	return c.messenger.openForm(c.trigger, c.actor, f)
}

// Tell shows a note to the actor alone.
func (c *conversation) Tell(ctx context.Context, n chat.Note) error {
	return c.messenger.Ephemeral(ctx, c.place, c.actor, n)
}

// Replace shows a note in place of the clicked one.
func (c *conversation) Replace(ctx context.Context, n chat.Note) error {
	if c.note.Zero() {
		return c.Tell(ctx, n)
	}
	return c.messenger.replace(c.note, c.actor, n)
}

// Features reports whether a dialog can be shown. Its fields can't look up choices.
func (c *conversation) Features() chat.Features { return chat.Features{Forms: c.trigger != ""} }
