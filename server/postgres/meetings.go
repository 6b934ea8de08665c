package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/postgres/query"
)

// meetingKept is how long a post is known after its last change: longer than a meeting can wait to be started. Events about a session can
// arrive weeks after its meeting was announced.
const meetingKept = 35 * 24 * time.Hour

// maxDue is the most rechecks, and the most abandoned starts, that one server takes at once.
const maxDue = 50

// Meetings are the meetings that were announced, with their posts, and the users' settings for them. It implements meeting.Index.
type Meetings struct{ db *DB }

// NewMeetings returns the meetings in the database.
func NewMeetings(db *DB) *Meetings { return &Meetings{db} }

var (
	_ meeting.Index            = (*Meetings)(nil)
	_ account.PersonalMeetings = (*Meetings)(nil)
)

// Begin returns what a start needs to know, and reserves the channel for it. See meeting.Index.
func (m *Meetings) Begin(ctx context.Context, a meeting.Attempt) (meeting.Beginning, error) {
	row, err := m.db.queries().BeginStart(ctx, query.BeginStartParams{
		Person: string(a.Actor.Person), Choice: string(a.Choice), Surface: string(a.Place.Surface), Channel: a.Place.Channel,
		Another: a.AllTheSame, Creator: a.Actor.ID, Ticket: a.Ticket, Seconds: meeting.UnderWayFor.Seconds(), GrantName: a.Grant,
	})
	if err != nil {
		return meeting.Beginning{}, errors.Wrap(err, "begin a start")
	}
	begun := meeting.Beginning{Choice: meeting.Choice(row.Choice), PersonalID: row.PersonalNumber, Grant: row.SealedGrant, Reserved: row.Reserved}
	if row.Message != "" {
		begun.Open = &meeting.Open{
			Message: chat.MessageRef{Place: a.Place.In(row.Thread), ID: row.Message}, MeetingID: row.Meeting, JoinURL: row.JoinUrl,
			Topic: row.Topic, Creator: actorOf(a.Place.Surface, row.Creator, row.Person), At: row.PostedAt,
		}
	}
	if row.AbandonedTicket != "" {
		begun.Abandoned = &meeting.Abandoned{
			Ticket: row.AbandonedTicket, Actor: actorOf(a.Place.Surface, row.AbandonedCreator, row.AbandonedPerson), Place: a.Place.Top(),
			At: row.AbandonedAt,
		}
	}
	return begun, nil
}

// Abandoned returns some reservations that have run out.
func (m *Meetings) Abandoned(ctx context.Context) ([]meeting.Abandoned, error) {
	rows, err := m.db.queries().AbandonedStarts(ctx, maxDue)
	var abandoned []meeting.Abandoned
	for _, row := range rows {
		at := chat.Place{Surface: chat.SurfaceID(row.Surface), Channel: row.Channel}
		abandoned = append(abandoned, meeting.Abandoned{
			Ticket: row.Ticket, Actor: actorOf(at.Surface, row.Creator, row.Person), Place: at, At: row.BegunAt,
		})
	}
	return abandoned, errors.Wrap(err, "find abandoned starts")
}

// Release gives a reservation back.
func (m *Meetings) Release(ctx context.Context, ticket string) error {
	return errors.Wrap(m.db.queries().ReleaseStart(ctx, ticket), "release a start")
}

// Announce stores the post of a new meeting. See meeting.Index.
func (m *Meetings) Announce(ctx context.Context, o meeting.Opened) error {
	p := o.Post
	err := m.db.queries().AnnounceMeeting(ctx, query.AnnounceMeetingParams{
		Ticket: o.Ticket, Number: o.MeetingID, Personal: o.Personal, Others: append([]string{}, o.Others...), AliasUntil: o.Until,
		Surface: string(p.Message.Surface), Message: p.Message.ID, Channel: p.Message.Channel, Thread: p.Message.Thread,
		PostedAt: p.PostedAt, Creator: p.Creator.ID, Person: string(p.Creator.Person), Topic: p.Topic, JoinUrl: p.JoinURL, Host: p.HostID,
		Status: string(p.Status), Session: p.UUID, StartedAt: orNull(p.StartedAt), EndedAt: orNull(p.EndedAt), Shown: string(p.Shown),
		OpenUntil: orNull(p.OpenUntil), RecheckAt: orNull(p.RecheckAt),
	})
	return errors.Wrap(err, "store a meeting")
}

