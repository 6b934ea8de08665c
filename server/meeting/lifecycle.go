package meeting

import (
	"context"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// Tracker updates meetings by Zoom's events.
type Tracker struct {
	index Index
	posts *posts
	now   func() time.Time
}

// Handle updates the posts of a meeting by an event. Events may arrive late, twice, out of order, on any server, and for meetings that
// aren't the plugin's. After an error the same event can be handled again. Errors: ErrChanged, ErrUnderWay.
func (s *Tracker) Handle(ctx context.Context, e zoom.Event) error {
	change := changeOf(e)
	if change == nil {
		return nil
	}
	records, err := s.index.Find(ctx, e.Meeting.ID)
	if err != nil {
		return errors.Wrapf(err, "find meeting %s", e.Meeting.ID)
	}
	if len(records) == 0 && s.now().Sub(e.At) < UnderWayFor {
		return s.unknown(ctx, e)
	}
	var failed error
	for _, r := range records {
		if r.Alias && !r.Posts[0].about(e.Meeting.UUID) {
			continue
		}
		change(&r)
		if err := s.posts.show(ctx, r, e.Meeting.UUID); failed == nil {
			failed = errors.Wrapf(err, "apply %s of meeting %s", e.Type, e.Meeting.ID)
		}
	}
	return failed
}

// unknown returns ErrUnderWay for a new event of a meeting without a record if a start is in progress: the record follows the post.
func (s *Tracker) unknown(ctx context.Context, e zoom.Event) error {
	expected, err := s.index.Expected(ctx, e.Meeting.ID)
	if err == nil && expected {
		err = ErrUnderWay
	}
	return errors.Wrapf(err, "apply %s of meeting %s", e.Type, e.Meeting.ID)
}

// changeOf returns how the event changes a record; nil for an event that changes none.
func changeOf(e zoom.Event) func(*Record) bool {
	if !isMeetingNumber(e.Meeting.ID) || e.Meeting.UUID == "" && e.Type != zoom.EventDeleted {
		return nil // a retry wouldn't help
	}
	switch e.Type {
	case zoom.EventStarted:
		begin := orElse(e.Meeting.Start, e.At)
		return func(r *Record) bool { return r.Start(e.Meeting.UUID, e.Meeting.HostID, begin) }
	case zoom.EventEnded:
		end := orElse(e.Meeting.End, e.At)
		return func(r *Record) bool { return r.End(e.Meeting.UUID, e.Meeting.HostID, e.Meeting.Start, end) }
	case zoom.EventDeleted:
		if e.Meeting.Occurrence {
			return nil // one occurrence of a series; the others stay
		}
		return func(r *Record) bool { return r.Finish(chat.MessageRef{}) }
	}
	return nil
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
