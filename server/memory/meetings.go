package memory

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
)

// Meetings are the meetings that were announced. It implements meeting.Index.
type Meetings struct {
	*Faults
	grants *Grants
	now    func() time.Time

	mu       sync.Mutex
	meetings map[string]*announcedMeeting
	starts   map[start]reservation
	persons  map[chat.PersonID]person
}

var _ meeting.Index = (*Meetings)(nil)

// announcedMeeting is a meeting ID with all its posts, the oldest first.
type announcedMeeting struct {
	record  meeting.Record
	aliases []alias
	changed time.Time
}

// alias is another meeting ID that events about a post may carry.
type alias struct {
	number  string
	message chat.MessageRef
	until   time.Time
}

// start is where one start may be in progress: in a channel, or for a user who wants another meeting there.
type start struct {
	place chat.Place
	slot  string
}

type reservation struct {
	ticket string
	actor  chat.Actor
	at     time.Time
	until  time.Time
}

// person is what is known about someone who starts meetings.
type person struct {
	choice     meeting.Choice
	personalID string
	until      time.Time
}

func newMeetings(f *Faults, grants *Grants, now func() time.Time) *Meetings {
	return &Meetings{
		Faults: f, grants: grants, now: now, meetings: map[string]*announcedMeeting{}, starts: map[start]reservation{}, persons: map[chat.PersonID]person{},
	}
}

// lock waits for the others' calls. It returns the error that the call is to have, or else what ends it.
func (m *Meetings) lock(ctx context.Context, call, key string) (unlock func(*error), err error) {
	return m.enter(ctx, &m.mu, "Meetings."+call, key)
}

// Begin returns what a start needs to know, and reserves the channel for it. See meeting.Index.
func (m *Meetings) Begin(ctx context.Context, a meeting.Attempt) (_ meeting.Beginning, err error) {
	unlock, err := m.lock(ctx, "Begin", a.Place.Channel)
	if err != nil {
		return meeting.Beginning{}, err
	}
	defer unlock(&err)
	known := m.persons[a.Actor.Person]
	begun := meeting.Beginning{Choice: a.Choice, Grant: m.grants.sealed(oauth.GrantKey{Provider: "zoom", Name: a.Grant})}
	if begun.Choice == meeting.Unspecified {
		begun.Choice = known.choice
	}
	if begun.Choice == meeting.Unspecified {
		begun.Choice = meeting.Unique
	}
	if m.now().Before(known.until) {
		begun.PersonalID = known.personalID
	}
	slot := ""
	if a.AllTheSame {
		slot = a.Actor.ID
	} else {
		begun.Open = m.open(a.Place)
	}
	if begun.Choice == meeting.Ask || begun.Open != nil || m.underWay(a) {
		return begun, nil
	}
	here := start{a.Place.Top(), slot}
	if earlier, ok := m.starts[here]; ok {
		begun.Abandoned = earlier.abandoned(here)
	}
	m.starts[here] = reservation{ticket: a.Ticket, actor: a.Actor, at: m.now(), until: m.now().Add(meeting.UnderWayFor)}
	begun.Reserved = true
	return begun, nil
}

func (r reservation) abandoned(at start) *meeting.Abandoned {
	return &meeting.Abandoned{Ticket: r.ticket, Actor: r.actor, Place: at.place, At: r.at}
}

// Abandoned returns some reservations that have run out.
func (m *Meetings) Abandoned(ctx context.Context) (_ []meeting.Abandoned, err error) {
	unlock, err := m.lock(ctx, "Abandoned", "")
	if err != nil {
		return nil, err
	}
	defer unlock(&err)
	var abandoned []meeting.Abandoned
	for at, r := range m.starts {
		if !m.now().Before(r.until) {
			abandoned = append(abandoned, *r.abandoned(at))
		}
	}
	return abandoned, nil
}

// open returns the newest meeting that is open in the channel, nil for none.
func (m *Meetings) open(at chat.Place) *meeting.Open {
	var newest *meeting.Open
	for _, known := range m.meetings {
		for _, p := range known.record.Posts {
			if p.Message.SameChannel(at) && m.now().Before(p.OpenUntil) && (newest == nil || p.PostedAt.After(newest.At)) {
				newest = &meeting.Open{
					Message: p.Message, MeetingID: known.record.MeetingID, JoinURL: p.JoinURL, Topic: p.Topic, Creator: p.Creator, At: p.PostedAt,
				}
			}
		}
	}
	return newest
}

