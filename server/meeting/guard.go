package meeting

import (
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// OpenList is what is open in one channel: meetings to join, and starts in progress.
type OpenList struct {
	Meetings []Open `json:"meetings,omitempty"`
}

// Open is a meeting that can be joined, or (without a post) a start in progress.
type Open struct {
	Message   chat.MessageRef `json:"message,omitzero"`
	MeetingID string          `json:"meeting,omitempty"`
	JoinURL   string          `json:"join,omitempty"`
	Topic     string          `json:"topic,omitempty"`
	Creator   chat.Actor      `json:"creator"`
	At        time.Time       `json:"at,omitzero"`
	Until     time.Time       `json:"until"`
	// Ticket identifies a start in progress.
	Ticket string `json:"ticket,omitempty"`
}

// How long a meeting counts as open. Zoom's event that it ended closes it at once; these limits apply if that event never arrives.
const (
	// underWayFor is longer than any start takes, including calls to Zoom and their timeouts.
	underWayFor = 30 * time.Second
	// announcedFor is how long a meeting that no one has entered counts as open.
	announcedFor = 30 * time.Minute
	// startedFor is the longest duration of a meeting on Zoom's paid plans.
	startedFor = 30 * time.Hour
)

// maxOpen limits the list: only the newest meeting is offered, and no one keeps so many open on purpose.
const maxOpen = 50

// current returns the newest open meeting, or else a start in progress; nil if the channel is free.
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

// underWay returns this user's start in progress, nil for none.
func (l *OpenList) underWay(actor chat.Actor) *Open {
	for i := range l.Meetings {
		if l.Meetings[i].Message.Zero() && l.Meetings[i].Creator.Is(actor) {
			return &l.Meetings[i]
		}
	}
	return nil
}

// prune removes expired entries, and the oldest if there are too many.
func (l *OpenList) prune(now time.Time) {
	l.Meetings = slices.DeleteFunc(l.Meetings, func(o Open) bool { return !now.Before(o.Until) })
	if len(l.Meetings) > maxOpen {
		l.Meetings = l.Meetings[len(l.Meetings)-maxOpen:]
	}
}

// reserve records a start in progress.
func (l *OpenList) reserve(actor chat.Actor, ticket, topic string, now time.Time) {
	l.Meetings = append(l.Meetings, Open{Creator: actor, Ticket: ticket, Topic: topic, Until: now.Add(underWayFor)})
}

// release removes a start that failed.
func (l *OpenList) release(ticket string) {
	l.Meetings = slices.DeleteFunc(l.Meetings, func(o Open) bool { return o.Ticket != "" && o.Ticket == ticket })
}

// close removes the post's meeting and reports whether it was in the list.
func (l *OpenList) close(m chat.MessageRef) bool {
	before := len(l.Meetings)
	l.Meetings = slices.DeleteFunc(l.Meetings, func(o Open) bool { return o.Message.Is(m) })
	return len(l.Meetings) != before
}

// extend keeps the post's meeting open for the longest duration of a meeting, and reports whether that changed the list.
func (l *OpenList) extend(m chat.MessageRef, started time.Time) bool {
	for i := range l.Meetings {
		if until := started.Add(startedFor); l.Meetings[i].Message.Is(m) && until.After(l.Meetings[i].Until) {
			l.Meetings[i].Until = until
			return true
		}
	}
	return false
}
