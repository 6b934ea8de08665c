package meeting

import (
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Record is what is known about one meeting ID: the posts that announced it, and its ended sessions.
//
// A meeting ID can have several posts and several sessions, each with its own UUID: a personal meeting ID always does, and any meeting
// can be started again. Events arrive late, twice and out of order, so the record only moves forward.
type Record struct {
	MeetingID string
	// Personal reports a personal meeting ID: its sessions may not be the plugin's.
	Personal bool
	// Alias reports that the record was found by another ID that events about its one post may carry; see Opened.Others.
	Alias bool
	Posts []Post
	// Over are the UUIDs of the latest ended sessions.
	Over []string
	// Version counts the changes. Index.Save refuses a record that another server has changed since it was read.
	Version int64

	// changed reports that Over was changed since the record was read.
	changed bool
}

// Post is one announcement of the meeting.
type Post struct {
	Message  chat.MessageRef
	PostedAt time.Time
	// Creator started the meeting.
	Creator chat.Actor
	Topic   string
	JoinURL string
	// HostID is Zoom's ID of the host; "" if Zoom didn't report it. Zoom reassigns abandoned personal meeting IDs.
	HostID    string
	Status    Status
	UUID      string
	StartedAt time.Time
	EndedAt   time.Time
	// Shown is the status that the post was last updated to; "" for unknown. It reveals a crash or a race in between.
	Shown Status
	// OpenUntil is until when the meeting counts as open in its channel; zero if it doesn't.
	OpenUntil time.Time
	// RecheckAt is when to ask Zoom about the meeting; zero for never.
	RecheckAt time.Time

	// Gone reports a post that can never show anything again; Index.Save forgets it.
	Gone bool

	// changed reports that the post was changed since it was read.
	changed bool
}

// Progress returns what the post should show.
func (p Post) Progress() Progress {
	return Progress{Status: p.Status, UUID: p.UUID, StartedAt: p.StartedAt, EndedAt: p.EndedAt}
}

// Stored returns the post as it is read again after it was stored.
func (p Post) Stored() Post {
	p.changed = false
	return p
}

// Limits on which session of a personal meeting ID a post can be about: the ID is used for years, mostly for meetings that were announced
// elsewhere or nowhere.
const (
	// clockSkew is the largest expected difference between Zoom's clock and the server's.
	clockSkew = 2 * time.Minute
	// awaitedFor is how long after its post a meeting may start.
	awaitedFor = 24 * time.Hour
)

// Limits that keep a record small: a personal meeting ID is used for years.
const (
	// MaxPosts is the most posts of one meeting ID that events can still change, the latest.
	MaxPosts = 50
	maxOver  = 20
)

// Changed returns the posts that were changed since the record was read.
func (r *Record) Changed() []Post {
	return slices.DeleteFunc(slices.Clone(r.Posts), func(p Post) bool { return !p.changed })
}

// bound reports whether a post of the record is about one session, that of a personal meeting. An event under another ID is about such a
// session, too.
func (r *Record) bound() bool { return r.Personal || r.Alias }

// Start applies that the host started the session and reports whether anything changed. host is "" if Zoom didn't report it.
func (r *Record) Start(uuid, host string, at time.Time) bool {
	if slices.Contains(r.Over, uuid) {
		return r.startKnown(uuid, at)
	}
	changed := false
	for i := range r.Posts {
		if p := &r.Posts[i]; !r.bound() || p.hostedBy(host) {
			changed = p.moved(p.start(uuid, at, r.bound())) || changed
		}
	}
	return changed
}

// StartSeen applies that the session is in progress, which doesn't say when it started.
func (r *Record) StartSeen(uuid, host string, now time.Time) bool {
	changed := r.Start(uuid, host, now)
	for i := range r.Posts {
		if p := &r.Posts[i]; changed && p.UUID == uuid && p.StartedAt.Equal(now) {
			p.StartedAt = time.Time{}
		}
	}
	return changed
}

// Finish applies that the post's meeting ended at an unknown time, and reports whether anything changed.
func (r *Record) Finish(m chat.MessageRef) bool {
	changed := false
	for i := range r.Posts {
		if p := &r.Posts[i]; (m.Zero() || p.Message.Is(m)) && p.Status != Ended {
			p.Status = Ended
			changed = p.moved(true)
		}
	}
	return changed
}

// startKnown records when an ended session started if the end event lacked it.
func (r *Record) startKnown(uuid string, at time.Time) bool {
	changed := false
	for i := range r.Posts {
		if p := &r.Posts[i]; p.UUID == uuid && p.StartedAt.IsZero() && !at.IsZero() {
			p.StartedAt = at
			changed = p.moved(true)
		}
	}
	return changed
}

// hostedBy reports whether a personal meeting's post can be about a session of this host.
func (p *Post) hostedBy(host string) bool { return p.HostID == "" || host == "" || p.HostID == host }

// moved notes a change if there was one, and returns whether there was.
func (p *Post) moved(changed bool) bool {
	p.changed = p.changed || changed
	return changed
}

// awaits reports whether the post can be about a session that started at this time.
func (p *Post) awaits(at time.Time) bool {
	return !at.Before(p.PostedAt.Add(-clockSkew)) && at.Before(p.PostedAt.Add(awaitedFor))
}

func (p *Post) start(uuid string, at time.Time, personal bool) bool {
	switch {
	case p.Status == Announced && personal && !p.awaits(at):
		return false
	case p.Status == Announced:
	case p.UUID == uuid:
		return false
	case p.Status == Started && !at.After(p.StartedAt), p.Status == Ended && !at.After(p.EndedAt):
		return false
	case p.Status == Ended && personal:
		// The personal room is in use again; that session wasn't announced here.
		return false
	case p.Status == Started && personal:
		// A room holds one session at a time: the post's session is over, although its event never arrived.
		p.Status = Ended
		return true
	}
	p.Status, p.UUID, p.StartedAt, p.EndedAt = Started, uuid, at, time.Time{}
	return true
}

// End applies that the host's session ended and reports whether anything changed.
func (r *Record) End(uuid, host string, start, end time.Time) bool {
	changed := false
	if !slices.Contains(r.Over, uuid) {
		r.Over = append(r.Over, uuid)
		if len(r.Over) > maxOver {
			r.Over = r.Over[len(r.Over)-maxOver:]
		}
		r.changed, changed = true, true
	}
	for i := range r.Posts {
		if p := &r.Posts[i]; !r.bound() || p.hostedBy(host) {
			changed = p.moved(p.end(uuid, start, end, r.bound())) || changed
		}
	}
	return changed
}

func (p *Post) end(uuid string, start, end time.Time, personal bool) bool {
	switch {
	case p.UUID == uuid && (p.Status != Ended || p.EndedAt.IsZero() && !end.IsZero()):
	case p.Status == Announced && p.UUID == "":
		// The start event was lost or is late. A personal room may have been left before this post was made, or used long after it; and a
		// post that was made while the room was in use is about that session.
		if personal && !p.covers(start, end) {
			return false
		}
	default:
		return false
	}
	// A time that Zoom omits is unknown, not removed.
	p.Status, p.UUID, p.StartedAt, p.EndedAt = Ended, uuid, orElse(start, p.StartedAt), orElse(end, p.EndedAt)
	return true
}

// covers reports whether the post can be about an ended session without a start event.
func (p *Post) covers(start, end time.Time) bool {
	if start.IsZero() {
		return !p.PostedAt.After(end) && p.awaits(end)
	}
	return p.awaits(start) || !p.PostedAt.After(end) && !start.After(p.PostedAt)
}

// about reports whether the post is, or can be, about the session. Under another ID than its meeting's, events of other sessions don't
// apply to it.
func (p *Post) about(uuid string) bool { return p.Status == Announced || p.UUID == uuid }

// shown notes that the post was updated, and keeps what follows from its status in step: an ended meeting isn't open in its channel and
// isn't asked about any more, and one in progress is open for the longest duration of a meeting.
func (p *Post) shown(now time.Time) {
	p.Shown, p.changed = p.Status, true
	if p.Status == Ended {
		p.OpenUntil, p.RecheckAt = time.Time{}, time.Time{}
		return
	}
	if until := later(p.PostedAt, p.StartedAt).Add(startedFor); !p.OpenUntil.IsZero() && p.Status == Started && until.After(p.OpenUntil) {
		p.OpenUntil = until
	}
	if p.RecheckAt.IsZero() {
		p.RecheckAt = now.Add(lookMin)
	}
}
