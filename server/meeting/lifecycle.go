package meeting

import (
	"context"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// ErrNotYet is an event of a meeting whose record may not have reached this server yet: retry.
var ErrNotYet = errors.New("the meeting is not known yet")

// Limits for database replicas that lag behind.
const (
	// ReplicaLag is the longest time that a record takes to reach the replicas.
	ReplicaLag = 5 * time.Second
	// settledAfter is the age from which a missing post counts as deleted.
	settledAfter = 2 * time.Minute
)

// Tracker updates meetings by Zoom's events.
type Tracker struct {
	settings func() Settings
	index    Index
	posts    *posts
	now      func() time.Time
}

// Handle updates the posts of a meeting by an event. Events may arrive late, twice, out of order, on any server, and for meetings that
// aren't the plugin's. After an error the same event can be handled again.
func (s *Tracker) Handle(ctx context.Context, e zoom.Event) error {
	if !isMeetingNumber(e.Meeting.ID) || e.Meeting.UUID == "" && e.Type != zoom.EventDeleted {
		return nil // a retry wouldn't help
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
			return nil // one occurrence of a series; the others stay
		}
		apply = func(r *Record) bool { return r.Finish(chat.MessageRef{}) }
	default:
		return nil
	}
	return s.apply(ctx, e, apply)
}

// apply changes the posts of the event's meeting, and posts under another ID that the event may also refer to.
func (s *Tracker) apply(ctx context.Context, e zoom.Event, change func(*Record) bool) error {
	record, err := s.index.UpdateMeeting(ctx, e.Meeting.ID, func(r *Record) bool {
		return len(r.Posts) > 0 && change(r)
	})
	if err != nil {
		return errors.Wrapf(err, "apply %s of meeting %s", e.Type, e.Meeting.ID)
	}
	if len(record.Posts) == 0 && len(record.Aliases) == 0 && s.settings().Replicas && s.now().Sub(e.At) < ReplicaLag {
		return ErrNotYet
	}
	err = s.posts.showAll(ctx, e.Meeting.ID, record, e.Meeting.UUID)
	for _, alias := range record.Aliases {
		if aliasErr := s.applyTo(ctx, alias, e, change); err == nil {
			err = aliasErr
		}
	}
	return err
}

// applyTo changes one post that is stored under another meeting ID.
func (s *Tracker) applyTo(ctx context.Context, alias Alias, e zoom.Event, change func(*Record) bool) error {
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
	return s.posts.showAll(ctx, alias.MeetingID, record, e.Meeting.UUID)
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
