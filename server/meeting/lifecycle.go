package meeting

import (
	"context"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// ErrNotYet is an event of a meeting that this server may only not have heard of yet: try again.
var ErrNotYet = errors.New("the meeting is not known yet")

// Limits of what a database with replicas may not have told this server yet.
const (
	// ReplicaLag is how long a record may take to reach the replicas.
	ReplicaLag = 5 * time.Second
	// settledAfter is how old a post is before its absence means that it was deleted.
	settledAfter = 2 * time.Minute
)

// showAttempts bounds how often one event brings a post up to date, while other events move the meeting on.
const showAttempts = 5

// Handle brings the posts of a meeting to what Zoom says of it. Events may come late, twice, out of order, on any server, and
// for meetings that are none of ours. After an error the same event can be handled again, from wherever it stopped.
func (s *Service) Handle(ctx context.Context, e zoom.Event) error {
	if !isMeetingNumber(e.Meeting.ID) || e.Meeting.UUID == "" && e.Type != zoom.EventDeleted {
		return nil // trying again would make it no better
	}
	var apply func(*Record) bool
	switch e.Type {
	case zoom.EventStarted:
		begin := orElse(e.Meeting.Start, e.At)
		apply = func(r *Record) bool { return r.Start(e.Meeting.UUID, e.Meeting.HostID, begin) }
	case zoom.EventEnded:
		end := orElse(e.Meeting.End, e.At)
		apply = func(r *Record) bool { return r.End(e.Meeting.UUID, e.Meeting.HostID, e.Meeting.Start, end) }
	case zoom.EventDeleted:
		if e.Meeting.Occurrence {
			return nil // one date of a series; the others stay
		}
		apply = func(r *Record) bool { return r.Finish(chat.MessageRef{}) }
	default:
		return nil
	}
	return s.apply(ctx, e, apply)
}

// apply changes the posts of the event's meeting, and those that are kept under another ID for which events may name this one.
func (s *Service) apply(ctx context.Context, e zoom.Event, change func(*Record) bool) error {
	record, err := s.index.UpdateMeeting(ctx, e.Meeting.ID, func(r *Record) bool {
		return len(r.Posts) > 0 && change(r)
	})
	if err != nil {
		return errors.Wrapf(err, "apply %s of meeting %s", e.Type, e.Meeting.ID)
	}
	if len(record.Posts) == 0 && len(record.Aliases) == 0 && s.settings().Replicas && s.now().Sub(e.At) < ReplicaLag {
		return ErrNotYet
	}
	err = s.showAll(ctx, e.Meeting.ID, record, e.Meeting.UUID)
	for _, alias := range record.Aliases {
		if aliasErr := s.applyTo(ctx, alias, e, change); err == nil {
			err = aliasErr
		}
	}
	return err
}

// applyTo changes one post that is kept under another meeting ID.
func (s *Service) applyTo(ctx context.Context, alias Alias, e zoom.Event, change func(*Record) bool) error {
	if s.now().After(alias.Until) {
		return nil
	}
	record, err := s.index.UpdateMeeting(ctx, alias.MeetingID, func(r *Record) bool {
		part, put := r.only(alias.Message, e.Meeting.UUID)
		if len(part.Posts) == 0 || !change(part) {
			return false
		}
		put()
		return true
	})
	if err != nil {
		return errors.Wrapf(err, "apply %s of meeting %s to %s", e.Type, e.Meeting.ID, alias.MeetingID)
	}
	return s.showAll(ctx, alias.MeetingID, record, e.Meeting.UUID)
}

// showAll brings the posts that are about the session up to date. A post that cannot be shown keeps no other from being shown; the
// first failure has the event handled again.
func (s *Service) showAll(ctx context.Context, meetingID string, record Record, uuid string) error {
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
func (s *Service) show(ctx context.Context, meetingID string, post Post) error {
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

func (s *Service) rewrite(ctx context.Context, post Post) (gone bool, err error) {
	err = s.board.Rewrite(ctx, post.Message, post.Progress())
	if errors.Is(err, ErrGone) || errors.Is(err, ErrMissing) && s.now().Sub(post.PostedAt) > settledAfter {
		return true, nil
	}
	return false, errors.Wrapf(err, "rewrite post %s", post.Message.ID)
}

// shown notes which status the post was brought to. It returns the post as it is to be by now, if that is something else.
func (s *Service) shown(ctx context.Context, meetingID string, brought Post, gone bool) (*Post, error) {
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
func (s *Service) noteOpen(ctx context.Context, post Post, gone bool) error {
	_, err := s.index.UpdateOpen(ctx, post.Message.Place, func(l *OpenList) bool {
		if gone || post.Status == Ended {
			// Where reads may be behind, writing finds out whether the list is.
			return l.close(post.Message) || s.settings().Replicas
		}
		return l.extend(post.Message, later(post.PostedAt, post.StartedAt))
	})
	return errors.Wrap(err, "note which meetings are open")
}

// maxNumber is generous: Zoom's meeting numbers have 9 to 11 digits.
const maxNumber = 20

func isMeetingNumber(id string) bool {
	return id != "" && len(id) <= maxNumber && strings.Trim(id, "0123456789") == ""
}

func orElse(t, fallback time.Time) time.Time {
	if t.IsZero() {
		return fallback
	}
	return t
}