// Close notes that the message's meeting isn't open any more.
func (m *Meetings) Close(ctx context.Context, ref chat.MessageRef) error {
	return errors.Wrap(m.db.queries().CloseMeeting(ctx, string(ref.Surface), ref.ID), "close a meeting")
}

// Find returns the records for this meeting ID. See meeting.Index.
func (m *Meetings) Find(ctx context.Context, meetingID string) ([]meeting.Record, error) {
	rows, err := m.db.queries().FindMeeting(ctx, meetingID, meeting.MaxPosts)
	if err != nil {
		return nil, errors.Wrap(err, "find a meeting")
	}
	var records []meeting.Record
	for _, row := range rows {
		alias := row.ZoomMeeting.Number != meetingID
		if alias || len(records) == 0 {
			records = append(records, meeting.Record{
				MeetingID: row.ZoomMeeting.Number, Personal: row.ZoomMeeting.Personal, Alias: alias, Over: row.ZoomMeeting.Ended, Version: row.ZoomMeeting.Version,
			})
		}
		last := &records[len(records)-1]
		last.Posts = append([]meeting.Post{postOf(row.ZoomMeetingPost)}, last.Posts...)
	}
	return records, nil
}

func postOf(p query.ZoomMeetingPost) meeting.Post {
	at := chat.Place{Surface: chat.SurfaceID(p.Surface), Channel: p.Channel, Thread: p.Thread}
	return meeting.Post{
		Message: chat.MessageRef{Place: at, ID: p.Message}, PostedAt: p.PostedAt, Creator: actorOf(at.Surface, p.Creator, p.Person), Topic: p.Topic,
		JoinURL: p.JoinUrl, HostID: p.Host, Status: meeting.Status(p.Status), UUID: p.Session, StartedAt: orZero(p.StartedAt),
		EndedAt: orZero(p.EndedAt), Shown: meeting.Status(p.Shown), OpenUntil: orZero(p.OpenUntil), RecheckAt: orZero(p.RecheckAt),
	}
}

// Expected reports whether a start in progress may announce this meeting ID, or just has.
func (m *Meetings) Expected(ctx context.Context, meetingID string) (bool, error) {
	expected, err := m.db.queries().MeetingExpected(ctx, meetingID)
	return expected, errors.Wrap(err, "look for starts in progress")
}

// Save stores the changes of a record. Error: meeting.ErrChanged.
func (m *Meetings) Save(ctx context.Context, r meeting.Record) error {
	// Columns of no rows must be empty arrays, not null.
	p := query.SaveMeetingParams{
		Number: r.MeetingID, Version: r.Version, Ended: append([]string{}, r.Over...), GoneSurfaces: []string{}, GoneMessages: []string{},
		Surfaces: []string{}, Messages: []string{}, Statuses: []string{}, Sessions: []string{}, Shown: []string{}, Started: []time.Time{},
		Ends: []time.Time{}, Open: []time.Time{}, Recheck: []time.Time{},
	}
	for _, post := range r.Changed() {
		surface := string(post.Message.Surface)
		if post.Gone {
			p.GoneSurfaces, p.GoneMessages = append(p.GoneSurfaces, surface), append(p.GoneMessages, post.Message.ID)
			continue
		}
		p.Surfaces, p.Messages = append(p.Surfaces, surface), append(p.Messages, post.Message.ID)
		p.Statuses, p.Shown = append(p.Statuses, string(post.Status)), append(p.Shown, string(post.Shown))
		p.Sessions = append(p.Sessions, post.UUID)
		p.Started, p.Ends = append(p.Started, post.StartedAt), append(p.Ends, post.EndedAt)
		p.Open, p.Recheck = append(p.Open, post.OpenUntil), append(p.Recheck, post.RecheckAt)
	}
	saved, err := m.db.queries().SaveMeeting(ctx, p)
	if err == nil && !saved {
		return meeting.ErrChanged
	}
	return errors.Wrap(err, "store a meeting's state")
}

