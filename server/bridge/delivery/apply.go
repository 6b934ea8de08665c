package delivery

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// patience is how long callers other than the queue wait for a subject that another server has.
const patience = 3 * time.Second

// Apply brings events of the connection to their subjects and the subjects' cards up to date. It may be repeated after an error,
// and must be until it succeeds; where queue.Wait accepts the error, another server works on the same card or the card was changed
// a moment ago. Callers that cannot repeat it use ApplySoon.
func (s *Applier) Apply(ctx context.Context, c bridge.Connection, events []provider.Event) error {
	return s.apply(ctx, c, events, patience)
}

func (s *Applier) apply(ctx context.Context, c bridge.Connection, events []provider.Event, patience time.Duration) error {
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
			events[i].ID = digest.Of(string(content))
		}
	}
	_, err := s.applyAll(ctx, c, p, events, patience)
	return err
}

// ApplySoon is Apply for callers that cannot repeat it: what cannot be shown at once is left to the queue. After an error nothing was
// done.
func (s *Applier) ApplySoon(ctx context.Context, c bridge.Connection, events []provider.Event) error {
	err := s.Apply(ctx, c, events)
	wait, early := queue.Wait(err)
	if !early && !Recorded(err) {
		return err
	}
	content, err := json.Marshal(events)
	if err != nil {
		return errors.Wrap(err, "encode events")
	}
	// The ID includes the time, since the same events can occur again.
	now := s.Now()
	id := digest.Of("events", c.ID, now.UTC().String(), string(content))
	job := bridge.Job{ID: id, Key: jobKey(c.ID, events[0].Subject), Connection: c.ID, Events: events, NotBefore: now.Add(wait)}
	return errors.Wrap(s.Inbox.Accept(ctx, job), "store events")
}

// applyAll applies the events, all of one subject together, so that they make one change of its cards.
func (s *Applier) applyAll(ctx context.Context, c bridge.Connection, p provider.Provider, events []provider.Event, patience time.Duration) (outcome, error) {
	var total outcome
	bundles, err := s.bundle(ctx, c, p, events)
	if err != nil && !queue.IsPermanent(err) {
		return total, err
	}
	for _, b := range bundles {
		b.patience = patience
		came, bundleErr := s.applyToSubject(ctx, c, p, b)
		for place, now := range came.channelViews {
			total.mergeView(place, now)
		}
		total.folded, total.seen = total.folded || came.folded, max(total.seen, came.seen)
		err = worst(err, bundleErr) // one subject's trouble keeps no other from being shown
	}
	return total, worst(err, s.passOnToShared(ctx, c, p, events))
}

// Change changes a subject and shows what that brings up. change reports whether it made a difference; it gets a subject without a state
// where there is none. It may be repeated after an error; after one that Recorded doesn't accept nothing was done.
func (s *Applier) Change(ctx context.Context, c bridge.Connection, subject string, change func(*bridge.Subject) bool) error {
	_, err := s.applyToSubject(ctx, c, s.Registry.Get(c.Provider), &bundle{subject: subject, change: change, patience: patience})
	return err
}
