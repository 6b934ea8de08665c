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
	// Personal reports a personal meeting ID: its sessions may not be the plugin's.
	Personal bool      `json:"personal,omitempty"`
	Posts    []Post    `json:"posts,omitempty"`
	Over     []Session `json:"over,omitempty"`
	// Aliases are posts that are stored under another meeting ID and whose events may carry this one.
	Aliases []Alias `json:"aliases,omitempty"`
}

// Alias leads from an ID that events may carry to the post that they are about: an account that enforces the personal meeting ID creates
// a meeting with an ID of its own, but reports it under the personal one.
type Alias struct {
	MeetingID string          `json:"meeting"`
	Message   chat.MessageRef `json:"message"`
	Until     time.Time       `json:"until"`
}

// Post is one announcement of the meeting.
type Post struct {
	Message  chat.MessageRef `json:"message"`
	PostedAt time.Time       `json:"posted"`
	// HostID is Zoom's ID of the host; "" if Zoom didn't report it. Zoom reassigns abandoned personal meeting IDs.
	HostID string `json:"host,omitempty"`
	// JoinHost is the host of the join link that Zoom's API returned.
	JoinHost  string    `json:"join_host,omitempty"`
	Status    Status    `json:"status"`
	UUID      string    `json:"uuid,omitempty"`
	StartedAt time.Time `json:"started,omitzero"`
	EndedAt   time.Time `json:"ended,omitzero"`
	// Rev counts the changes to what the post should show.
	Rev int `json:"rev,omitempty"`
	// Shown is the status that the post was last updated to. It reveals a crash or a race in between.
	Shown Status `json:"shown,omitempty"`
}

// Progress returns what the post should show.
func (p Post) Progress() Progress {
	return Progress{Status: p.Status, UUID: p.UUID, StartedAt: p.StartedAt, EndedAt: p.EndedAt}
}

// shows reports whether both posts should show the same.
func (p Post) shows(other Post) bool {
	return p.Status == other.Status && p.UUID == other.UUID && p.StartedAt.Equal(other.StartedAt) && p.EndedAt.Equal(other.EndedAt)
}

// Session is one ended session of the meeting.
type Session struct {
	UUID    string    `json:"uuid"`
	EndedAt time.Time `json:"ended"`
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
	maxPosts = 50
	maxOver  = 20
)

// Announce adds a post to the record.
func (r *Record) Announce(p Post, personal bool) {
	r.Personal = r.Personal || personal
	r.Posts = append(r.Posts, p)
	if len(r.Posts) > maxPosts {
		r.Posts = r.Posts[len(r.Posts)-maxPosts:]
	}
}

// Alias adds an alias for a post made at this time, and removes expired ones.
func (r *Record) Alias(meetingID string, m chat.MessageRef, posted time.Time) {
	r.Aliases = slices.DeleteFunc(r.Aliases, func(a Alias) bool { return posted.After(a.Until) })
	r.Aliases = append(r.Aliases, Alias{MeetingID: meetingID, Message: m, Until: posted.Add(awaitedFor + startedFor)})
	if len(r.Aliases) > maxPosts {
		r.Aliases = r.Aliases[len(r.Aliases)-maxPosts:]
	}
}

// only returns a record with just one of the posts, to apply an event under another ID to it: such a post is about one session, that of a
// personal meeting. Events of other sessions don't apply.
func (r *Record) only(m chat.MessageRef, uuid string) (part *Record, put func()) {
	for i, p := range r.Posts {
		if p.Message.Is(m) && (p.Status == Announced || p.UUID == uuid) {
			part = &Record{Personal: true, Posts: []Post{p}, Over: r.Over}
			return part, func() { r.Posts[i], r.Over = part.Posts[0], part.Over }
		}
	}
	return &Record{}, func() {}
}

// Start applies that the host started the session and reports whether anything changed. host is "" if Zoom didn't report it.
func (r *Record) Start(uuid, host string, at time.Time) bool {
	if r.isOver(uuid) {
		return r.startKnown(uuid, at)
	}
	changed := false
	for i := range r.Posts {
		if p := &r.Posts[i]; !r.Personal || p.hostedBy(host) {
			changed = p.moved(p.start(uuid, at, r.Personal)) || changed
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

// moved counts a change if there was one, and returns whether there was.
func (p *Post) moved(changed bool) bool {
	if changed {
		p.Rev++
	}
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
	if !r.isOver(uuid) {
		r.Over = append(r.Over, Session{UUID: uuid, EndedAt: end})
		if len(r.Over) > maxOver {
			r.Over = r.Over[len(r.Over)-maxOver:]
		}
		changed = true
	}
	for i := range r.Posts {
		if p := &r.Posts[i]; !r.Personal || p.hostedBy(host) {
			changed = p.moved(p.end(uuid, start, end, r.Personal)) || changed
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

// Of returns the indexes of the posts that are about the session, or whose state isn't shown yet.
func (r *Record) Of(uuid string) []int {
	var found []int
	for i, p := range r.Posts {
		if uuid != "" && p.UUID == uuid || p.Shown != p.Status {
			found = append(found, i)
		}
	}
	return found
}

func (r *Record) isOver(uuid string) bool {
	for _, s := range r.Over {
		if s.UUID == uuid {
			return true
		}
	}
	return false
}
