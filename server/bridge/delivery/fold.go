package delivery

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// outcome is the result of some events, for the journal.
type outcome struct {
	// kind and title say what the first of them was that changed its subject.
	kind, title string
	// folded says that any changed its subject; by is what each channel sees of that, seen the most that any sees.
	folded bool
	by     map[chat.Place]visibility
	seen   visibility
	// sights are what each channel may know of it.
	channelViews map[chat.Place]channelView
	// told is how many there were, of which at most maxEvents are shown.
	told int
}

// applyToSubject folds the events into their subject, shows what has to be shown then, and saves it all as one change of its record.
func (s *Applier) applyToSubject(ctx context.Context, c bridge.Connection, p provider.Provider, b *bundle) (outcome, error) {
	came := outcome{by: map[chat.Place]visibility{}}
	h, err := s.holds.Take(ctx, bridge.Claim{Connection: c.ID, Name: b.subject, Events: b.seen(), Existing: b.known}, b.patience)
	if errors.Is(err, bridge.ErrNoSubject) {
		s.addView(&came, c, bridge.Subject{}, b)
		return came, nil
	}
	if err != nil {
		return came, err
	}
	defer h.Free()
	h.Inherit()
	sub := &h.Subject
	if b.known && sub.State == nil {
		s.addView(&came, c, *sub, b)
		return came, h.GiveBack(ctx)
	}
	changed, broken := s.change(h, c, p, b, &came)
	todo, joined, wait := s.due(h, c)
	s.addView(&came, c, *sub, b)
	if !changed && len(todo) == 0 && len(sub.FollowUps) == 0 {
		return came, worst(worst(wait, broken), h.GiveBack(ctx))
	}
	err = worst(wait, broken)
	if followErr := s.followUp(ctx, c, sub); followErr != nil {
		err = worst(err, renderError{followErr})
	}
	if joined {
		if keepErr := h.Keep(ctx); keepErr != nil {
			return came, keepErr
		}
	}
	for _, w := range todo {
		if showErr := s.presenter.show(ctx, c, p, w); showErr != nil {
			err = worst(err, showErr)
		}
	}
	s.settle(h, todo)
	if saveErr := h.Save(ctx); saveErr != nil {
		return came, saveErr
	}
	return came, err
}

// change folds the bundle's events, or changes the subject as the bundle says, and reports whether that makes a difference.
func (s *Applier) change(h *subject.Held, c bridge.Connection, p provider.Provider, b *bundle, came *outcome) (changed bool, broken error) {
	for _, e := range b.events {
		broken = worst(broken, s.fold(h, c, p, e, came))
	}
	h.Resolve(b.seen())
	if b.change != nil {
		changed = b.change(&h.Subject)
	}
	if h.Subject.State == nil {
		return h.Again || changed, broken
	}
	card, err := p.Card(h.Subject.State)
	if err != nil {
		return true, worst(broken, queue.Permanent(errors.Wrap(err, "draw a subject")))
	}
	came.title = card.Title
	return changed || came.folded || h.Again, broken
}

// addView adds what channels may know of the subject after the bundle's events.
func (s *Applier) addView(came *outcome, c bridge.Connection, sub bridge.Subject, b *bundle) {
	if n := len(b.events); n > 0 {
		came.addView(s.Registry.Describe(c.Provider), c, &sub, b.events[n-1].Event)
	}
}

// fold applies one event to its subject, and plans what channels see of it.
func (s *Applier) fold(h *subject.Held, c bridge.Connection, p provider.Provider, e serialEvent, came *outcome) error {
	sub, id := &h.Subject, seenAs(e.Event)
	if slices.Contains(sub.Seen, id) {
		return nil
	}
	change, err := p.Fold(sub.State, e.series, e.Event)
	if err != nil {
		return queue.Permanent(errors.Wrap(err, "fold an event into its subject"))
	}
	if change.Stale {
		return nil
	}
	sub.State = change.State
	sub.Rev++
	sub.Seen = append(sub.Seen, id)
	sub.Seen = sub.Seen[max(0, len(sub.Seen)-maxSeen):]
	if e.UpdateOnly {
		change.FollowUps = nil // one thing leads to another, and that is the end of it
	}
	remember(h, id, change)
	if came.kind == "" {
		came.kind = change.Kind
	}
	came.folded = true
	if change.Resource != "" {
		e.Resource = change.Resource // a delivery may name its subject alone
	}
	desc := s.Registry.Describe(c.Provider)
	learn(sub, desc, e.Event)
	for place, seen := range plan(sub, c, desc, e.Event, change) {
		came.by[place], came.seen = max(came.by[place], seen), max(came.seen, seen)
	}
	return nil
}

// followUp does what events asked for beside the subject's cards. Doing it twice does no harm; what failed stays in the record.
func (s *Applier) followUp(ctx context.Context, c bridge.Connection, sub *bridge.Subject) error {
	for len(sub.FollowUps) > 0 {
		next := sub.FollowUps[0]
		if err := s.putOff(ctx, c, next); err != nil {
			return err
		}
		sub.FollowUps = sub.FollowUps[1:]
	}
	return nil
}

// putOff has a task or another subject's event carried out by the queue.
func (s *Applier) putOff(ctx context.Context, c bridge.Connection, next bridge.FollowUp) error {
	if next.Event == nil {
		return s.schedule(ctx, c, next.ID, next.Task)
	}
	job := bridge.Job{ID: next.ID, Key: jobKey(c.ID, next.Event.Subject), Connection: c.ID, Events: []provider.Event{*next.Event}}
	return errors.Wrap(s.Inbox.Accept(ctx, job), "store an event that followed from another")
}
