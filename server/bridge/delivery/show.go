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

// work is a card that this server holds the lease of, as it is brought up to date.
type work struct {
	bridge.Shown
	// again says that another server let the lease run out: what waits may have been posted already.
	again bool
	// post is the card when the lease was taken.
	post chat.MessageRef
	// done are the keys of what waited and was posted.
	done []string
	// touched says that something was posted or changed.
	touched bool
	// dropped says that the channel is not to see the subject after all.
	dropped bool
	// failed says that it isn't known how far this got: the lease is left to run out, and the next server looks.
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
	if err := s.checkLease(w); err != nil {
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

// postCard posts the card that the channel doesn't have yet, unless the server that had the lease before did.
func (s *Presenter) postCard(ctx context.Context, c bridge.Connection, sub bridge.Subject, w *work, posting chat.Posting) error {
	if may, err := s.stillWelcome(ctx, c, w); err != nil {
		return err
	} else if !may {
		return s.endUnwelcome(ctx, c, w)
	}
	root, err := s.root(ctx, c, w)
	if err == nil {
		err = s.checkLease(w) // making the root, or finding that another does, takes time
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

// findPosted looks for a post that the server with the lease before may have made.
func (s *Presenter) findPosted(ctx context.Context, w *work, at chat.Place, mark chat.Mark) (chat.MessageRef, error) {
	if !w.again {
		return chat.MessageRef{}, nil
	}
	found, err := s.Surface.Recover(ctx, at, mark, w.Since.Add(-findSkew))
	return found, errors.Wrap(err, "look for a post")
}

// showWaiting posts something that waits: a reply, a word to the thread of the earlier card, or a card of style Each.
func (s *Presenter) showWaiting(ctx context.Context, c bridge.Connection, p provider.Provider, sub bridge.Subject, w *work, waiting bridge.Waiting) error {
	if err := s.checkLease(w); err != nil {
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
	found, err := s.findPosted(ctx, w, at, mark)
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
			return s.endUnwelcome(ctx, c, w)
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

// checkLease returns an error where so little of the lease is left that another might begin with the same.
func (s *Presenter) checkLease(w *work) error {
	if w.Until.Sub(s.Now()) < leaseLeft {
		return queue.NotYet(0)
	}
	return nil
}
