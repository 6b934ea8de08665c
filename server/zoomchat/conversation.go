package zoomchat

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// talk is the exchange that a command, a click or a submitted form starts. A form is a message with inputs, which only the actor sees.
type talk struct {
	surface *Surface
	actor   chat.Actor
	place   chat.Place
	// note is the clicked note or form; zero for none.
	note chat.MessageRef
}

// Conversation returns the exchange with the actor in the place. note is the clicked note, zero for none.
func (s *Surface) Conversation(actor chat.Actor, at chat.Place, note chat.MessageRef) chat.Conversation {
	return &talk{s, actor, at, note}
}

// Ask shows a form. Zoom's inputs hide nothing that is typed and stay in the conversation, so a form that asks for a secret is a page of the
// plugin, and the actor is told where.
func (t *talk) Ask(ctx context.Context, f chat.Form) error {
	id, err := t.surface.keep(ctx, prompt{Form: &f, Actor: t.actor, Place: t.place})
	if err != nil {
		return err
	}
	if content.SecretsElsewhere(f) {
		link := chat.LinkText(t.surface.words(t.actor, "zoomchat.form.secret_link"), t.surface.People.FormURL(id))
		return t.Tell(ctx, chat.Note{Text: chat.Say("zoomchat.form.secret").WithText("Link", link)})
	}
	return t.show(ctx, t.surface.Render(t.actor.Person).Form(f, id, nil, nil))
}

// askAgain shows a form with the answers before and what is wrong with them.
func (t *talk) askAgain(ctx context.Context, f chat.Form, promptID string, values map[string]string, wrong chat.FormErrors) error {
	return t.replace(ctx, t.surface.Render(t.actor.Person).Form(f, promptID, values, wrong))
}

// Tell shows a note to the actor alone, in the place or in their conversation with the bot.
func (t *talk) Tell(ctx context.Context, n chat.Note) error {
	return t.surface.Ephemeral(ctx, t.place, t.actor, n)
}

// Replace shows a note in place of the clicked one.
func (t *talk) Replace(ctx context.Context, n chat.Note) error {
	shown, err := t.surface.note(ctx, t.actor, n)
	if err != nil {
		return err
	}
	return t.replace(ctx, shown)
}

// Features says that forms can be shown. Their fields can't look up choices.
func (*talk) Features() chat.Features { return chat.Features{Forms: true} }

func (t *talk) show(ctx context.Context, c content.Content) error {
	return t.surface.whisper(ctx, t.place, t.actor, c)
}

// replace edits the clicked message, or sends a new one if it is gone or none was clicked.
func (t *talk) replace(ctx context.Context, c content.Content) error {
	if t.note.Zero() {
		return t.show(ctx, c)
	}
	shown, _, err := encoded(c)
	if err != nil {
		return err
	}
	at, err := addressOf(t.note.Place)
	if err != nil {
		return err
	}
	as, err := t.surface.bot(ctx, at)
	if err != nil {
		return err
	}
	err = t.surface.sender.edit(ctx, as, at.jid, t.note.ID, at.jid, shown)
	if errors.Is(err, bridge.ErrGone) || fault.Is(err, fault.ZoomRefused) {
		return t.show(ctx, c)
	}
	return err
}

// close removes the clicked form after it was answered; one that is gone already is fine.
func (t *talk) close(ctx context.Context) error {
	at, err := addressOf(t.note.Place)
	if err != nil || t.note.Zero() {
		return err
	}
	as, err := t.surface.bot(ctx, at)
	if err != nil {
		return err
	}
	err = outcome(t.surface.Calls.DeleteChat(ctx, as, t.note.ID))
	if errors.Is(err, bridge.ErrGone) {
		return nil
	}
	return err
}

// words returns a message of the surface's own for the actor.
func (s *Surface) words(actor chat.Actor, id string) chat.Text {
	return s.Render(actor.Person).Say(chat.Say(id))
}
