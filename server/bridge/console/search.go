package console

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/delivery"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// maxFound is how many subjects a search offers.
const maxFound = 10

const (
	// subjectField is the field of a window's form in which a subject is looked for.
	subjectField = "subject"
)

// search offers the subjects at the tool that fit what was typed, as the person's account sees them: with buttons, or in a window with a
// field to go on looking.
func (s *Service) search(ctx context.Context, w conversation.Request) (chat.Note, error) {
	searcher, ok := s.Registry.Get(w.Provider).(provider.Searcher)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, searcher)
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpSearch, h, err)
	}
	found, more, err := searcher.Search(ctx, h.session, chat.Truncate(conversation.Unquoted(w.Text), connection.MaxAddress), s.Now())
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpSearch, h, err)
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

// findings are the buttons to choose one of what was found, for the deed.
func (s *Service) findings(w conversation.Request, deed string, found []provider.SearchResult) []conversation.Offer {
	var offers []conversation.Offer
	for _, one := range found[:min(len(found), maxFound)] {
		chosen := w
		chosen.Text = one.ID
		label := chat.Say("bridge.search.button", "Title", chat.Truncate(chat.OneLine(one.Title), conversation.MaxButtonLabel)).WithMessage("State", one.State)
		offers = append(offers, conversation.Offer{Label: label, Operation: deed, Request: chosen})
	}
	return offers
}

// subjectOf is the field of a window's form in which one of what was found is chosen, or something else is looked for.
func subjectOf(found []provider.SearchResult) chat.FormField {
	return chat.FormField{
		Name: subjectField, Kind: chat.SelectField, Label: chat.Say("bridge.search.subject"), Help: chat.Say("bridge.search.subject_help"),
		Options: choicesOf(found), Search: true,
	}
}

// choicesOf are what was found as choices of a field.
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

// lookAnswered shows the subject that was chosen in a window.
func (s *Service) lookAnswered(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
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

// preview shows the subject that was chosen to the person alone, and offers to send it to the channel.
func (s *Service) preview(ctx context.Context, w conversation.Request) (chat.Note, error) {
	h, event, err := s.lookedUp(ctx, w)
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpLook, h, err)
	}
	send := conversation.Offer{Label: chat.Say("bridge.search.send"), Primary: true, Operation: conversation.OpSend, Request: w}
	return s.Actions.PrivateCard(ctx, w, h.Connection, event.Subject, chat.Say("bridge.search.preview"), send, conversation.OrCancel(w))
}

// lookedUp looks a subject up at the tool as the person, and notes how it stands.
func (s *Service) lookedUp(ctx context.Context, w conversation.Request) (atHome, provider.Event, error) {
	searcher, ok := s.Registry.Get(w.Provider).(provider.Searcher)
	if !ok {
		return atHome{}, provider.Event{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, searcher)
	if err != nil {
		return h, provider.Event{}, err
	}
	event, err := searcher.Lookup(ctx, h.session, w.Text)
	if err != nil {
		return h, event, err
	}
	return h, event, s.Cards.ApplySoon(ctx, h.Connection, []provider.Event{event})
}

// send posts the subject's card in the channel, for all there to act on with their own accounts. A channel that shows it already is led
// to its card.
func (s *Service) send(ctx context.Context, w conversation.Request) (chat.Note, error) {
	h, event, err := s.lookedUp(ctx, w)
	if err != nil {
		return s.orSignInAtHome(ctx, w, conversation.OpSend, h, err)
	}
	beside, there, err := s.Cards.CardBeside(ctx, h.Connection, w.Place, event.Subject)
	if err != nil {
		return chat.Note{}, err
	}
	if !there.Zero() {
		return chat.Note{Text: chat.Say("bridge.search.there", "Link", s.Surface.Link(there))}, s.Cards.ApplySoon(ctx, beside, []provider.Event{event})
	}
	_, err = s.Records.UpdateSubject(ctx, h.ID, event.Subject, func(sub *bridge.Subject) (bool, error) {
		there = chat.MessageRef{}
		at := sub.In(w.Place)
		if at != nil && at.Held {
			at.Held, at.Shared = false, true // the user's choice decides
			return true, nil
		}
		if at != nil {
			there = at.Message
			return false, nil
		}
		if sub.State == nil {
			return false, queue.ErrNotYet // a replica that is behind
		}
		sub.Shown = append(sub.Shown, bridge.Shown{Place: w.Place.Top(), Shared: true})
		return true, nil
	})
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "note that a subject is shared")
	}
	if !there.Zero() {
		return chat.Note{Text: chat.Say("bridge.search.there", "Link", s.Surface.Link(there))}, nil
	}
	if err := s.Records.SetAlias(ctx, delivery.SentFrom(h.Provider, h.Site), event.Subject, h.ID); err != nil {
		return chat.Note{}, errors.Wrap(err, "note where a subject was sent from")
	}
	if err := s.Cards.ShowSoon(ctx, h.Connection, event.Subject); err != nil {
		return chat.Note{}, err
	}
	return chat.Note{Text: chat.Say("bridge.search.sent")}, nil
}
