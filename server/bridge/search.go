package bridge

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

// maxFound is how many subjects a search offers.
const maxFound = 10

// search offers the subjects at the tool that fit what was typed, as the person's account sees them.
func (s *Service) search(ctx context.Context, w wish) (chat.Note, error) {
	searcher, ok := s.Registry.Get(w.provider).(provider.Searcher)
	if !ok {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, searcher)
	if err != nil {
		return s.orSignInAtHome(ctx, w, deedSearch, h, err)
	}
	found, more, err := searcher.Search(ctx, h.session, chat.Truncate(unquoted(w.text), maxAddress), s.Now())
	if err != nil {
		return s.orSignInAtHome(ctx, w, deedSearch, h, err)
	}
	if len(found) == 0 {
		return chat.Note{Text: i18n.M("bridge.search.none", "Provider", chat.Escape(s.name(w.provider)), "Text", chat.Escape(w.text))}, nil
	}
	more = more || len(found) > maxFound
	offers := s.findings(w, deedLook, found)
	text := i18n.M("bridge.search.found")
	if more {
		text = i18n.Lines(text, i18n.M("bridge.search.more", "Command", s.word(w.provider)))
	}
	return s.question(ctx, text, append(offers, orCancel(w))...)
}

// findings are the buttons to choose one of what was found, for the deed.
func (s *Service) findings(w wish, deed string, found []provider.Finding) []offer {
	var offers []offer
	for _, one := range found[:min(len(found), maxFound)] {
		chosen := w
		chosen.text = one.ID
		label := i18n.M("bridge.search.button", "Title", chat.Truncate(chat.Plain(one.Title), maxButtonLabel)).WithMessage("State", one.State)
		offers = append(offers, offer{label: label, deed: deed, wish: chosen})
	}
	return offers
}

// preview shows the subject that was chosen to the person alone, and offers to send it to the channel.
func (s *Service) preview(ctx context.Context, w wish) (chat.Note, error) {
	h, event, err := s.lookedUp(ctx, w)
	if err != nil {
		return s.orSignInAtHome(ctx, w, deedLook, h, err)
	}
	send := offer{label: i18n.M("bridge.search.send"), primary: true, deed: deedSend, wish: w}
	return s.privateCard(ctx, w, h.Connection, event.Subject, i18n.M("bridge.search.preview"), send, orCancel(w))
}

// lookedUp looks a subject up at the tool as the person, and notes how it stands.
func (s *Service) lookedUp(ctx context.Context, w wish) (atHome, provider.Event, error) {
	searcher, ok := s.Registry.Get(w.provider).(provider.Searcher)
	if !ok {
		return atHome{}, provider.Event{}, fault.New(fault.ButtonExpired)
	}
	h, err := s.home(ctx, w, searcher)
	if err != nil {
		return h, provider.Event{}, err
	}
	event, err := searcher.Look(ctx, h.session, w.text)
	if err != nil {
		return h, event, err
	}
	return h, event, s.applySoon(ctx, h.Connection, []provider.Event{event})
}

// send posts the subject's card in the channel, for all there to act on with their own accounts. A channel that shows it already is led
// to its card.
func (s *Service) send(ctx context.Context, w wish) (chat.Note, error) {
	h, event, err := s.lookedUp(ctx, w)
	if err != nil {
		return s.orSignInAtHome(ctx, w, deedSend, h, err)
	}
	there := ""
	_, err = s.Records.UpdateSubject(ctx, h.ID, event.Subject, func(sub *Subject) (bool, error) {
		there = ""
		if at := sub.in(w.place.ChannelID); at != nil {
			there = at.PostID
			return false, nil
		}
		if sub.State == nil {
			return false, tooEarly(waitMax) // a replica that is behind
		}
		sub.Shown = append(sub.Shown, Shown{ChannelID: w.place.ChannelID, Shared: true})
		return true, nil
	})
	if err != nil {
		return chat.Note{}, errors.Wrap(err, "note that a subject is shared")
	}
	if there != "" {
		return chat.Note{Text: i18n.M("bridge.search.there", "Link", s.Surface.Link(there))}, nil
	}
	if err := s.bringUp(ctx, h.Connection, event.Subject); err != nil {
		return chat.Note{}, err
	}
	return chat.Note{Text: i18n.M("bridge.search.sent")}, nil
}

// bringUp shows what waits to be shown of a subject; what cannot be shown at once is left to the inbox.
func (s *Service) bringUp(ctx context.Context, c Connection, subject string) error {
	p := s.Registry.Get(c.Provider)
	_, err := s.bring(ctx, c, p, &bundle{subject: subject, known: true})
	if _, early := Wait(err); early || errors.As(err, new(unshown)) {
		s.Log("A card that was sent is shown later", "connection", c.ID, "error", err.Error())
		return nil
	}
	return err
}

// sharedIn reports whether the subject's card was sent to the channel without the channel following anything.
func (sub Subject) sharedIn(channelID string) bool {
	return slices.ContainsFunc(sub.Shown, func(at Shown) bool { return at.ChannelID == channelID && at.Shared })
}
