package lookup

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// annotateForm is the form for a note on a chosen subject; its intent's text is the subject's ID at the provider,
	// "" where the subject is chosen in the form.
	annotateForm = "annotate"
	// noteField is the form's field.
	noteField = "text"
	// messageValue is the address of the message that a note begins with.
	messageValue = "message"
	// maxNoteText is the longest note, in characters.
	maxNoteText = 3000
)

// annotate offers the latest subjects at the provider to add a note to. The note begins with the message whose address was typed.
func (s *Service) annotate(ctx context.Context, w conversation.Request) (chat.Note, error) {
	annotator, ok := s.Registry.Get(w.Provider).(provider.Annotator)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, annotator)
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpAnnotate, h.OfSite, err)
	}
	text := conversation.Unquoted(w.Text)
	link := ""
	if _, isMessage := s.message(ctx, w.Actor, text); isMessage {
		link, text = text, ""
	}
	found, _, err := annotator.Search(ctx, h.Session, text, s.Now())
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpAnnotate, h.OfSite, err)
	}
	if len(found) == 0 {
		return chat.Note{Text: chat.Say("bridge.search.none", "Provider", s.Name(w.Provider), "Text", text)}, nil
	}
	if w.Talk.Features().Search {
		w.Text, w.Values = "", map[string]string{messageValue: link}
		return chat.Note{}, s.askNote(ctx, w, subjectOf(found))
	}
	offers := s.findings(w, conversation.OpAnnotateThis, found)
	for i := range offers {
		offers[i].Request.Values = map[string]string{messageValue: link}
	}
	return s.Prompts.Question(ctx, chat.Say("bridge.note.which", "Command", s.Word(w.Provider)), append(offers, conversation.OrCancel(w))...)
}

// annotateThis asks for the note on the chosen subject.
func (s *Service) annotateThis(ctx context.Context, w conversation.Request) (chat.Note, error) {
	if !w.Talk.Features().Forms {
		return s.Prompts.Question(ctx, chat.Say("bridge.act.more"), conversation.Offer{Label: chat.Say("bridge.note.submit"), Primary: true, Operation: conversation.OpAnnotateThis, Request: w}, conversation.OrCancel(w))
	}
	return chat.Note{}, s.askNote(ctx, w)
}

// askNote shows the form for a note, which begins with the request's message. It is about the subject that the request's text names, or
// the one chosen in the fields before it.
func (s *Service) askNote(ctx context.Context, w conversation.Request, before ...chat.FormField) error {
	text, _ := s.message(ctx, w.Actor, w.Values[messageValue])
	what := w.Intends(noteField)
	what.Kind, what.Values = annotateForm, nil
	return s.Prompts.Ask(ctx, w.Talk, chat.Form{
		Title: chat.Say("bridge.note.title"), Submit: chat.Say("bridge.note.submit"),
		Fields: append(before, chat.FormField{
			Name: noteField, Kind: chat.LongTextField, Label: chat.Say("bridge.note.text"), Default: chat.Truncate(text, maxNoteText), MaxLength: maxNoteText,
		}),
	}, what)
}

// submitNote adds the note as the user and tells them alone; they can share it.
func (s *Service) submitNote(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	annotator, ok := s.Enabled(what.Provider).(provider.Annotator)
	if !ok {
		return nil, s.ProviderOff(what.Provider)
	}
	if what.Text == "" {
		what.Text = a.Values[subjectField]
	}
	if what.Text == "" {
		return chat.FormErrors{subjectField: chat.Say("bridge.search.subject_missing")}, nil
	}
	w := what.Request()
	h, err := s.home(ctx, w, annotator)
	if err != nil {
		return nil, err
	}
	who, err := s.People.Person(ctx, w.Actor.Person)
	if err != nil {
		return nil, errors.Wrap(err, "look up who writes a note")
	}
	response, err := annotator.Annotate(ctx, h.Session, what.Text, a.Values[noteField], who.Username)
	if err != nil {
		return conversation.FieldErrors(err)
	}
	if err := s.Cards.ApplySoon(ctx, h.Connection, response.Events); err != nil {
		s.Log.Info("A note couldn't be shown at once; the provider's delivery shows it", "connection", h.ID, "error", err.Error())
	}
	share := what
	share.Provider, share.Connection = h.Provider, h.ID
	note, err := s.Notes.Shareable(ctx, chat.Note{Text: response.Note}, response.Share, share)
	if err != nil {
		s.Log.Warn("A note can't be offered for sharing", "user_id", w.Actor.ID, "connection", h.ID, "error", err.Error())
	}
	s.Notices.Show(ctx, w.Talk, note)
	return nil, nil
}

// message returns the text of the message with the address, if the user may read it.
func (s *Service) message(ctx context.Context, actor chat.Actor, address string) (string, bool) {
	if address == "" {
		return "", false
	}
	return s.People.Message(ctx, actor, address)
}
