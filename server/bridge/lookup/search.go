package lookup

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/delivery"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxFound is how many subjects a search offers.
	maxFound = 10
	// subjectField is the field of a form in which a subject is looked for.
	subjectField = "subject"
)

// search offers the subjects at the provider that fit the typed text, as the user's account sees them: as buttons, or where the conversation can
// search, in a field to go on searching.
func (s *Service) search(ctx context.Context, w conversation.Request) (chat.Note, error) {
	searcher, ok := s.Registry.Get(w.Provider).(provider.Searcher)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, searcher)
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpSearch, h.OfSite, err)
	}
	found, more, err := searcher.Search(ctx, h.Session, chat.Truncate(conversation.Unquoted(w.Text), connection.MaxAddress), s.Now())
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpSearch, h.OfSite, err)
	}
	if len(found) == 0 {
		return chat.Note{Text: chat.Say("bridge.search.none", "Provider", s.Name(w.Provider), "Text", w.Text)}, nil
	}
	if w.Talk.Features().Search {
		what := w.Intends(conversation.OpLook)
		what.Text = ""
		return chat.Note{}, s.Prompts.Ask(ctx, w.Talk, chat.Form{
			Title: chat.Say("bridge.search.title"), Submit: chat.Say("bridge.search.look"), Fields: []chat.FormField{subjectOf(found)},
		}, what)
	}
	more = more || len(found) > maxFound
	offers := s.findings(w, conversation.OpLook, found)
	text := chat.Say("bridge.search.found")
	if more {
		text = chat.Lines(text, chat.Say("bridge.search.more", "Command", s.Word(w.Provider)))
	}
	return s.Prompts.Question(ctx, text, append(offers, conversation.OrCancel(w))...)
}

// findings returns the buttons that run the operation for one of the results.
func (s *Service) findings(w conversation.Request, operation string, found []provider.SearchResult) []conversation.Offer {
	var offers []conversation.Offer
	for _, one := range found[:min(len(found), maxFound)] {
		chosen := w
		chosen.Text = one.ID
		label := chat.Say("bridge.search.button", "Title", chat.Truncate(chat.OneLine(one.Title), conversation.MaxButtonLabel)).WithMessage("State", one.State)
		offers = append(offers, conversation.Offer{Label: label, Operation: operation, Request: chosen})
	}
	return offers
}

// subjectOf returns the field in which one of the results is chosen, or another is searched for.
func subjectOf(found []provider.SearchResult) chat.FormField {
	return chat.FormField{
		Name: subjectField, Kind: chat.SelectField, Label: chat.Say("bridge.search.subject"), Help: chat.Say("bridge.search.subject_help"),
		Options: choicesOf(found), Search: true,
	}
}

// choicesOf returns the results as choices of a field.
func choicesOf(found []provider.SearchResult) []chat.Option {
	var options []chat.Option
	for _, one := range found {
		option := chat.Option{Label: chat.Verbatim(one.Title), Value: one.ID, Detail: one.State}
		if where := chat.OneLine(one.Where); where != "" {
			option.Detail = chat.Say("bridge.search.detail", "Where", where).WithMessage("State", one.State)
		}
		options = append(options, option)
	}
	return options
}

// choices searches for the subjects of a form's field.
func (s *Service) choices(ctx context.Context, what conversation.Intent, field, term string) ([]chat.Option, error) {
	searcher, ok := s.Registry.Get(what.Provider).(provider.Searcher)
	if !ok || field != subjectField {
		return nil, fault.New(fault.InvalidInput)
	}
	h, err := s.home(ctx, what.Request(), searcher)
	if err != nil {
		return nil, err
	}
	found, _, err := searcher.Search(ctx, h.Session, term, s.Now())
	return choicesOf(found), err
}

