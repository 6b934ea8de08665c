package action

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/delivery"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// replyKind is what continues after a sign-in that was needed to add a reply at a provider.
	replyKind = "reply"
	// replyValue is the post of that reply.
	replyValue = "reply"
	// repliesKnown is how long a reply is known to be added, and hintEvery how often a user is told that they can't add any to a card.
	repliesKnown = 24 * time.Hour
	hintEvery    = 30 * 24 * time.Hour
)

// Replied receives each reply that a user writes in a thread. If it is the thread of a card whose subscription wants it, the reply is added
// at the provider as a note by its author. The event of that note is shown only in the threads of other channels.
func (s *Threads) Replied(ctx context.Context, actor chat.Actor, m chat.MessageRef, text string) {
	if m.Thread == "" || strings.TrimSpace(text) == "" || !s.anyNoter() {
		return
	}
	what := conversation.Intent{Actor: actor, Kind: replyKind, Message: chat.MessageRef{Place: m.Top(), ID: m.Thread}, Values: map[string]string{replyValue: m.ID}}
	if _, err := s.addReply(ctx, what, text); err != nil && !fault.Is(err, notOurs...) {
		s.Log.Log(ctx, fault.Level(err), "A reply couldn't be added as a note", "user_id", actor.ID, "post_id", m.ID, "error", err.Error())
	}
}

// anyNoter reports whether any enabled provider takes notes.
func (s *Threads) anyNoter() bool {
	for id := range s.Settings().Enabled {
		if s.TakesNotes(id) {
			return true
		}
	}
	return false
}

// addReply adds the reply of the intent at the provider, and tells its author if that fails. Faults: RepliesOff, those of target
// and of the provider.
func (s *Threads) addReply(ctx context.Context, what conversation.Intent, text string) (chat.Message, error) {
	a, err := s.target(ctx, attempt{actor: what.Actor, message: what.Message})
	if err != nil {
		return chat.Message{}, err
	}
	noter, takes := s.Registry.Get(a.Provider).(provider.ReplySync)
	if !takes || !a.wantsReplies(what.Message) {
		return chat.Message{}, fault.New(fault.RepliesOff)
	}
	session, err := s.Caller.ForAction(ctx, a.Connection, what.Actor.Person)
	if err == nil {
		err = s.addNote(ctx, what, a, noter, session, text)
	}
	if err != nil {
		s.tellNotAdded(ctx, what, a, err)
		return chat.Message{}, err
	}
	return chat.Say("bridge.reply.added", "Provider", s.Name(a.Provider)), nil
}

// wantsReplies reports whether the subscription that the card is shown for has replies added.
func (a actionTarget) wantsReplies(m chat.MessageRef) bool {
	for _, shown := range a.subject.Shown {
		if !m.Is(shown.Message) && !m.Is(shown.Earlier) {
			continue
		}
		for _, sub := range a.In(shown.Place) {
			if sub.ID == shown.Subscription {
				return sub.Notes
			}
		}
	}
	return false
}

// addNote adds the text, once.
func (s *Threads) addNote(ctx context.Context, what conversation.Intent, a actionTarget, noter provider.ReplySync, session provider.Session, text string) error {
	who, err := s.People.Person(ctx, what.Actor.Person)
	if err != nil {
		return errors.Wrap(err, "look up who replied")
	}
	said := provider.UserReply{ID: what.Values[replyValue], Place: a.thread.Top(), Text: text, At: s.Now()}
	first, err := s.Connections.Claim(ctx, "reply/"+said.ID, repliesKnown)
	if err != nil || !first {
		return errors.Wrap(err, "look whether a reply was added")
	}
	coming, err := noter.ExpectNote(a.subject.State, said)
	if err != nil {
		return err
	}
	err = s.Cards.Apply(ctx, a.Connection, []provider.Event{coming})
	if err != nil && !delivery.Recorded(err) {
		return errors.Wrap(err, "expect a note")
	}
	events, err := noter.SyncReply(ctx, session, provider.ActionRequest{
		State: a.subject.State, Resource: a.Resource, Account: session.Account, By: who.Username, At: said.At,
	}, said)
	if err != nil {
		return err
	}
	s.showChanges(ctx, a, provider.ActionResult{Events: events})
	return nil
}

// tellNotAdded tells the author that their reply wasn't added. An author without an account or permission is told once per card: they may
// keep talking.
func (s *Threads) tellNotAdded(ctx context.Context, what conversation.Intent, a actionTarget, cause error) {
	lasting := fault.Is(cause, fault.AccountNeeded, fault.AccountRejected, fault.ProviderForbidden)
	if lasting {
		first, err := s.Connections.Claim(ctx, "reply/hint/"+what.Actor.ID+"/"+what.Message.ID, hintEvery)
		if err != nil || !first {
			return
		}
	}
	reason := chat.Failure(cause)
	var slip *provider.FieldError
	if errors.As(cause, &slip) {
		reason = slip.Message
	}
	text := chat.Say("bridge.reply.not_added", "Provider", s.Name(a.Provider)).WithMessage("Reason", reason)
	if fault.Is(cause, fault.AccountNeeded, fault.AccountRejected) {
		if link, err := s.signInLink(ctx, what, a, cause); err == nil {
			text = chat.Say("bridge.reply.sign_in", "Provider", s.Name(a.Provider), "URL", link)
		}
	}
	s.Notices.Ephemeral(ctx, a.asked, what.Actor, chat.Note{Text: text})
}

// signInLink returns a link to sign in, after which the intent continues; the cause where the intent is too long for that.
func (s *Threads) signInLink(ctx context.Context, what conversation.Intent, a actionTarget, cause error) (string, error) {
	site, err := s.Caller.Site(ctx, a.Connection)
	if err != nil {
		return "", err
	}
	what.Provider = a.Provider
	next, err := json.Marshal(what)
	if err != nil || len(next) > maxNext {
		return "", cause
	}
	link, err := s.Sessions.ConnectURL(ctx, a.Provider, site, what.Actor.Person, string(next))
	return link, errors.Wrap(err, "make a link for signing in")
}

// resumeReply continues adding the reply for which its author signed in.
func (s *Threads) resumeReply(ctx context.Context, _ chat.PersonID, what conversation.Intent) (chat.Message, error) {
	text, ok := s.People.Message(ctx, what.Actor, s.Surface.Link(chat.MessageRef{Place: what.Message.Place, ID: what.Values[replyValue]}))
	if !ok {
		return chat.Message{}, fault.New(fault.MessageGone)
	}
	return s.addReply(ctx, what, text)
}
