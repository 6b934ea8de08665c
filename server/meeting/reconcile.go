package meeting

import (
	"context"
	"log/slog"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

// Recheck asks Zoom about a meeting whose post shows it as open: Zoom gives up on an event after four attempts, and without the event a
// post would stay open forever.
type Recheck struct {
	MeetingID string          `json:"meeting"`
	Message   chat.MessageRef `json:"message"`
	// Person is the user who started the meeting, in whose name Zoom is asked.
	Person chat.PersonID `json:"person"`
}

// Runner carries rechecks out.
type Runner interface {
	// Run has the recheck carried out soon, after the events of the same meeting that wait, and even across a restart.
	Run(ctx context.Context, c Recheck) error
}

// How often Zoom is asked about a meeting, and when that ends.
const (
	lookMin = 15 * time.Minute
	lookMax = 24 * time.Hour
	// forgottenAfter is when Zoom has removed an unused meeting, plus a day:
	// https://developers.zoom.us/docs/api/using-zoom-apis/
	forgottenAfter = 31 * 24 * time.Hour
)

// Reconciler asks Zoom about open meetings.
type Reconciler struct {
	chat     Chat
	zoom     Zoom
	accounts Accounts
	index    Index
	posts    *posts
	runner   Runner
	recovery *recovery
	now      func() time.Time
	log      *slog.Logger
}

// RunDue has the rechecks run that are due by now, and finishes starts whose server died. Every server calls it, at short intervals.
func (s *Reconciler) RunDue(ctx context.Context) error {
	if err := s.recovery.all(ctx); err != nil {
		return err
	}
	due, err := s.index.Due(ctx)
	if err != nil {
		return errors.Wrap(err, "find the meetings to check")
	}
	for _, c := range due {
		// One that can't be run now is due again in an hour.
		if runErr := s.runner.Run(ctx, c); err == nil {
			err = errors.Wrapf(runErr, "check meeting %s", c.MeetingID)
		}
	}
	return err
}

// Reconcile updates the post to what Zoom now says about its meeting, and plans the next recheck while the meeting is open. It is
// idempotent.
func (s *Reconciler) Reconcile(ctx context.Context, c Recheck) error {
	post, personal, err := s.openPost(ctx, c)
	if err != nil || post == nil {
		return err
	}
	sure, err := s.look(ctx, c, *post, personal)
	if err != nil {
		// Temporary errors have passed by the next recheck; rechecks end with the meeting's maximum age.
		s.log.Info("An open meeting couldn't be looked up in Zoom; it's checked again later", "meeting_id", c.MeetingID, "post_id", c.Message.ID, "code", string(fault.CodeOf(err)), "error", err.Error())
	}
	if !sure && s.outlived(*post, personal) {
		if err := s.finish(ctx, c); err != nil {
			return err
		}
	}
	if post, _, err = s.openPost(ctx, c); err != nil || post == nil {
		return err
	}
	return s.plan(ctx, c, later(post.PostedAt, post.StartedAt))
}

// plan sets the next recheck, at growing intervals: after half the meeting's age, at least once a day.
func (s *Reconciler) plan(ctx context.Context, c Recheck, since time.Time) error {
	now := s.now()
	wait := min(max(now.Sub(since)/2, lookMin), lookMax)
	return errors.Wrap(s.index.Plan(ctx, c.Message, now.Add(wait)), "plan the next check of the meeting")
}

// openPost returns the recheck's post while its meeting isn't over, nil otherwise, and whether it announced a personal meeting ID.
func (s *Reconciler) openPost(ctx context.Context, c Recheck) (*Post, bool, error) {
	record, err := s.record(ctx, c)
	if err != nil {
		return nil, false, err
	}
	for _, p := range record.Posts {
		if p.Message.Is(c.Message) && (p.Status != Ended || p.Shown != Ended) {
			return &p, record.Personal, nil
		}
	}
	return nil, record.Personal, nil
}

// record returns the record of the recheck's meeting ID, a zero one if there is none.
func (s *Reconciler) record(ctx context.Context, c Recheck) (Record, error) {
	records, err := s.index.Find(ctx, c.MeetingID)
	for _, r := range records {
		if !r.Alias {
			return r, nil
		}
	}
	return Record{}, errors.Wrap(err, "read the meeting's record")
}

// look asks Zoom and applies the answer. It reports whether the meeting can be joined according to Zoom.
func (s *Reconciler) look(ctx context.Context, c Recheck, post Post, personal bool) (open bool, err error) {
	if post.Status == Ended {
		return false, s.change(ctx, c, "", func(*Record) bool { return false }) // an earlier attempt to show it failed
	}
	who, err := s.chat.Person(ctx, c.Person)
	if err != nil {
		return false, errors.Wrap(err, "look up who started the meeting")
	}
	caller, err := s.accounts.Caller(ctx, who)
	if err != nil {
		return false, err
	}
	m, err := s.zoom.Meeting(ctx, caller, c.MeetingID)
	switch {
	case err == nil && personal && (someoneElses(m, caller) || m.HostID != "" && post.HostID != "" && m.HostID != post.HostID):
		return false, s.finish(ctx, c) // the number belongs to another user now
	case err == nil && m.Running():
		return true, s.running(ctx, c, post, caller, m)
	case err == nil && m.Status == "":
		return true, nil // Zoom doesn't say
	case err == nil:
		return s.waiting(ctx, c, post, personal, caller)
	case fault.Is(err, fault.MeetingUnknown):
		return s.unknown(ctx, c, post, caller)
	}
	return false, err
}

// running applies that a session is in progress. Zoom doesn't say since when.
func (s *Reconciler) running(ctx context.Context, c Recheck, post Post, caller zoom.Caller, m zoom.Meeting) error {
	if m.UUID == "" || m.UUID == post.UUID {
		return nil
	}
	if post.Status == Started {
		if _, err := s.over(ctx, c, post, caller); err != nil {
			return err
		}
	}
	return s.change(ctx, c, m.UUID, func(r *Record) bool { return r.StartSeen(m.UUID, m.HostID, s.now()) })
}

// waiting applies that no session is in progress, for a meeting that can still be started.
func (s *Reconciler) waiting(ctx context.Context, c Recheck, post Post, personal bool, caller zoom.Caller) (open bool, err error) {
	held, err := s.over(ctx, c, post, caller)
	return !held && !personal, err
}

// unknown applies that Zoom doesn't know the meeting: it was deleted, or it was an instant meeting and is over. For a person who has
// connected another Zoom account since, it proves nothing.
func (s *Reconciler) unknown(ctx context.Context, c Recheck, post Post, caller zoom.Caller) (open bool, err error) {
	if caller.App == zoom.UserApp && post.HostID != "" {
		user, err := s.zoom.User(ctx, caller)
		if err != nil || user.ID != post.HostID {
			return false, err
		}
	}
	held, err := s.over(ctx, c, post, caller)
	if err != nil || held {
		return false, err
	}
	return false, s.finish(ctx, c)
}

// over ends the post with the times of its session, if there was one. Without the scope for past meetings, or on a plan without them, a
// session in progress ends without an end time.
func (s *Reconciler) over(ctx context.Context, c Recheck, post Post, caller zoom.Caller) (held bool, err error) {
	key := c.MeetingID
	if post.Status == Started {
		if s.now().Sub(post.StartedAt) < settledAfter {
			return true, nil // Zoom's own services may be out of sync
		}
		key = post.UUID
	}
	past, err := s.zoom.PastMeeting(ctx, caller, key)
	switch {
	case err == nil && (past.UUID == post.UUID || post.Status == Announced && !past.Start.Before(post.PostedAt.Add(-clockSkew))):
		err := s.change(ctx, c, past.UUID, func(r *Record) bool { return r.End(past.UUID, past.HostID, past.Start, past.End) })
		return true, err
	case err != nil && !fault.Is(err, fault.MeetingUnknown, fault.MissingScope, fault.ZoomRefused):
		return false, err
	case post.Status == Started:
		return true, s.finish(ctx, c)
	}
	return false, nil
}

// outlived reports whether the meeting is over by its age alone: no session is longer, and no meeting waits longer.
func (s *Reconciler) outlived(post Post, personal bool) bool {
	age := s.now().Sub(later(post.PostedAt, post.StartedAt))
	switch {
	case post.Status == Started:
		return age > startedFor
	case personal:
		return age > awaitedFor
	}
	return age > forgottenAfter
}

// finish ends the post without times, which are unknown.
func (s *Reconciler) finish(ctx context.Context, c Recheck) error {
	return s.change(ctx, c, "", func(r *Record) bool { return r.Finish(c.Message) })
}

// change changes the meeting's record and updates the posts.
func (s *Reconciler) change(ctx context.Context, c Recheck, uuid string, change func(*Record) bool) error {
	record, err := s.record(ctx, c)
	if err != nil {
		return err
	}
	change(&record)
	return s.posts.show(ctx, record, uuid)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