// submitLook shows the subject that was chosen in a form.
func (s *Service) submitLook(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	if s.Enabled(what.Provider) == nil {
		return nil, s.ProviderOff(what.Provider)
	}
	w := what.Request()
	if w.Text = a.Values[subjectField]; w.Text == "" {
		return chat.FormErrors{subjectField: chat.Say("bridge.search.subject_missing")}, nil
	}
	note, err := s.preview(ctx, w)
	if err != nil {
		return nil, err
	}
	s.Notices.Show(ctx, w.Talk, note)
	return nil, nil
}

// preview shows the chosen subject to the user alone, and offers to send it to the channel.
func (s *Service) preview(ctx context.Context, w conversation.Request) (chat.Note, error) {
	h, event, err := s.lookedUp(ctx, w)
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpLook, h.OfSite, err)
	}
	send := conversation.Offer{Label: chat.Say("bridge.search.send"), Primary: true, Operation: conversation.OpSend, Request: w}
	return s.Notes.PrivateCard(ctx, w, h.Connection, event.Subject, chat.Say("bridge.search.preview"), send, conversation.OrCancel(w))
}

// lookedUp looks a subject up at the provider as the user, and records its state.
func (s *Service) lookedUp(ctx context.Context, w conversation.Request) (access.Home, provider.Event, error) {
	searcher, ok := s.Registry.Get(w.Provider).(provider.Searcher)
	if !ok {
		return access.Home{}, provider.Event{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, searcher)
	if err != nil {
		return h, provider.Event{}, err
	}
	event, err := searcher.Lookup(ctx, h.Session, w.Text)
	if err != nil {
		return h, event, err
	}
	return h, event, s.Cards.ApplySoon(ctx, h.Connection, []provider.Event{event})
}

// send posts the subject's card in the channel, where everyone acts on it with their own account. If the channel shows the subject already,
// the user gets a link to its card.
func (s *Service) send(ctx context.Context, w conversation.Request) (chat.Note, error) {
	h, event, err := s.lookedUp(ctx, w)
	if err != nil {
		return s.SignIn.OrSignIn(ctx, w, conversation.OpSend, h.OfSite, err)
	}
	beside, there, err := s.Cards.CardBeside(ctx, h.Connection, w.Place, event.Subject)
	if err != nil {
		return chat.Note{}, err
	}
	if !there.Zero() {
		return chat.Note{Text: chat.Say("bridge.search.there", "Link", s.Surface.Link(there))}, s.Cards.ApplySoon(ctx, beside, []provider.Event{event})
	}
	if err := s.Names.SetAlias(ctx, delivery.SentFrom(h.Provider, h.Site), event.Subject, h.ID); err != nil {
		return chat.Note{}, errors.Wrap(err, "note where a subject was sent from")
	}
	var shared bool
	err = s.Cards.Change(ctx, h.Connection, event.Subject, func(sub *bridge.Subject) bool {
		there, shared = share(sub, w.Place)
		return shared
	})
	if delivery.Recorded(err) {
		s.Log.Info("A card couldn't be shown at once; it's shown later", "connection", h.ID, "error", err.Error())
		err = nil
	}
	switch {
	case err != nil:
		return chat.Note{}, err
	case !there.Zero():
		return chat.Note{Text: chat.Say("bridge.search.there", "Link", s.Surface.Link(there))}, nil
	case !shared:
		return chat.Note{}, fault.New(fault.CardUnknown) // it expired a moment ago
	}
	return chat.Note{Text: chat.Say("bridge.search.sent")}, nil
}

// share has the subject shown in the channel, or returns the card that it has there.
func share(sub *bridge.Subject, place chat.Place) (there chat.MessageRef, changed bool) {
	at := sub.In(place)
	switch {
	case sub.State == nil:
		return chat.MessageRef{}, false
	case at == nil:
		sub.Shown = append(sub.Shown, bridge.Shown{Place: place.Top(), Shared: true})
	case at.Held:
		at.Held, at.Shared = false, true // the user's choice decides
	default:
		return at.Message, false
	}
	return chat.MessageRef{}, true
}