// underWay reports whether a start in progress keeps this one from its reservation.
func (m *Meetings) underWay(a meeting.Attempt) bool {
	for s, r := range m.starts {
		if s.place == a.Place.Top() && m.now().Before(r.until) && (!a.AllTheSame || r.actor.Is(a.Actor)) {
			return true
		}
	}
	return false
}

// Release gives a reservation back.
func (m *Meetings) Release(ctx context.Context, ticket string) (err error) {
	unlock, err := m.lock(ctx, "Release", ticket)
	if err != nil {
		return err
	}
	defer unlock(&err)
	m.release(ticket)
	return nil
}

func (m *Meetings) release(ticket string) {
	maps.DeleteFunc(m.starts, func(_ start, r reservation) bool { return r.ticket == ticket })
}

// Announce stores the post of a new meeting. See meeting.Index.
func (m *Meetings) Announce(ctx context.Context, o meeting.Opened) (err error) {
	unlock, err := m.lock(ctx, "Announce", o.MeetingID)
	if err != nil {
		return err
	}
	defer unlock(&err)
	m.release(o.Ticket)
	known := m.meetings[o.MeetingID]
	if known == nil {
		known = &announcedMeeting{record: meeting.Record{MeetingID: o.MeetingID}}
		m.meetings[o.MeetingID] = known
	}
	known.changed = m.now()
	known.record.Personal = known.record.Personal || o.Personal
	if known.post(o.Post.Message) != nil {
		return nil
	}
	known.record.Posts = append(known.record.Posts, o.Post)
	for _, number := range o.Others {
		known.aliases = append(known.aliases, alias{number: number, message: o.Post.Message, until: o.Until})
	}
	return nil
}

// post returns the meeting's post, nil for none.
func (k *announcedMeeting) post(ref chat.MessageRef) *meeting.Post {
	for i := range k.record.Posts {
		if k.record.Posts[i].Message.Is(ref) {
			return &k.record.Posts[i]
		}
	}
	return nil
}

// Close notes that the message's meeting isn't open any more.
func (m *Meetings) Close(ctx context.Context, ref chat.MessageRef) error {
	return m.edit(ctx, "Close", ref, func(p *meeting.Post) { p.OpenUntil = time.Time{} })
}

// Plan sets when the post's meeting is to be checked next.
func (m *Meetings) Plan(ctx context.Context, ref chat.MessageRef, at time.Time) error {
	return m.edit(ctx, "Plan", ref, func(p *meeting.Post) { p.RecheckAt = at })
}

func (m *Meetings) edit(ctx context.Context, call string, ref chat.MessageRef, edit func(*meeting.Post)) (err error) {
	unlock, err := m.lock(ctx, call, ref.ID)
	if err != nil {
		return err
	}
	defer unlock(&err)
	for _, known := range m.meetings {
		if p := known.post(ref); p != nil {
			edit(p)
		}
	}
	return nil
}

// Find returns the records for this meeting ID. See meeting.Index.
func (m *Meetings) Find(ctx context.Context, meetingID string) (_ []meeting.Record, err error) {
	unlock, err := m.lock(ctx, "Find", meetingID)
	if err != nil {
		return nil, err
	}
	defer unlock(&err)
	var records []meeting.Record
	if known := m.meetings[meetingID]; known != nil && len(known.record.Posts) > 0 {
		posts := slices.SortedStableFunc(slices.Values(known.record.Posts), func(a, b meeting.Post) int { return a.PostedAt.Compare(b.PostedAt) })
		records = append(records, known.with(posts[max(0, len(posts)-meeting.MaxPosts):]))
	}
	for number, known := range m.meetings {
		for _, a := range known.aliases {
			if p := known.post(a.message); a.number == meetingID && number != meetingID && p != nil && m.now().Before(a.until) {
				record := known.with([]meeting.Post{*p})
				record.Alias = true
				records = append(records, record)
			}
		}
	}
	return records, nil
}

// with returns a copy of the record with these posts.
func (k *announcedMeeting) with(posts []meeting.Post) meeting.Record {
	record := k.record
	record.Posts, record.Over = slices.Clone(posts), slices.Clone(record.Over)
	return record
}

