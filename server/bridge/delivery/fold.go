package delivery

import (
	"context"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
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

// applyToSubject folds the events into their subject, in one change of its record that also takes the leases of what has to be shown then,
// and shows it.
func (s *Applier) applyToSubject(ctx context.Context, c bridge.Connection, p provider.Provider, b *bundle) (outcome, error) {
	var came outcome
	var todo []*work
	var broken, wait error
	subject, err := s.Records.UpdateSubject(ctx, c.ID, b.subject, func(sub *bridge.Subject) (bool, error) {
		came, todo, wait, broken = outcome{by: map[chat.Place]visibility{}}, nil, nil, nil
		if b.known && sub.State == nil {
			return false, nil
		}
		sub.Connection, sub.Name = c.ID, b.subject
		for _, e := range b.events {
			broken = worst(broken, s.fold(sub, c, p, e, &came))
		}
		todo, wait = s.takeLeases(sub, c)
		return came.folded || len(todo) > 0, nil
	})
	if err != nil {
		return came, errors.Wrapf(err, "change a subject of %s", c.ID)
	}
	if subject.State != nil {
		card, err := p.Card(subject.State)
		if err != nil {
			return came, queue.Permanent(errors.Wrap(err, "draw a subject"))
		}
		came.title = card.Title
	}
	if n := len(b.events); n > 0 {
		came.addView(s.Registry.Describe(c.Provider), c, &subject, b.events[n-1].Event)
	}
	err = worst(wait, broken)
	if followErr := s.followUp(ctx, c, subject); followErr != nil {
		err = worst(err, renderError{followErr})
		subject.NewNames, subject.FollowUps = nil, nil // they stay in the record, to be done again
	}
	for _, w := range todo {
		if showErr := s.presenter.show(ctx, c, p, subject, w); showErr != nil {
			err = worst(err, showErr)
		}
	}
	if recordErr := s.record(ctx, subject, todo); recordErr != nil {
		err = worst(err, renderError{recordErr})
	}
	return came, err
}

// fold applies one event to its subject, and plans what channels see of it.
func (s *Applier) fold(sub *bridge.Subject, c bridge.Connection, p provider.Provider, e serialEvent, came *outcome) error {
	id := seenAs(e.Event)
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
	remember(sub, id, change)
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

// followUp does what an event asked for beside its cards. Doing it twice does no harm.
func (s *Applier) followUp(ctx context.Context, c bridge.Connection, sub bridge.Subject) error {
	for _, name := range sub.NewNames {
		if err := s.Records.SetAlias(ctx, c.ID, name, sub.Name); err != nil {
			return errors.Wrap(err, "give a subject a further name")
		}
	}
	for _, next := range sub.FollowUps {
		if next.Event == nil {
			if err := s.schedule(ctx, c, next.ID, next.Task); err != nil {
				return err
			}
			continue
		}
		job := bridge.Job{ID: next.ID, Key: jobKey(c.ID, next.Event.Subject), Connection: c.ID, Events: []provider.Event{*next.Event}}
		if err := s.Inbox.Accept(ctx, job); err != nil {
			return errors.Wrap(err, "store an event that followed from another")
		}
	}
	return nil
}
