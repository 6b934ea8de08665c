package delivery

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// Apply brings events of the connection to their subjects and the subjects' cards up to date. It may be repeated after an error,
// and has to be to get all of it done; where an error is one of Wait, another is at it or it would be too much at once. See
// applySoon for who cannot repeat it.
func (s *Applier) Apply(ctx context.Context, c bridge.Connection, events []provider.Event) error {
	p := s.Registry.Get(c.Provider)
	if p == nil {
		return nil
	}
	events = slices.Clone(events)
	for i := range events {
		if events[i].ID == "" {
			content, err := json.Marshal(events[i])
			if err != nil {
				return queue.Permanent(errors.Wrap(err, "encode an event"))
			}
			events[i].ID = kv.Hash(string(content))
		}
	}
	_, err := s.deliver(ctx, c, p, events)
	return err
}

// ApplySoon is apply for who cannot try again: what cannot be shown at once is left to the inbox. The error is one of nothing having
// been done.
func (s *Applier) ApplySoon(ctx context.Context, c bridge.Connection, events []provider.Event) error {
	err := s.Apply(ctx, c, events)
	if !Recorded(err) {
		return err
	}
	wait, _ := queue.Wait(err)
	content, err := json.Marshal(events)
	if err != nil {
		return errors.Wrap(err, "encode events")
	}
	// By the time, too: what was shown and comes up again has to be stored again.
	now := s.Now()
	id := kv.Hash("events", c.ID, now.UTC().String(), string(content))
	job := bridge.Job{ID: id, Key: jobKey(c.ID, events[0].Subject), Connection: c.ID, Events: events, NotBefore: now.Add(wait)}
	return errors.Wrap(s.Inbox.Accept(ctx, job), "store events")
}

// outcome is what came of some events, for the journal.
type outcome struct {
	// kind and title say what the first of them was that changed its subject.
	kind, title string
	// folded says that any changed its subject; by is what each channel sees of that, seen the most that any sees.
	folded bool
	by     map[chat.Place]visibility
	seen   visibility
	// sights are what each channel may know of it.
	sights map[chat.Place]sight
	// told is how many there were, though no more than maxEvents of them are shown.
	told int
}

// bundle are events for one subject.
type bundle struct {
	subject string
	// known says that the events are only for a subject that exists already.
	known  bool
	events []serialEvent
}

// serialEvent is an event with what its series is after it.
type serialEvent struct {
	provider.Event
	series json.RawMessage
}

// deliver applies the events, all of one subject together, so that they make one change of its cards.
func (s *Applier) deliver(ctx context.Context, c bridge.Connection, p provider.Provider, events []provider.Event) (outcome, error) {
	var total outcome
	bundles, err := s.bundle(ctx, c, p, events)
	if err != nil && !queue.IsPermanent(err) {
		return total, err
	}
	for _, b := range bundles {
		came, bundleErr := s.applyToSubject(ctx, c, p, b)
		for place, now := range came.sights {
			total.merge(place, now)
		}
		total.folded, total.seen = total.folded || came.folded, max(total.seen, came.seen)
		err = worst(err, bundleErr) // one subject's trouble keeps no other from being shown
	}
	return total, worst(err, s.passOn(ctx, c, p, events))
}

