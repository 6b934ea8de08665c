package meeting

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

// recovery stores the meetings of starts whose server died after it posted a meeting and before it stored that.
type recovery struct {
	board Board
	index Index
}

// all looks for meetings of all abandoned starts.
func (s *recovery) all(ctx context.Context) error {
	abandoned, err := s.index.Abandoned(ctx)
	if err != nil {
		return errors.Wrap(err, "find abandoned starts")
	}
	for _, a := range abandoned {
		if oneErr := s.one(ctx, a); err == nil {
			err = oneErr
		}
	}
	return err
}

// one stores the meetings that the start may have posted, and gives its reservation back. Meetings that are stored already stay as they are.
func (s *recovery) one(ctx context.Context, a Abandoned) error {
	posted, err := s.board.Posted(ctx, a.Place, a.Actor, a.At.Add(-time.Minute)) // the servers' clocks may differ
	if err != nil {
		return errors.Wrap(err, "look for the post of an abandoned start")
	}
	for _, o := range posted {
		if err := s.index.Announce(ctx, o); err != nil {
			return errors.Wrap(err, "store the meeting of an abandoned start")
		}
	}
	return errors.Wrap(s.index.Release(ctx, a.Ticket), "release an abandoned start")
}
