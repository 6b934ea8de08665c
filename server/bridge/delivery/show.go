package delivery

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// findSkew is how far the clocks of the servers and of the chat product may be apart.
const findSkew = time.Minute

// work is a card that this server holds the lease of, as it is brought up to date.
type work struct {
	bridge.Shown
	// again says that somebody had the lease before and let it run out: what waits may have been posted already.
	again bool
	// post is the card when the lease was taken.
	post chat.MessageRef
	// done are the keys of what waited and was posted.
	done []string
	// touched says that something was posted or changed.
	touched bool
	// dropped says that the channel is not to see the subject after all.
	dropped bool
	// failed says that it is not known how far it came: the lease is left to run out, and who takes it then looks.
	failed bool
}

// show brings one card up to date: the post first, then what waits for its thread, in order.
func (s *Presenter) show(ctx context.Context, c bridge.Connection, p provider.Provider, sub bridge.Subject, w *work) error {
	err := s.showCard(ctx, c, p, sub, w)
	for _, waiting := range w.Waiting {
		if err != nil || w.Over || w.dropped {
			break
		}
		if err = s.showWaiting(ctx, c, p, sub, w, waiting); err == nil {
			w.done = append(w.done, waiting.Key)
		}
	}
	_, early := queue.Wait(err)
	w.failed = err != nil && (!early || w.again)
	if err == nil || early || queue.IsPermanent(err) {
		return err
	}
	return renderError{err}
}

// showCard posts the card or changes it, if it shows something older.
func (s *Presenter) showCard(ctx context.Context, c bridge.Connection, p provider.Provider, sub bridge.Subject, w *work) error {
	if w.Rev >= sub.Rev {
		return nil
	}
	if err := s.timely(w); err != nil {
		return err
	}
	card, err := s.card(c, p, sub.State, w.Earlier)
	if err != nil {
		return err
	}
	posting := chat.Posting{Card: card, Mention: w.Mention, Mark: s.mark(c, sub, "card/"+w.Earlier.ID)}
	if w.Message.Zero() {
		return s.postCard(ctx, c, sub, w, posting)
	}
	posting.Place = w.Place
	err = s.Surface.Update(ctx, w.Message, posting)
	if errors.Is(err, bridge.ErrGone) {
		w.Over = true
		return nil
	}
	if err != nil {
		return errors.Wrap(err, "bring a card up to date")
	}
	w.Rev, w.touched = sub.Rev, true
	return nil
}

// postCard posts the card that the channel does not have yet, unless who had the lease before did.
func (s *Presenter) postCard(ctx context.Context, c bridge.Connection, sub bridge.Subject, w *work, posting chat.Posting) error {
	if may, err := s.stillWelcome(ctx, c, w); err != nil {
		return err
	} else if !may {
		return s.unwelcome(ctx, c, w)
	}
	root, err := s.root(ctx, c, w)
	if err == nil {
		err = s.timely(w) // making the root, or finding that another does, takes time
	}
	if err == nil {
		posting.Place = w.Place.In(root)
		w.Message, err = s.postOnce(ctx, w, posting)
	}
	if errors.Is(err, bridge.ErrGone) && root != "" {
		if err := s.forgetRoot(ctx, c, w, root); err != nil {
			return err
		}
		return queue.NotYet(0) // there will be another thread
	}
	if errors.Is(err, bridge.ErrGone) {
		return s.retire(ctx, c, w)
	}
	if err != nil {
		return errors.Wrap(err, "post a card")
	}
	w.Place.Thread, w.Rev, w.touched = root, sub.Rev, true
	return nil
}

// postOnce posts the card, or finds it where it may have been posted already; that one is brought up to date.
func (s *Presenter) postOnce(ctx context.Context, w *work, posting chat.Posting) (chat.MessageRef, error) {
	found, err := s.find(ctx, w, posting.Place, posting.Mark)
	if err != nil {
		return chat.MessageRef{}, err
	}
	if found.Zero() {
		return s.Surface.Post(ctx, posting)
	}
	err = s.Surface.Update(ctx, found, posting)
	if errors.Is(err, bridge.ErrGone) {
		w.Over = true
		return found, nil
	}
	return found, err
}

// find looks for a post that who had the lease before may have made.
func (s *Presenter) find(ctx context.Context, w *work, at chat.Place, mark chat.Mark) (chat.MessageRef, error) {
	if !w.again {
		return chat.MessageRef{}, nil
	}
	found, err := s.Surface.Recover(ctx, at, mark, w.Since.Add(-findSkew))
	return found, errors.Wrap(err, "look for a post")
}

// showWaiting posts something that waits: a reply, a word to the thread of the earlier card, or a card of style Each.
func (s *Presenter) showWaiting(ctx context.Context, c bridge.Connection, p provider.Provider, sub bridge.Subject, w *work, waiting bridge.Waiting) error {
	if err := s.timely(w); err != nil {
		return err
	}
	if waiting.State != nil {
		return s.showEach(ctx, c, p, sub, w, waiting)
	}
	root, reply := cmp.Or(w.Place.Thread, w.Message.ID), waiting.Reply
	if waiting.Moved {
		root = cmp.Or(w.Place.Thread, w.Earlier.ID)
		reply = chat.Reply{Text: chat.Say("bridge.deliver.moved", "Link", s.Surface.Link(w.Message))}
	}
	at, mark := w.Place.In(root), s.mark(c, sub, waiting.Key)
	found, err := s.find(ctx, w, at, mark)
	if err == nil && found.Zero() {
		_, err = s.Surface.Reply(ctx, at, reply, mark)
	}
	if errors.Is(err, bridge.ErrGone) {
		// Without its card nothing more is said of the subject; an earlier one, or a post of style Each, concerns only itself.
		w.Over = !waiting.Moved && w.StyleIn(c.In(w.Place)) != bridge.Each
		return nil
	}
	w.touched = w.touched || err == nil
	return errors.Wrap(err, "reply to a card")
}