// Due returns some rechecks that are due. See meeting.Index.
func (m *Meetings) Due(ctx context.Context) ([]meeting.Recheck, error) {
	rows, err := m.db.queries().DueRechecks(ctx, maxDue)
	var due []meeting.Recheck
	for _, row := range rows {
		at := chat.Place{Surface: chat.SurfaceID(row.Surface), Channel: row.Channel, Thread: row.Thread}
		due = append(due, meeting.Recheck{
			MeetingID: row.Meeting, Message: chat.MessageRef{Place: at, ID: row.Message}, Person: chat.PersonID(row.Person),
		})
	}
	return due, errors.Wrap(err, "find due checks of meetings")
}

// Plan sets when the post's meeting is to be checked next.
func (m *Meetings) Plan(ctx context.Context, ref chat.MessageRef, at time.Time) error {
	return errors.Wrap(m.db.queries().PlanRecheck(ctx, at, string(ref.Surface), ref.ID), "plan a check of a meeting")
}

// Choice returns the user's setting, Unspecified for none.
func (m *Meetings) Choice(ctx context.Context, person chat.PersonID) (meeting.Choice, error) {
	choice, err := m.db.queries().MeetingChoice(ctx, string(person))
	if errors.Is(err, pgx.ErrNoRows) {
		return meeting.Unspecified, nil
	}
	return meeting.Choice(choice), errors.Wrap(err, "read the user's setting")
}

// SetChoice stores the user's setting.
func (m *Meetings) SetChoice(ctx context.Context, person chat.PersonID, c meeting.Choice) error {
	return errors.Wrap(m.db.queries().SetMeetingChoice(ctx, string(person), string(c)), "store the user's setting")
}

// AdoptChoice stores the user's setting unless there is one already.
func (m *Meetings) AdoptChoice(ctx context.Context, person chat.PersonID, c meeting.Choice) error {
	return errors.Wrap(m.db.queries().AdoptMeetingChoice(ctx, string(person), string(c)), "take over the user's setting")
}

// Prune deletes what has expired.
func (m *Meetings) Prune(ctx context.Context) error {
	q := m.db.queries()
	for _, prune := range []func() (int64, error){
		func() (int64, error) { return q.PruneMeetingPosts(ctx, meetingKept.Seconds(), pruneChunk) },
		func() (int64, error) { return q.PruneMeetings(ctx, meetingKept.Seconds(), pruneChunk) },
		func() (int64, error) { return q.PruneMeetingStarts(ctx) },
	} {
		for n := int64(pruneChunk); n == pruneChunk; {
			var err error
			if n, err = prune(); err != nil {
				return errors.Wrap(err, "delete expired meetings")
			}
		}
	}
	return nil
}

// actorOf returns the actor with this ID on the surface, linked to the person.
func actorOf(surface chat.SurfaceID, id, person string) chat.Actor {
	return chat.Actor{Surface: surface, ID: id, Person: chat.PersonID(person)}
}

// orNull returns nil for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero returns the zero time for nil.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// SetPersonalMeetingID stores the person's personal meeting ID for this long; "" removes it. See account.PersonalMeetings.
func (m *Meetings) SetPersonalMeetingID(ctx context.Context, person chat.PersonID, id string, keep time.Duration) error {
	err := m.db.queries().SetPersonalNumber(ctx, string(person), id, keep.Seconds())
	return errors.Wrap(err, "store the personal meeting ID")
}
