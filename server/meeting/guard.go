package meeting

import (
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// How long a meeting counts as open. Zoom's event that it ended closes it at once; these limits apply if that event never arrives.
const (
	// UnderWayFor is how long a start reserves its channel: longer than any start takes, including calls to Zoom and their timeouts.
	UnderWayFor = 30 * time.Second
	// announcedFor is how long a meeting that no one has entered counts as open.
	announcedFor = 30 * time.Minute
	// startedFor is the longest duration of a meeting on Zoom's paid plans.
	startedFor = 30 * time.Hour
)

// Attempt is a start that is about to create a meeting.
type Attempt struct {
	// Ticket identifies the reservation.
	Ticket string
	Actor  chat.Actor
	Place  chat.Place
	// Choice is the requested kind, Unspecified for the user's setting.
	Choice Choice
	// Grant names the grant that the start will use.
	Grant string
	// AllTheSame asks for another meeting even if one is open in the channel.
	AllTheSame bool
}

// Beginning is what a start needs to know.
type Beginning struct {
	// Choice is the kind of meeting: the requested one, or the user's setting, or Unique.
	Choice Choice
	// PersonalID is the user's personal meeting ID as last looked up in Zoom; "" if it isn't known.
	PersonalID string
	// Grant is that grant as it is stored, sealed; "" for none.
	Grant string
	// Reserved reports that the channel is reserved for this start. If it isn't, either the choice is Ask, or Open is set, or another start
	// is in progress.
	Reserved bool
	// Open is the newest meeting that is open in the channel, nil for none.
	Open *Open
	// Abandoned is a reservation that had run out and that this one replaced; nil for none.
	Abandoned *Abandoned
}

// Abandoned is a reservation that ran out before it was given back: its server may have died after it posted a meeting and before it stored
// that.
type Abandoned struct {
	Ticket string
	Actor  chat.Actor
	Place  chat.Place
	// At is when the start began.
	At time.Time
}

// Open is a meeting that can be joined.
type Open struct {
	Message   chat.MessageRef
	MeetingID string
	JoinURL   string
	Topic     string
	Creator   chat.Actor
	At        time.Time
}

// Opened is a meeting that was posted.
type Opened struct {
	// Ticket is that of the start's reservation.
	Ticket    string
	MeetingID string
	// Personal reports a personal meeting ID.
	Personal bool
	// Others are further meeting IDs that events about this post may carry until the time Until: an account that enforces the personal
	// meeting ID creates a meeting with an ID of its own, but reports it under the personal one.
	Others []string
	Until  time.Time
	Post   Post
}

// opened returns what to store of a meeting that was just posted.
func opened(ticket string, r StartRequest, m zoom.Meeting, message chat.MessageRef, now time.Time) Opened {
	openFor := announcedFor
	if m.Running() {
		openFor = startedFor
	}
	return Opened{
		Ticket: ticket, MeetingID: m.ID, Personal: m.Personal, Others: m.Others(), Until: now.Add(awaitedFor + startedFor),
		Post: Post{
			Message: message, PostedAt: now, Creator: r.Actor, Topic: m.Topic, JoinURL: m.JoinURL, HostID: m.HostID,
			Status: Announced, Shown: Announced, OpenUntil: now.Add(openFor), RecheckAt: now.Add(lookMin),
		},
	}
}
