package console

import (
	"context"
	"crypto/rand"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// raiseKind is the form for a new subject at the tool. Its intent's text is the key of the one that is made.
const raiseKind = "raise"

// The names of what is known of a new subject before its form is shown.
const (
	raiseTitle   = "title"
	raiseDetails = "details"
)

// raise shows the form for a new subject at the tool, with what was typed as its title, or the message whose address it is as its details. Where there can be no form, a button opens it.
func (s *Service) raise(ctx context.Context, w conversation.Request) (chat.Note, error) {
	raiser, ok := s.Registry.Get(w.Provider).(provider.Creator)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, raiser)
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpRaise, h, err)
	}
	values := map[string]string{raiseTitle: conversation.Unquoted(w.Text)}
	if text, isMessage := s.message(ctx, w.Actor, values[raiseTitle]); isMessage {
		values = map[string]string{raiseDetails: text}
	}
	form, err := raiser.CreateForm(ctx, h.session, values)
	var slip *provider.FieldError
	if errors.As(err, &slip) {
		return chat.Note{Text: slip.Message}, nil // there is nothing to choose from
	}
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpRaise, h, err)
	}
	if !w.Talk.Features().Forms {
		return s.Prompts.Question(ctx, chat.Say("bridge.raise.open", "Provider", s.Name(w.Provider)),
			conversation.Offer{Label: form.Title, Primary: true, Operation: conversation.OpRaise, Request: w}, conversation.OrCancel(w))
	}
	what := w.Intends(raiseTitle)
	what.Kind, what.Text, what.Values = raiseKind, "mm-"+rand.Text(), nil
	return chat.Note{}, s.Prompts.Ask(ctx, w.Talk, form, what)
}

// raiseAnswered makes the subject, once however often the form is sent, and shows it to who did.
func (s *Service) raiseAnswered(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	raiser, ok := s.Registry.Get(what.Provider).(provider.Creator)
	if !ok || s.Enabled(what.Provider) == nil {
		return nil, s.ProviderOff(what.Provider)
	}
	w := what.Request()
	h, err := s.home(ctx, w, raiser)
	if err != nil {
		return nil, err
	}
	event, err := raiser.Create(ctx, h.session, a.Values, what.Text)
	if err != nil {
		return conversation.FieldErrors(err)
	}
	if err := s.Cards.ApplySoon(ctx, h.Connection, []provider.Event{event}); err != nil {
		s.Log.Warn("A new subject couldn't be recorded", "connection", h.ID, "error", err.Error())
		s.Notices.Show(ctx, w.Talk, chat.Note{Text: chat.Say("bridge.raise.done")})
		return nil, nil
	}
	note, err := s.Actions.PrivateCard(ctx, w, h.Connection, event.Subject, chat.Say("bridge.raise.done"))
	if err != nil {
		return nil, err
	}
	s.Notices.Show(ctx, w.Talk, note)
	return nil, nil
}