// showEach posts a card of style Each, which shows what was the state then.
func (s *Presenter) showEach(ctx context.Context, c bridge.Connection, p provider.Provider, sub bridge.Subject, w *work, waiting bridge.Waiting) error {
	if w.Message.Zero() {
		if may, err := s.stillWelcome(ctx, c, w); err != nil {
			return err
		} else if !may {
			return s.unwelcome(ctx, c, w)
		}
	}
	card, err := s.card(c, p, waiting.State, chat.MessageRef{})
	if err != nil {
		return err
	}
	post, err := s.postOnce(ctx, w, chat.Posting{
		Place: w.Place.Top(), Card: card, Mention: waiting.Reply.Mention, Mark: s.mark(c, sub, waiting.Key),
	})
	if errors.Is(err, bridge.ErrGone) {
		return s.retire(ctx, c, w)
	}
	if err != nil {
		return errors.Wrap(err, "post a card")
	}
	w.Message, w.Place.Thread, w.touched = post, "", true
	return nil
}

// timely returns an error where so little of the lease is left that another might begin with the same.
func (s *Presenter) timely(w *work) error {
	if w.Until.Sub(s.Now()) < leaseLeft {
		return queue.NotYet(0)
	}
	return nil
}

// card draws the state; a card that has surfaced again says where the one before it is. Actions that nobody could take, since the
// connection has no access to the tool and people have no accounts there, are left out.
func (s *Presenter) card(c bridge.Connection, p provider.Provider, state []byte, earlier chat.MessageRef) (chat.Card, error) {
	card, err := p.Card(state)
	if err != nil {
		return chat.Card{}, queue.Permanent(errors.Wrap(err, "draw a card"))
	}
	if _, personal := p.(provider.Authorizer); !personal && !c.HasCredential {
		card.Actions = nil
	}
	card = s.withMeeting(card)
	if earlier.Zero() {
		return card, nil
	}
	line := chat.Say("bridge.deliver.earlier", "Link", s.Surface.Link(earlier))
	if card.Text.Zero() {
		card.Text = line
	} else {
		card.Text = chat.Lines(card.Text, line)
	}
	return card, nil
}

// mark returns what a post about the subject is known by.
func (s *Presenter) mark(c bridge.Connection, sub bridge.Subject, key string) chat.Mark {
	return chat.Mark{Provider: c.Provider, Connection: c.ID, Subject: sub.Name, Key: key}
}

// record writes what was done, and gives the leases back, even when the server is shutting down.
func (s *Applier) record(ctx context.Context, sub bridge.Subject, todo []*work) error {
	if len(todo) == 0 && len(sub.Unnamed) == 0 && len(sub.Chores) == 0 {
		return nil
	}
	now := s.Now()
	_, err := s.Records.UpdateSubject(context.WithoutCancel(ctx), sub.Connection, sub.Name, func(current *bridge.Subject) (bool, error) {
		if current.Name == "" {
			*current = sub // it was written a moment ago: what was read is behind, and will not be taken for the truth
		}
		settle(current, sub)
		for _, w := range todo {
			recordShown(current, w, now)
		}
		return true, nil
	})
	return errors.Wrap(err, "record what was shown")
}

// settle notes that what the subject had to be done beside its cards is done.
func settle(sub *bridge.Subject, done bridge.Subject) {
	sub.Names = append(sub.Names, done.Unnamed...)
	sub.Names = sub.Names[max(0, len(sub.Names)-maxNames):]
	sub.Unnamed = slices.DeleteFunc(sub.Unnamed, func(name string) bool { return slices.Contains(done.Unnamed, name) })
	sub.Chores = slices.DeleteFunc(sub.Chores, func(c bridge.Chore) bool {
		return slices.ContainsFunc(done.Chores, func(d bridge.Chore) bool { return d.ID == c.ID })
	})
}

// recordShown notes what was done about one card, unless another has taken the lease meanwhile, and so looked for it.
func recordShown(sub *bridge.Subject, w *work, now time.Time) {
	at := sub.In(w.Place)
	if at == nil || !at.Same(w.Lease) {
		return
	}
	if w.dropped {
		sub.Shown = slices.DeleteFunc(sub.Shown, func(other bridge.Shown) bool { return other.Place.SameChannel(w.Place) })
		return
	}
	if at.Message.Is(w.post) { // it has not surfaced again meanwhile, which needs another post
		at.Message, at.Place.Thread, at.Earlier, at.Over = w.Message, w.Place.Thread, w.Earlier, w.Over
		at.Rev = max(at.Rev, w.Rev)
	}
	at.Waiting = slices.DeleteFunc(at.Waiting, func(waiting bridge.Waiting) bool { return at.Over || slices.Contains(w.done, waiting.Key) })
	if w.touched {
		at.At = now
	}
	if !w.failed {
		at.Lease = bridge.Lease{}
	}
}

// withMeeting returns the card with a button that starts a meeting about it, where meetings can be started at all.
func (s *Presenter) withMeeting(card chat.Card) chat.Card {
	if !s.CanMeet {
		return card
	}
	card.Actions = append(slices.Clone(card.Actions), chat.Action{ID: bridge.ActionMeeting, Label: chat.Say("bridge.act.meeting")})
	return card
}
