// Package meeting is the life of a Zoom meeting in chat: a user starts it, a post announces it, Zoom's events say that it started and
// ended, and the post shows that. It renders no posts and stores no records; the ports Board and Index do.
package meeting

import (
	"context"
	"errors"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// Errors of a Board for a post that it can't update.
var (
	// ErrGone is a post that will never change again.
	ErrGone = errors.New("the post is gone")
	// ErrMissing is a post that wasn't found: deleted, or too new for this server to know.
	ErrMissing = errors.New("the post is missing")
)

// Errors of an event that means only that it is too early: handle it again soon.
var (
	// ErrChanged is a record that another server has changed since it was read.
	ErrChanged = errors.New("another server changed the meeting")
	// ErrUnderWay is a meeting that a start in progress may be about to announce.
	ErrUnderWay = errors.New("a start in progress may announce the meeting")
)

// Choice is which kind of meeting to start.
type Choice string

const (
	// Unspecified leaves it to the user's setting.
	Unspecified Choice = ""
	// Unique is a meeting with an ID of its own; the default setting.
	Unique Choice = "unique"
	// Personal is the meeting with the user's personal meeting ID.
	Personal Choice = "personal"
	// Ask asks each time; only a setting, never the choice for one start.
	Ask Choice = "ask"
)

// Status is the stage of a meeting that its post shows.
type Status string

const (
	// Announced is a meeting that can be joined; Zoom hasn't reported yet that it started.
	Announced Status = "announced"
	// Started is a meeting that has started, as reported by Zoom.
	Started Status = "started"
	// Ended is a meeting that has ended, as reported by Zoom.
	Ended Status = "ended"
)

// Progress is the part of a meeting's post that changes.
type Progress struct {
	Status Status
	// UUID is Zoom's ID of the session that the post is about; "" before it starts.
	UUID string
	// StartedAt and EndedAt are Zoom's own times; zero if Zoom didn't report them.
	StartedAt time.Time
	EndedAt   time.Time
}

// Announcement is a new meeting's post.
type Announcement struct {
	Place   chat.Place
	Creator chat.Person
	Meeting zoom.Meeting
}

// Running is a meeting that is open in a channel, for the prompt that users see before they start a second one.
type Running struct {
	Message   chat.MessageRef
	MeetingID string
	JoinURL   string
	// Topic and Creator are as users entered them, unescaped.
	Topic   string
	Creator string
	// Requested is the topic of the start that waits for the answer.
	Requested string
	// RequestedThread is the thread for that meeting's post.
	RequestedThread string
	// RequestedChoice is the kind of that meeting.
	RequestedChoice Choice
	// Another is the button that starts another meeting anyway.
	Another chat.Button
}

// Chat is what the service needs from the chat product.
type Chat interface {
	// Person returns the user with this ID.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// Standing returns what is known of the user in the channel now; in an archived or unknown one no one may post.
	Standing(ctx context.Context, actor chat.Actor, at chat.Place) chat.Standing
	// Thread returns the thread that the message belongs to. Fault: ThreadElsewhere if that isn't in its channel.
	Thread(ctx context.Context, m chat.MessageRef) (chat.Place, error)
	// Ephemeral shows a note to one user in a place.
	Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error
	// OpenJoinPage makes the requesting window open the address. Without a window it does nothing.
	OpenJoinPage(ctx context.Context, actor chat.Actor, window, url string)
}

// Board posts announcements of meetings.
type Board interface {
	// Announce posts the meeting in its creator's name.
	Announce(ctx context.Context, a Announcement) (chat.MessageRef, error)
	// Rewrite updates the post to show the progress; a post that already shows it stays as it is. Errors: ErrGone, ErrMissing.
	Rewrite(ctx context.Context, m chat.MessageRef, p Progress) error
	// Posted returns the meetings that posts of the actor in the channel announced since then, as far as the posts say.
	Posted(ctx context.Context, at chat.Place, actor chat.Actor, since time.Time) ([]Opened, error)
	// PromptRunning asks one user whether to join the meeting that is open here or to start another.
	PromptRunning(ctx context.Context, at chat.Place, actor chat.Actor, r Running) error
}

// Zoom is what the service calls in Zoom.
type Zoom interface {
	// CreateMeeting creates a meeting for the caller.
	CreateMeeting(ctx context.Context, as zoom.Caller, m zoom.CreateMeeting) (zoom.Meeting, error)
	// Meeting returns the meeting with this ID; for a personal meeting ID, the personal meeting.
	Meeting(ctx context.Context, as zoom.Caller, id string) (zoom.Meeting, error)
	// PastMeeting returns the ended session with this UUID, or the latest one of the meeting with this ID.
	PastMeeting(ctx context.Context, as zoom.Caller, key string) (zoom.PastMeeting, error)
	// User returns the caller's Zoom user.
	User(ctx context.Context, as zoom.Caller) (zoom.User, error)
}

// Accounts is what the service needs to act as a user in Zoom.
type Accounts interface {
	// Caller returns the identity for the user's calls. Faults: NotConnected, AccountNotConnected, EmailUnverified, …
	Caller(ctx context.Context, who chat.Person) (zoom.Caller, error)
	// GrantRead tells that the caller's grant was read together with other records, so that its token costs no statement; "" is none.
	GrantRead(ctx context.Context, as zoom.Caller, sealed string)
	// PersonalMeetingID looks the user's personal meeting ID up in Zoom, and stores it for later starts. Fault: NoPersonalMeeting.
	PersonalMeetingID(ctx context.Context, who chat.Person) (string, error)
	// ScopeMissed handles a call that Zoom refused because of a missing scope.
	ScopeMissed(ctx context.Context)
	// ConnectURL returns a link with which the user authorizes and then resumes next.
	ConnectURL(ctx context.Context, person chat.PersonID, next string) (string, error)
	// MayDisconnect checks that the user has a grant to end, and returns its email address; "" if unknown.
	MayDisconnect(ctx context.Context, person chat.PersonID) (email string, err error)
	// Disconnect ends the user's grant.
	Disconnect(ctx context.Context, person chat.PersonID) error
}

// Index stores meetings, which posts announced them, and which are open in a channel. All servers share it; what expires does so by its
// clock. Each method may return the fault DatabaseUnavailable.
type Index interface {
	// Begin returns what a start needs to know, and reserves the channel for it: of simultaneous starts, on whichever servers, one gets
	// the reservation. Nothing is reserved if the user must be asked first which meeting, if a meeting is open in the channel, or if
	// another start is in progress there. For a start that wants another meeting, only one in progress of the same user counts.
	Begin(ctx context.Context, a Attempt) (Beginning, error)
	// Abandoned returns some reservations that have run out.
	Abandoned(ctx context.Context) ([]Abandoned, error)
	// Release gives the reservation with this ticket back.
	Release(ctx context.Context, ticket string) error
	// Announce stores the post of a new meeting, open in its channel, and gives the reservation of its start back.
	Announce(ctx context.Context, o Opened) error
	// Close notes that the message's meeting isn't open any more.
	Close(ctx context.Context, m chat.MessageRef) error
	// Find returns the record of this meeting ID with its latest posts, and a record for each post of another meeting whose events may
	// carry this ID. There is none for a meeting that was never announced.
	Find(ctx context.Context, meetingID string) ([]Record, error)
	// Expected reports whether a start in progress may announce this meeting ID, or just has.
	Expected(ctx context.Context, meetingID string) (bool, error)
	// Save stores the changes of a record: its changed posts and its ended sessions. Error: ErrChanged.
	Save(ctx context.Context, r Record) error
	// Due returns some rechecks that are due, each to one server only, which has an hour to plan the next one.
	Due(ctx context.Context) ([]Recheck, error)
	// Plan sets when the post's meeting is to be checked next.
	Plan(ctx context.Context, m chat.MessageRef, at time.Time) error
	// Choice returns the user's setting, Unspecified for none.
	Choice(ctx context.Context, person chat.PersonID) (Choice, error)
	// SetChoice stores the user's setting.
	SetChoice(ctx context.Context, person chat.PersonID, c Choice) error
}

// Settings are the admins' settings that the service needs.
type Settings struct {
	// Missing names the first required setting that isn't set; "" for none.
	Missing string
	// RestrictPublic forbids meetings in public channels.
	RestrictPublic bool
}
