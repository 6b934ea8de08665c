package delivery

import (
	"cmp"
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// findSkew is how far the clocks of the servers and of the chat product may be apart.
const findSkew = time.Minute

// show brings one card up to date: the post first, then what waits for its thread, in order.
func (s *Presenter) show(ctx context.Context, c bridge.Connection, p provider.Provider, w *work) error {
	err := s.showCard(ctx, c, p, w)
	for err == nil && len(w.Waiting) > 0 && !w.Over && !w.dropped {
		if err = s.showWaiting(ctx, c, p, w, w.Waiting[0]); err == nil {
			w.Waiting = w.Waiting[1:]
		}
	}
	_, early := queue.Wait(err)
	known := early || queue.IsPermanent(err)
	w.held.Finish(w.Shown, err == nil || known && w.DoubtSince.IsZero())
	if err == nil || known {
		return err
	}
	return renderError{err}
}

// showCard posts the card or changes it, if it shows something older.
func (s *Presenter) showCard(ctx context.Context, c bridge.Connection, p provider.Provider, w *work) error {
	sub := w.held.Subject
	if w.Rev >= sub.Rev {
		return nil
	}
	if err := w.held.Lasts(); err != nil {
		return err
	}
	card, err := s.card(c, p, sub.State, w.Earlier)
	if err != nil {
		return err
	}
	posting := chat.Posting{Card: card, Mention: w.Mention, Mark: s.mark(c, sub, "card/"+w.Earlier.ID)}
	if w.Message.Zero() {
		return s.postCard(ctx, c, w, posting)
	}
	posting.Place = w.Place
	err = s.Surface.Update(ctx, w.Message, posting)
	if errors.Is(err, bridge.ErrGone) {
		w.end()
		return nil
	}
	if err != nil {
		return errors.Wrap(err, "bring a card up to date")
	}
	w.Rev, w.touched = sub.Rev, true
	w.shows(w.Message, c.Provider, card, chat.MessageRef{})
	return nil
}

// postCard posts the card that the channel doesn't have yet, unless the server that held the subject before did.
func (s *Presenter) postCard(ctx context.Context, c bridge.Connection, w *work, posting chat.Posting) error {
	if may, err := s.stillWelcome(ctx, c, w); err != nil {
		return err
	} else if !may {
		return s.endUnwelcome(ctx, c, w)
	}
	root, err := s.root(ctx, c, w)
	if err == nil {
		err = w.held.Lasts() // making the root, or finding that another does, takes time
	}
	var posted chat.MessageRef
	if err == nil {
		posting.Place = w.Place.In(root)
		posted, err = s.postOnce(ctx, w, posting)
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
	w.Message, w.Place.Thread, w.Rev, w.touched = posted, root, w.held.Subject.Rev, true
	w.shows(posted, c.Provider, posting.Card, w.Earlier)
	return nil
}

// postOnce posts the card, or finds it where it may have been posted already; that one is brought up to date.
func (s *Presenter) postOnce(ctx context.Context, w *work, posting chat.Posting) (chat.MessageRef, error) {
	found, err := s.findPosted(ctx, w, posting.Place, posting.Mark)
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

// findPosted looks for a post that may have been made already.
func (s *Presenter) findPosted(ctx context.Context, w *work, at chat.Place, mark chat.Mark) (chat.MessageRef, error) {
	if w.DoubtSince.IsZero() {
		return chat.MessageRef{}, nil
	}
	if err := w.held.Doubt(w.DoubtSince); err != nil {
		return chat.MessageRef{}, err
	}
	found, err := s.Surface.Recover(ctx, at, mark, w.DoubtSince.Add(-findSkew))
	return found, errors.Wrap(err, "look for a post")
}

// showWaiting posts something that waits: a reply, a word to the thread of the earlier card, or a card of style Each.
func (s *Presenter) showWaiting(ctx context.Context, c bridge.Connection, p provider.Provider, w *work, waiting bridge.Waiting) error {
	if err := w.held.Lasts(); err != nil {
		return err
	}
	if waiting.State != nil {
		return s.showEach(ctx, c, p, w, waiting)
	}
	root, reply := cmp.Or(w.Place.Thread, w.Message.ID), waiting.Reply
	if waiting.Moved {
		root = cmp.Or(w.Place.Thread, w.Earlier.ID)
		reply = chat.Reply{Text: chat.Say("bridge.deliver.moved", "Link", s.Surface.Link(w.Message))}
	}
	at, mark := w.Place.In(root), s.mark(c, w.held.Subject, waiting.Key)
	posted, err := s.findPosted(ctx, w, at, mark)
	if err == nil && posted.Zero() {
		posted, err = s.Surface.Reply(ctx, at, reply, mark)
	}
	if errors.Is(err, bridge.ErrGone) {
		// Without its card nothing more is said of the subject; an earlier one, or a post of style Each, concerns only itself.
		if !waiting.Moved && w.StyleIn(c.In(w.Place)) != bridge.Each {
			w.end()
		}
		return nil
	}
	if err != nil {
		return errors.Wrap(err, "reply to a card")
	}
	if w.touched = true; len(reply.Actions) > 0 {
		w.held.Show(bridge.CardRecord{Message: posted, Provider: c.Provider}) // for clicks on them
	}
	return nil
}

// showEach posts a card of style Each, which shows what was the state then.
func (s *Presenter) showEach(ctx context.Context, c bridge.Connection, p provider.Provider, w *work, waiting bridge.Waiting) error {
	if w.Message.Zero() {
		if may, err := s.stillWelcome(ctx, c, w); err != nil {
			return err
		} else if !may {
			return s.endUnwelcome(ctx, c, w)
		}
	}
	card, err := s.card(c, p, waiting.State, chat.MessageRef{})
	if err != nil {
		return err
	}
	post, err := s.postOnce(ctx, w, chat.Posting{
		Place: w.Place.Top(), Card: card, Mention: waiting.Reply.Mention, Mark: s.mark(c, w.held.Subject, waiting.Key),
	})
	if errors.Is(err, bridge.ErrGone) {
		return s.retire(ctx, c, w)
	}
	if err != nil {
		return errors.Wrap(err, "post a card")
	}
	before := w.Message
	w.Message, w.Place.Thread, w.touched = post, "", true
	w.shows(post, c.Provider, card, before)
	return nil
}
