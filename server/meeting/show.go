package meeting

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

// showAttempts bounds how often one event brings a post up to date, while other events move the meeting on.
const showAttempts = 5

// posts brings the posts of meetings up to date.
type posts struct {
	settings func() Settings
	board    Board
	index    Index
	now      func() time.Time
}

// showAll brings the posts that are about the session up to date. A post that cannot be shown keeps no other from being shown; the
// first failure has the event handled again.
func (s *posts) showAll(ctx context.Context, meetingID string, record Record, uuid string) error {
	var err error
	for _, i := range record.Of(uuid) {
		if showErr := s.show(ctx, meetingID, record.Posts[i]); err == nil {
			err = showErr
		}
	}
	return err
}

// show brings one post to the meeting's state and notes that it did. Another event may have moved the meeting on in the
// meantime, and its post with it or not: then the post is brought to the newer state, whoever wrote last.
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

// shown notes which status the post was brought to. It returns the post as it is to be by now, if that is something else.
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
				// A replica that is behind: writing makes the swap find out, and the record is read again.
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

// noteOpen keeps the channel's list of open meetings in step with the post.
func (s *posts) noteOpen(ctx context.Context, post Post, gone bool) error {
	_, err := s.index.UpdateOpen(ctx, post.Message.Place, func(l *OpenList) bool {
		if gone || post.Status == Ended {
			// Where reads may be behind, writing finds out whether the list is.
			return l.close(post.Message) || s.settings().Replicas
		}
		return l.extend(post.Message, later(post.PostedAt, post.StartedAt))
	})
	return errors.Wrap(err, "note which meetings are open")
}