// bundle folds the events into their series, and sorts them by what they are about. It leaves out those of a hopeless error.
func (s *Applier) bundle(ctx context.Context, c bridge.Connection, p provider.Provider, events []provider.Event) ([]*bundle, error) {
	var bundles []*bundle
	var broken error
	put := func(subject string, known bool, e serialEvent) {
		for _, b := range bundles {
			if b.subject == subject {
				b.known = b.known && known
				b.events = append(b.events, e)
				return
			}
		}
		bundles = append(bundles, &bundle{subject: subject, known: known, events: []serialEvent{e}})
	}
	for _, e := range events {
		series, err := s.foldSeries(ctx, c, p, e)
		if queue.IsPermanent(err) {
			broken = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if e.ContextStates, err = s.besides(ctx, c, e); err != nil {
			return nil, err
		}
		if d, ok := p.(provider.SubjectResolver); ok && e.Series != "" {
			if e.Subject, err = d.ResolveSubject(series, e); err != nil {
				broken = queue.Permanent(errors.Wrap(err, "tell which subject an event is about"))
				continue
			}
		}
		serial := serialEvent{Event: e, series: series}
		put(e.Subject, e.UpdateOnly, serial)
		for _, name := range e.RelatedSubjects {
			subject, err := s.Records.Alias(ctx, c.ID, name)
			if err != nil {
				return nil, errors.Wrapf(err, "look up whose name %q is", name)
			}
			if subject == "" {
				subject = name
			}
			if subject != e.Subject {
				put(subject, true, serial)
			}
		}
	}
	return bundles, broken
}

// besides returns the states of the other subjects that folding the event depends on.
func (s *Applier) besides(ctx context.Context, c bridge.Connection, e provider.Event) (map[string]json.RawMessage, error) {
	known := map[string]json.RawMessage{}
	for _, name := range e.ContextSubjects {
		sub, found, err := s.Records.Subject(ctx, c.ID, name)
		if err != nil {
			return nil, errors.Wrapf(err, "look up %q, on which an event depends", name)
		}
		if found && sub.State != nil {
			known[name] = sub.State
		}
	}
	return known, nil
}

// foldSeries returns the state of the event's series after it, nil where it has none.
func (s *Applier) foldSeries(ctx context.Context, c bridge.Connection, p provider.Provider, e provider.Event) (json.RawMessage, error) {
	serial, ok := p.(provider.Series)
	if !ok || e.Series == "" {
		return nil, nil
	}
	series, err := s.Records.UpdateSeries(ctx, c.ID, e.Series, func(series *bridge.Series) (bool, error) {
		state, err := serial.FoldSeries(series.State, e)
		if err != nil {
			return false, queue.Permanent(errors.Wrap(err, "fold an event into its series"))
		}
		changed := string(state) != string(series.State)
		series.State = state
		return changed, nil
	})
	return series.State, errors.Wrapf(err, "change the series of %s", c.ID)
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
		todo, wait = s.take(sub, c)
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
		came.look(s.Registry.Describe(c.Provider), c, &subject, b.events[n-1].Event)
	}
	err = worst(wait, broken)
	if choreErr := s.followUp(ctx, c, subject); choreErr != nil {
		err = worst(err, renderError{choreErr})
		subject.Unnamed, subject.Chores = nil, nil // they stay in the record, to be done again
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

// Show shows what waits to be shown of a subject, as apply does.
func (s *Applier) Show(ctx context.Context, c bridge.Connection, subject string) error {
	_, err := s.applyToSubject(ctx, c, s.Registry.Get(c.Provider), &bundle{subject: subject, known: true})
	return err
}

// ShowSoon is showSubject for callers that cannot try again: what cannot be shown at once is left to whoever works on the subject next.
func (s *Applier) ShowSoon(ctx context.Context, c bridge.Connection, subject string) error {
	err := s.Show(ctx, c, subject)
	if Recorded(err) {
		s.Log.Warn("A card that was sent is shown later", "connection", c.ID, "error", err.Error())
		return nil
	}
	return err
}

// fold applies one event to its subject, and plans what channels shall see of it.
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
	for _, name := range sub.Unnamed {
		if err := s.Records.SetAlias(ctx, c.ID, name, sub.Name); err != nil {
			return errors.Wrap(err, "give a subject a further name")
		}
	}
	for _, chore := range sub.Chores {
		if chore.Event == nil {
			if err := s.schedule(ctx, c, chore.ID, chore.Task); err != nil {
				return err
			}
			continue
		}
		job := bridge.Job{ID: chore.ID, Key: jobKey(c.ID, chore.Event.Subject), Connection: c.ID, Events: []provider.Event{*chore.Event}}
		if err := s.Inbox.Accept(ctx, job); err != nil {
			return errors.Wrap(err, "store an event that followed from another")
		}
	}
	return nil
}
