package meeting

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

// settledAfter is the age from which a missing post counts as deleted.
const settledAfter = 2 * time.Minute

// posts updates the posts of meetings.
type posts struct {
	board Board
	index Index
	now   func() time.Time
}

// show updates the record's posts that were changed, that are about the session, or whose state isn't shown yet, and stores the record. It
// looks even at posts that should show the session already: a server may have died after it updated one to an older state. If one post can't be
// updated, the others still are, and the record says which it is; the first error makes the event be handled again.
func (s *posts) show(ctx context.Context, r Record, uuid string) error {
	var failed error
	for i := range r.Posts {
		p := &r.Posts[i]
		if !p.changed && p.Shown == p.Status && (uuid == "" || p.UUID != uuid) {
			continue
		}
		err := s.rewrite(ctx, p)
		switch {
		case err != nil:
			p.Shown, p.changed = "", true
		case p.changed || p.Gone || p.Shown != p.Status:
			p.shown(s.now())
		}
		if failed == nil {
			failed = err
		}
	}
	if !r.changed && len(r.Changed()) == 0 {
		return failed
	}
	if err := s.index.Save(ctx, r); err != nil {
		return errors.Wrapf(err, "store the state of meeting %s", r.MeetingID)
	}
	return failed
}

// rewrite updates one post to the meeting's state.
func (s *posts) rewrite(ctx context.Context, p *Post) error {
	err := s.board.Rewrite(ctx, p.Message, p.Progress())
	if errors.Is(err, ErrGone) || errors.Is(err, ErrMissing) && s.now().Sub(p.PostedAt) > settledAfter {
		p.Gone = true
		return nil
	}
	return errors.Wrapf(err, "rewrite post %s", p.Message.ID)
}
