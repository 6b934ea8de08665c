package meeting

import (
	"context"
	"log/slog"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// reservations keeps two users from starting a meeting in one channel at the same time.
type reservations struct {
	chat  Chat
	index Index
	now   func() time.Time
	log   *slog.Logger
}

// free reserves the channel for the start, unless a meeting is open there: then it returns that one. A meeting whose post was deleted is
// no longer open.
func (s *reservations) free(ctx context.Context, r StartRequest, ticket string) (*Open, error) {
	for {
		running, err := s.reserve(ctx, r, ticket)
		if err != nil || running == nil || running.Message.Zero() || s.now().Sub(running.At) < settledAfter {
			return running, err
		}
		_, err = s.chat.Thread(ctx, running.Message)
		if !fault.Is(err, fault.ThreadElsewhere) {
			return running, errors.Wrap(err, "look for the open meeting's post")
		}
		_, err = s.index.UpdateOpen(ctx, r.Place, func(l *OpenList) bool { return l.close(running.Message) })
		if err != nil {
			return nil, errors.Wrap(err, "forget a meeting whose post is gone")
		}
	}
}

// reserve records the start in the channel's list, unless a meeting is open there: then it returns that one. The list is changed by
// compare-and-set, so of two simultaneous starts only one succeeds, on whichever servers they run.
func (s *reservations) reserve(ctx context.Context, r StartRequest, ticket string) (*Open, error) {
	var running *Open
	_, err := s.index.UpdateOpen(ctx, r.Place, func(l *OpenList) bool {
		now := s.now()
		l.prune(now)
		running = nil
		held := l.current()
		if r.AllTheSame {
			// A user who clicks the button three times wants one more meeting, not three.
			held = l.underWay(r.Actor)
		}
		if held != nil {
			copied := *held
			running = &copied
			return false
		}
		l.reserve(r.Actor, ticket, r.Topic, now)
		return true
	})
	return running, errors.Wrap(err, "look for an open meeting")
}

// release frees the channel after a failed start.
func (s *reservations) release(ctx context.Context, at chat.Place, ticket string) {
	// The caller's context may have expired, which must not leave the channel blocked.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), underWayFor)
	defer cancel()
	if _, err := s.index.UpdateOpen(ctx, at, func(l *OpenList) bool { l.release(ticket); return true }); err != nil {
		s.log.Warn("A failed start blocks its channel for up to 30 seconds", "channel_id", at.Channel, "error", err.Error())
	}
}
