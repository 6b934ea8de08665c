package meeting

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

// showAttempts limits how often one event updates a post while other events change the meeting.
const showAttempts = 5

// posts updates the posts of meetings.
type posts struct {
	settings func() Settings
	board    Board
	index    Index
	now      func() time.Time
}

// showAll updates the posts that are about the session. If one fails, the others are still updated; the first error makes the event be
// handled again.
func (s *posts) showAll(ctx context.Context, meetingID string, record Record, uuid string) error {
	var err error
	for _, i := range record.Of(uuid) {
		if showErr := s.show(ctx, meetingID, record.Posts[i]); err == nil {
			err = showErr
		}
	}
	return err
}

// show updates one post to the meeting's state and records that. Another event may have changed the meeting in the meantime, with or
// without its post: then the post is updated to the newer state.
func (s *posts) show(ctx context.Context, meetingID string, post Post) error {
	for range showAttempts {
		gone, err := s.rewrite(ctx, post)
		if err != nil {
			return err
		}
		latest, err := s.shown(ctx, meetingID, post, gone)
		if err != nil {
			return err
		}
		if latest == nil {
			return s.noteOpen(ctx, post, gone)
		}
		post = *latest
	}
	return errors.Errorf("meeting %s moves on faster than its post %s", meetingID, post.Message.ID)
}

func (s *posts) rewrite(ctx context.Context, post Post) (gone bool, err error) {
	err = s.board.Rewrite(ctx, post.Message, post.Progress())
	if errors.Is(err, ErrGone) || errors.Is(err, ErrMissing) && s.now().Sub(post.PostedAt) > settledAfter {
		return true, nil
	}
	return false, errors.Wrapf(err, "rewrite post %s", post.Message.ID)
}

// shown records the status that the post was updated to. It returns the post as it should be by now, if that differs.
func (s *posts) shown(ctx context.Context, meetingID string, brought Post, gone bool) (*Post, error) {
	var latest *Post
	_, err := s.index.UpdateMeeting(ctx, meetingID, func(r *Record) bool {
		latest = nil
		for i := range r.Posts {
			p := &r.Posts[i]
			switch {
			case !p.Message.Is(brought.Message):
			case gone:
				r.Posts = append(r.Posts[:i:i], r.Posts[i+1:]...)
				return true
			case p.Rev < brought.Rev:
				// A replica that lags behind: writing makes the compare-and-set detect it, and the record is read again.
				return true
			case !p.shows(brought):
				copied := *p
				latest = &copied
				return false
			default:
				p.Shown = brought.Status
				return true
			}
		}
		return false
	})
	return latest, errors.Wrapf(err, "note that post %s is up to date", brought.Message.ID)
}

// noteOpen keeps the channel's list of open meetings in sync with the post.
func (s *posts) noteOpen(ctx context.Context, post Post, gone bool) error {
	_, err := s.index.UpdateOpen(ctx, post.Message.Place, func(l *OpenList) bool {
		if gone || post.Status == Ended {
			// If reads may lag behind, only writing detects whether the list is current.
			return l.close(post.Message) || s.settings().Replicas
		}
		return l.extend(post.Message, later(post.PostedAt, post.StartedAt))
	})
	return errors.Wrap(err, "note which meetings are open")
}
