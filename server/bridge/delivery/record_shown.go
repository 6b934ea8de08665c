package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
)

// record writes what was done, and gives the leases back, even when the server is shutting down.
func (s *Applier) record(ctx context.Context, sub bridge.Subject, todo []*work) error {
	if len(todo) == 0 && len(sub.NewNames) == 0 && len(sub.FollowUps) == 0 {
		return nil
	}
	now := s.Now()
	_, err := s.Records.UpdateSubject(context.WithoutCancel(ctx), sub.Connection, sub.Name, func(current *bridge.Subject) (bool, error) {
		if current.Name == "" {
			*current = sub // it was written a moment ago, so the read is behind and the swap will fail
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
	sub.Names = append(sub.Names, done.NewNames...)
	sub.Names = sub.Names[max(0, len(sub.Names)-maxNames):]
	sub.NewNames = slices.DeleteFunc(sub.NewNames, func(name string) bool { return slices.Contains(done.NewNames, name) })
	sub.FollowUps = slices.DeleteFunc(sub.FollowUps, func(c bridge.FollowUp) bool {
		return slices.ContainsFunc(done.FollowUps, func(d bridge.FollowUp) bool { return d.ID == c.ID })
	})
}

// recordShown notes what was done about one card, unless another server has taken the lease since, and looked for the post.
func recordShown(sub *bridge.Subject, w *work, now time.Time) {
	at := sub.In(w.Place)
	if at == nil || !at.Same(w.Lease) {
		return
	}
	if w.dropped {
		sub.Shown = slices.DeleteFunc(sub.Shown, func(other bridge.Shown) bool { return other.Place.SameChannel(w.Place) })
		return
	}
	if at.Message.Is(w.post) { // it wasn't posted again since, which needs another post
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
