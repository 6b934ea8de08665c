package delivery

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// bundle are events for one subject.
type bundle struct {
	subject string
	// known says that the events are only for a subject that exists already.
	known  bool
	events []serialEvent
	// change is done to the subject beside that, nil for nothing. It reports whether it made a difference.
	change func(*bridge.Subject) bool
	// patience is how long to wait while another server has the subject.
	patience time.Duration
}

// seen returns the events as a subject remembers them.
func (b *bundle) seen() []string {
	var ids []string
	for _, e := range b.events {
		ids = append(ids, seenAs(e.Event))
	}
	return ids
}

// serialEvent is an event with what its series is after it.
type serialEvent struct {
	provider.Event
	series json.RawMessage
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
		series, err := s.series.Fold(ctx, c.ID, p, e)
		if queue.IsPermanent(err) {
			broken = err
			continue
		}
		if err != nil {
			return nil, err
		}
		if e.ContextStates, err = s.contextStates(ctx, c, e); err != nil {
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
			subject, err := s.Subjects.Alias(ctx, c.ID, name)
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

// contextStates returns the states of the other subjects that folding the event depends on.
func (s *Applier) contextStates(ctx context.Context, c bridge.Connection, e provider.Event) (map[string]json.RawMessage, error) {
	known := map[string]json.RawMessage{}
	for _, name := range e.ContextSubjects {
		sub, found, err := s.Subjects.Subject(ctx, c.ID, name)
		if err != nil {
			return nil, errors.Wrapf(err, "look up %q, on which an event depends", name)
		}
		if found && sub.State != nil {
			known[name] = sub.State
		}
	}
	return known, nil
}
