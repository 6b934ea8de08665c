package meeting

import (
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// OpenList is what is open in one channel: meetings that can be joined, and starts that are under way.
type OpenList struct {
	Meetings []Open `json:"meetings,omitempty"`
}

// Open is one meeting that can be joined, or (without a post) a start that is under way.
type Open struct {
	Message   chat.MessageRef `json:"message,omitzero"`
	MeetingID string          `json:"meeting,omitempty"`
	JoinURL   string          `json:"join,omitempty"`
	Topic     string          `json:"topic,omitempty"`
	Creator   chat.Actor      `json:"creator"`
	At        time.Time       `json:"at,omitzero"`
	Until     time.Time       `json:"until"`
	// Ticket identifies a start that is under way.
	Ticket string `json:"ticket,omitempty"`
}

// How long a meeting counts as open. Zoom's word that it ended closes it at once; these are for when that word never comes.
const (
	// underWayFor is longer than any start takes, calls to Zoom and their time-outs included.
	underWayFor = 30 * time.Second
	// announcedFor is how long people may take to come to a meeting that no one has entered.
	announcedFor = 30 * time.Minute
	// startedFor is the longest that Zoom lets a meeting of a paid plan run.
	startedFor = 30 * time.Hour
)

// maxOpen bounds the list: only the newest meeting is offered, and no one keeps so many open on purpose.
const maxOpen = 50

// current returns the newest open meeting, with starts under way last; nil when the channel is free.
func (l *OpenList) current() *Open {
	for i := len(l.Meetings) - 1; i >= 0; i-- {
		if !l.Meetings[i].Message.Zero() {
			return &l.Meetings[i]
		}
	}
	if len(l.Meetings) > 0 {
		return &l.Meetings[0]
	}
	return nil
}

// underWay returns the start of this user that is under way, nil when there is none.
func (l *OpenList) underWay(actor chat.Actor) *Open {
	for i := range l.Meetings {
		if l.Meetings[i].Message.Zero() && l.Meetings[i].Creator.Is(actor) {
			return &l.Meetings[i]
		}
	}
	return nil
}

// prune forgets what has run out, and the oldest of very many.
func (l *OpenList) prune(now time.Time) {
	l.Meetings = slices.DeleteFunc(l.Meetings, func(o Open) bool { return !now.Before(o.Until) })
	if len(l.Meetings) > maxOpen {
		l.Meetings = l.Meetings[len(l.Meetings)-maxOpen:]
	}
}

// reserve notes that a start is under way.
func (l *OpenList) reserve(actor chat.Actor, ticket, topic string, now time.Time) {
	l.Meetings = append(l.Meetings, Open{Creator: actor, Ticket: ticket, Topic: topic, Until: now.Add(underWayFor)})
}

// release forgets a start that came to nothing.
func (l *OpenList) release(ticket string) {
	l.Meetings = slices.DeleteFunc(l.Meetings, func(o Open) bool { return o.Ticket != "" && o.Ticket == ticket })
}

// close forgets the meeting of a post and reports whether it was there.
func (l *OpenList) close(m chat.MessageRef) bool {
	before := len(l.Meetings)
	l.Meetings = slices.DeleteFunc(l.Meetings, func(o Open) bool { return o.Message.Is(m) })
	return len(l.Meetings) != before
}

// extend keeps the meeting of a post open for as long as meetings last, and reports whether that changed anything.
func (l *OpenList) extend(m chat.MessageRef, started time.Time) bool {
	for i := range l.Meetings {
		if until := started.Add(startedFor); l.Meetings[i].Message.Is(m) && until.After(l.Meetings[i].Until) {
			l.Meetings[i].Until = until
			return true
		}
	}
	return false
}