// Expected reports whether a start in progress may announce this meeting ID, or just has.
func (m *Meetings) Expected(ctx context.Context, meetingID string) (_ bool, err error) {
	unlock, err := m.lock(ctx, "Expected", meetingID)
	if err != nil {
		return false, err
	}
	defer unlock(&err)
	for _, r := range m.starts {
		if m.now().Before(r.until) {
			return true, nil
		}
	}
	return m.meetings[meetingID] != nil, nil
}

// Save stores the changes of a record. Error: meeting.ErrChanged.
func (m *Meetings) Save(ctx context.Context, r meeting.Record) (err error) {
	unlock, err := m.lock(ctx, "Save", r.MeetingID)
	if err != nil {
		return err
	}
	defer unlock(&err)
	known := m.meetings[r.MeetingID]
	lost := known == nil || known.record.Version != r.Version
	for _, changed := range r.Changed() {
		if known == nil {
			break
		}
		p := known.post(changed.Message)
		switch {
		case p == nil:
		case changed.Gone:
			known.record.Posts = slices.DeleteFunc(known.record.Posts, func(p meeting.Post) bool { return p.Message.Is(changed.Message) })
		case lost:
			p.Shown = ""
		default:
			*p = changed.Stored()
		}
	}
	if lost {
		return meeting.ErrChanged
	}
	known.record.Over, known.changed = slices.Clone(r.Over), m.now()
	known.record.Version++
	return nil
}

// maxDue is the most rechecks that one server takes at once.
const maxDue = 50

// Due returns some rechecks that are due. See meeting.Index.
func (m *Meetings) Due(ctx context.Context) (_ []meeting.Recheck, err error) {
	unlock, err := m.lock(ctx, "Due", "")
	if err != nil {
		return nil, err
	}
	defer unlock(&err)
	var due []meeting.Recheck
	for number, known := range m.meetings {
		for i := range known.record.Posts {
			p := &known.record.Posts[i]
			if !p.RecheckAt.IsZero() && !m.now().Before(p.RecheckAt) && len(due) < maxDue {
				p.RecheckAt = m.now().Add(time.Hour)
				due = append(due, meeting.Recheck{MeetingID: number, Message: p.Message, Person: p.Creator.Person})
			}
		}
	}
	return due, nil
}

// Choice returns the user's setting, Unspecified for none.
func (m *Meetings) Choice(ctx context.Context, who chat.PersonID) (_ meeting.Choice, err error) {
	unlock, err := m.lock(ctx, "Choice", string(who))
	if err != nil {
		return meeting.Unspecified, err
	}
	defer unlock(&err)
	return m.persons[who].choice, nil
}

// SetChoice stores the user's setting.
func (m *Meetings) SetChoice(ctx context.Context, who chat.PersonID, c meeting.Choice) error {
	return m.editPerson(ctx, "SetChoice", who, func(p *person) { p.choice = c })
}

// AdoptChoice stores the user's setting unless there is one already.
func (m *Meetings) AdoptChoice(ctx context.Context, who chat.PersonID, c meeting.Choice) error {
	return m.editPerson(ctx, "AdoptChoice", who, func(p *person) {
		if p.choice == meeting.Unspecified {
			p.choice = c
		}
	})
}

// SetPersonalMeetingID stores the person's personal meeting ID for this long; "" removes it. See account.PersonalMeetings.
func (m *Meetings) SetPersonalMeetingID(ctx context.Context, who chat.PersonID, id string, keep time.Duration) error {
	return m.editPerson(ctx, "SetPersonalMeetingID", who, func(p *person) { p.personalID, p.until = id, m.now().Add(keep) })
}

func (m *Meetings) editPerson(ctx context.Context, call string, who chat.PersonID, edit func(*person)) (err error) {
	unlock, err := m.lock(ctx, call, string(who))
	if err != nil {
		return err
	}
	defer unlock(&err)
	p := m.persons[who]
	edit(&p)
	m.persons[who] = p
	return nil
}

// Count returns how many meetings are known.
func (m *Meetings) Count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.meetings)
}

// meetingKept is how long a post is known after its last change.
const meetingKept = 35 * 24 * time.Hour

// Prune deletes what has expired.
func (m *Meetings) Prune(ctx context.Context) (err error) {
	unlock, err := m.lock(ctx, "Prune", "")
	if err != nil {
		return err
	}
	defer unlock(&err)
	maps.DeleteFunc(m.meetings, func(_ string, known *announcedMeeting) bool { return m.now().Sub(known.changed) > meetingKept })
	return nil
}
