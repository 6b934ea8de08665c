package plain

import (
	"context"
	"maps"
	"slices"

	"mattermost-plugin-zoom/server/chat"
)

// note is what one user was shown: a note or a form, in a place or by direct message.
type note struct {
	actor   chat.Actor
	place   chat.Place
	text    string
	buttons []chat.Button
	form    chat.Form
}

// Ephemeral shows a note to the actor alone.
func (c *Chat) Ephemeral(_ context.Context, at chat.Place, actor chat.Actor, n chat.Note) error {
	c.tell(note{actor: actor, place: at, text: c.say.Note(n), buttons: n.Buttons})
	return nil
}

// Direct has the bot write to the actor.
func (c *Chat) Direct(_ context.Context, actor chat.Actor, text chat.Message) error {
	c.tell(note{actor: actor, text: c.say.text(text)})
	return nil
}

func (c *Chat) tell(n note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes = append(c.notes, n)
}

// Notes returns what the actor alone was shown, oldest first.
func (c *Chat) Notes(actor chat.Actor) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var texts []string
	for _, n := range c.notes {
		if n.actor.Is(actor) {
			texts = append(texts, n.text)
		}
	}
	return texts
}

// Click returns the actor's click on the button of this label under the newest card in the place; false if none has it.
func (c *Chat) Click(actor chat.Actor, at chat.Place, label string) (chat.Click, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range slices.Backward(c.messages) {
		for _, a := range m.actions {
			if m.ref.Place == at && c.say.text(a.Label) == label {
				return chat.Click{
					Actor: actor, Place: at, Message: m.ref, Card: true, Action: a.ID, Values: a.Values, Talk: c.Conversation(actor, at),
				}, true
			}
		}
	}
	return chat.Click{}, false
}

// Press returns the actor's click on the button of this label under their newest note that has it; false if none has.
func (c *Chat) Press(actor chat.Actor, label string) (chat.Click, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range slices.Backward(c.notes) {
		for _, b := range n.buttons {
			if n.actor.Is(actor) && c.say.text(b.Label) == label {
				return chat.Click{Actor: actor, Place: n.place, Action: b.Action, Values: b.Values, Talk: c.Conversation(actor, n.place)}, true
			}
		}
	}
	return chat.Click{}, false
}

// Answer returns the actor's answer to the form that they were shown last, with these values in place of those it began with.
func (c *Chat) Answer(actor chat.Actor, values map[string]string) (chat.FormAnswer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range slices.Backward(c.notes) {
		if !n.actor.Is(actor) || n.form.Kind == "" {
			continue
		}
		all := map[string]string{}
		for _, field := range n.form.Fields {
			all[field.Name] = field.Default
		}
		maps.Copy(all, values)
		return chat.FormAnswer{
			Actor: actor, Place: n.place, Kind: n.form.Kind, State: n.form.State, Values: all, Talk: c.Conversation(actor, n.place),
		}, true
	}
	return chat.FormAnswer{}, false
}

// conversation is the exchange with one actor in a place. Forms are shown as notes.
type conversation struct {
	*Chat
	actor chat.Actor
	place chat.Place
}

// Conversation returns the exchange with the actor in the place.
func (c *Chat) Conversation(actor chat.Actor, at chat.Place) chat.Conversation {
	return conversation{Chat: c, actor: actor, place: at}
}

// Ask shows the form as a note.
func (c conversation) Ask(_ context.Context, f chat.Form) error {
	c.tell(note{actor: c.actor, place: c.place, text: c.say.Form(f), form: f})
	return nil
}

// Tell shows a note.
func (c conversation) Tell(ctx context.Context, n chat.Note) error {
	return c.Ephemeral(ctx, c.place, c.actor, n)
}

// Replace shows a further note: what was read stays as it was.
func (c conversation) Replace(ctx context.Context, n chat.Note) error { return c.Tell(ctx, n) }

// Features says that forms can be shown.
func (conversation) Features() chat.Features { return chat.Features{Forms: true} }
