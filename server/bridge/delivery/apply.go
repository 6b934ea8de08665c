package delivery

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// Apply brings events of the connection to their subjects and the subjects' cards up to date. It may be repeated after an error,
// and must be until it succeeds; where queue.Wait accepts the error, another server works on the same card or the card was changed
// a moment ago. Callers that cannot repeat it use ApplySoon.
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
	_, err := s.applyAll(ctx, c, p, events)
	return err
}

// ApplySoon is Apply for callers that cannot repeat it: what cannot be shown at once is left to the queue. After an error nothing was
// done.
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
	// The ID includes the time, since the same events can occur again.
	now := s.Now()
	id := kv.Hash("events", c.ID, now.UTC().String(), string(content))
	job := bridge.Job{ID: id, Key: jobKey(c.ID, events[0].Subject), Connection: c.ID, Events: events, NotBefore: now.Add(wait)}
	return errors.Wrap(s.Inbox.Accept(ctx, job), "store events")
}

// applyAll applies the events, all of one subject together, so that they make one change of its cards.
func (s *Applier) applyAll(ctx context.Context, c bridge.Connection, p provider.Provider, events []provider.Event) (outcome, error) {
	var total outcome
	bundles, err := s.bundle(ctx, c, p, events)
	if err != nil && !queue.IsPermanent(err) {
		return total, err
	}
	for _, b := range bundles {
		came, bundleErr := s.applyToSubject(ctx, c, p, b)
		for place, now := range came.channelViews {
			total.mergeView(place, now)
		}
		total.folded, total.seen = total.folded || came.folded, max(total.seen, came.seen)
		err = worst(err, bundleErr) // one subject's trouble keeps no other from being shown
	}
	return total, worst(err, s.passOnToShared(ctx, c, p, events))
}

// Show shows what waits to be shown of a subject, as Apply does.
func (s *Applier) Show(ctx context.Context, c bridge.Connection, subject string) error {
	_, err := s.applyToSubject(ctx, c, s.Registry.Get(c.Provider), &bundle{subject: subject, known: true})
	return err
}

// ShowSoon is Show for callers that cannot try again: what cannot be shown at once is left to the server that works on the subject next.
func (s *Applier) ShowSoon(ctx context.Context, c bridge.Connection, subject string) error {
	err := s.Show(ctx, c, subject)
	if Recorded(err) {
		s.Log.Info("A card couldn't be shown at once; it's shown later", "connection", c.ID, "error", err.Error())
		return nil
	}
	return err
}
