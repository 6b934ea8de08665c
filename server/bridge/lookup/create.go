package lookup

import (
	"context"
	"crypto/rand"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// createForm is the form for a new subject at the provider. Its intent's text is the key under which the subject is created.
const createForm = "create"

// The values that a form for a new subject can begin with.
const (
	createTitle   = "title"
	createDetails = "details"
)

// create shows the form for a new subject at the provider, with the typed text as its title; the address of a message makes that message the
// details. Where no form can be shown, a button opens it.
func (s *Service) create(ctx context.Context, w conversation.Request) (chat.Note, error) {
	creator, ok := s.Registry.Get(w.Provider).(provider.Creator)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, creator)
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpCreate, h.OfSite, err)
	}
	values := map[string]string{createTitle: conversation.Unquoted(w.Text)}
	if text, isMessage := s.message(ctx, w.Actor, values[createTitle]); isMessage {
		values = map[string]string{createDetails: text}
	}
	form, err := creator.CreateForm(ctx, h.Session, values)
	var slip *provider.FieldError
	if errors.As(err, &slip) {
		return chat.Note{Text: slip.Message}, nil // there is nothing to choose from
	}
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpCreate, h.OfSite, err)
	}
	if !w.Talk.Features().Forms {
		return s.Prompts.Question(ctx, chat.Say("bridge.raise.open", "Provider", s.Name(w.Provider)),
			conversation.Offer{Label: form.Title, Primary: true, Operation: conversation.OpCreate, Request: w}, conversation.OrCancel(w))
	}
	what := w.Intends(createTitle)
	what.Kind, what.Text, what.Values = createForm, "mm-"+rand.Text(), nil
	return chat.Note{}, s.Prompts.Ask(ctx, w.Talk, form, what)
}

// createChoices looks up the choices of a field of the form for a new subject.
func (s *Service) createChoices(ctx context.Context, what conversation.Intent, field, term string) ([]chat.Option, error) {
	creator, ok := s.Registry.Get(what.Provider).(provider.Creator)
	if !ok {
		return nil, fault.New(fault.InvalidInput)
	}
	h, err := s.home(ctx, what.Request(), creator)
	if err != nil {
		return nil, err
	}
	return creator.FieldOptions(ctx, h.Session, field, term)
}

// submitCreate creates the subject, once however often the form is sent, and shows it to the user alone.
func (s *Service) submitCreate(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	creator, ok := s.Registry.Get(what.Provider).(provider.Creator)
	if !ok || s.Enabled(what.Provider) == nil {
		return nil, s.ProviderOff(what.Provider)
	}
	w := what.Request()
	h, err := s.home(ctx, w, creator)
	if err != nil {
		return nil, err
	}
	event, err := creator.Create(ctx, h.Session, a.Values, what.Text)
	if err != nil {
		return conversation.FieldErrors(err)
	}
	if err := s.Cards.ApplySoon(ctx, h.Connection, []provider.Event{event}); err != nil {
		s.Log.Warn("A new subject couldn't be recorded", "connection", h.ID, "error", err.Error())
		s.Notices.Show(ctx, w.Talk, chat.Note{Text: chat.Say("bridge.raise.done")})
		return nil, nil
	}
	note, err := s.Notes.PrivateCard(ctx, w, h.Connection, event.Subject, chat.Say("bridge.raise.done"))
	if err != nil {
		return nil, err
	}
	s.Notices.Show(ctx, w.Talk, note)
	return nil, nil
}
