package action

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// subjectKind is a button under a private card: it is sealed for the user and the subject, and acts with the user's
// own rights at the provider.
const subjectKind = "subject"

// subjectFormKind is the answer to the form that such a button led to.
const subjectFormKind = "subject_form"

// maxPrivateButtons is how many of a card's actions it has as buttons; menus appear only on shared cards.
const maxPrivateButtons = 5

// PrivateCard returns a subject of the connection as a note for one person, with its actions as buttons and the offers behind them.
func (s *Service) PrivateCard(ctx context.Context, w conversation.Request, c bridge.Connection, subject string, intro chat.Message, offers ...conversation.Offer) (chat.Note, error) {
	sub, found, err := s.Subjects.Subject(ctx, c.ID, subject)
	if err != nil || !found {
		return chat.Note{}, errors.Wrap(orError(err, fault.New(fault.CardUnknown)), "read a subject")
	}
	p := s.Registry.Get(c.Provider)
	card, err := p.Card(sub.State)
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "draw a subject")
	}
	lines := []chat.Message{intro, chat.Say("bridge.private.title", "Emoji", card.Emoji).WithText("Title", chat.Link(card.Title, card.URL)).WithMessage("State", card.State)}
	if !card.Text.Zero() {
		lines = append(lines, card.Text)
	}
	for _, field := range card.Fields {
		lines = append(lines, chat.Say("bridge.private.field").WithMessage("Label", field.Label).WithMessage("Value", field.Value))
	}
	note, err := s.Prompts.Question(ctx, chat.Lines(lines...), offers...)
	if err != nil {
		return chat.Note{}, err
	}
	if _, responds := p.(provider.ActionHandler); !responds {
		return note, nil
	}
	var buttons []chat.Button
	for _, action := range card.Actions[:min(len(card.Actions), maxPrivateButtons)] {
		if len(action.Options) > 0 {
			continue
		}
		what := w.Intends(subjectKind)
		what.Action, what.Connection, what.Subject, what.Text, what.Values = action.ID, c.ID, subject, "", nil
		button, err := s.Prompts.Button(ctx, action.Label, false, what)
		if err != nil {
			return chat.Note{}, err
		}
		buttons = append(buttons, button)
	}
	note.Buttons = append(buttons, note.Buttons...)
	return note, nil
}

func orError(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// subjectTarget finds what a sealed button under a note is about. The user acts with their own rights at the provider; here they only have
// to be able to post where it was shown. Faults: Forbidden, CardUnknown, ProviderOff.
func (s *core) subjectTarget(ctx context.Context, t attempt) (actionTarget, error) {
	if !s.Permissions.MayPost(ctx, t.actor, t.place) {
		return actionTarget{}, fault.New(fault.Forbidden)
	}
	c, ok, err := s.Connections.Connection(ctx, t.connection)
	if err != nil {
		return actionTarget{}, errors.Wrapf(err, "read connection %s", t.connection)
	}
	if !ok || !s.Authorizes(c.Provider) {
		return actionTarget{}, fault.New(fault.CardUnknown)
	}
	if s.Enabled(c.Provider) == nil {
		return actionTarget{}, s.ProviderOff(c.Provider)
	}
	subject, ok, err := s.Subjects.Subject(ctx, c.ID, t.subject)
	if err != nil {
		return actionTarget{}, errors.Wrapf(err, "read a subject of connection %s", c.ID)
	}
	if !ok {
		return actionTarget{}, fault.New(fault.CardUnknown)
	}
	return actionTarget{Connection: c, subject: subject, thread: t.place, asked: t.place}, nil
}
