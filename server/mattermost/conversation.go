package mattermost

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
)

// conversation is the exchange that a command, a click or a dialog began. A form is a dialog, a note is a post that only the actor sees.
type conversation struct {
	messenger *Messenger
	actor     chat.Actor
	place     chat.Place
	// trigger lets the server show a dialog, for seconds; "" if there is none.
	trigger string
	// note is the note that was clicked; zero for none.
	note chat.MessageRef
}

// Conversation returns the exchange with the actor in the place. The trigger is the server's, for dialogs, and note is the note that was
// clicked; both may be blank.
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

// Replace shows a note in place of the one that was clicked.
func (c *conversation) Replace(ctx context.Context, n chat.Note) error {
	if c.note.Zero() {
		return c.Tell(ctx, n)
	}
	return c.messenger.replace(c.note, c.actor, n)
}

// Features says whether there can be a dialog. Its fields cannot look up choices.
func (c *conversation) Features() chat.Features { return chat.Features{Forms: c.trigger != ""} }
