// Package meeting is the life of a Zoom meeting in chat: someone starts it, a post announces it, Zoom says that it began
// and ended, and the same post tells so.
package meeting

import (
	"context"
	"errors"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
)

// What a Board returns for a post that it can't rewrite.
var (
	// ErrGone is a post that no one will ever change again.
	ErrGone = errors.New("the post is gone")
	// ErrMissing is a post that is not found: deleted, or too new for this server to know.
	ErrMissing = errors.New("the post is missing")
)

// Choice is which meeting someone starts.
type Choice string

const (
	// Unspecified leaves it to the user's setting.
	Unspecified Choice = ""
	// Unique is a meeting with an ID of its own; the setting of those who chose nothing.
	Unique Choice = "unique"
	// Personal is the meeting with the user's personal meeting ID.
	Personal Choice = "personal"
	// Ask asks each time; only a setting, never a choice for one start.
	Ask Choice = "ask"
)

// Status is how far a meeting has come, as its post shows it.
type Status string

const (
	// Announced is a meeting that can be joined; Zoom has not said yet that it began.
	Announced Status = "announced"
	// Started is a meeting that Zoom said has begun.
	Started Status = "started"
	// Ended is a meeting that Zoom said is over.
	Ended Status = "ended"
)

// Progress is the part of a meeting's post that changes.
type Progress struct {
	Status Status
	// UUID is Zoom's identity of the one session that the post is about; "" before it began.
	UUID string
	// StartedAt and EndedAt are Zoom's own times; zero where Zoom did not say.
	StartedAt time.Time
	EndedAt   time.Time
}

// Announcement is a new meeting's post.
type Announcement struct {
	Place   chat.Place
	Creator chat.Person
	Meeting zoom.Meeting
}

// Running is a meeting that is open in a channel, as the prompt shows it that keeps people from starting a second one.
type Running struct {
	Message   chat.MessageRef
	MeetingID string
	JoinURL   string
	// Topic and Creator are as people wrote them: not escaped.
	Topic   string
	Creator string
	// Requested is the topic of the start that was held back.
	Requested string
	// RequestedThread is the thread that meeting was to go to.
	RequestedThread string
	// RequestedChoice is the choice of the start that was held back.
	RequestedChoice Choice
	// Another is the button that starts another meeting all the same.
	Another chat.Button
}

// Chat is what the service needs of the chat product.
type Chat interface {
	// Person returns the user with this ID.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// Channel returns the channel with this ID.
	Channel(ctx context.Context, at chat.Place) (chat.Channel, error)
	// MayPost reports whether the user may post in the channel now; no one may in one that is archived or unknown.
	MayPost(ctx context.Context, actor chat.Actor, at chat.Place) bool
	// Thread returns the thread that the message belongs to. Fault: ThreadElsewhere when that is not in its channel.
	Thread(ctx context.Context, m chat.MessageRef) (chat.Place, error)
	// Ephemeral shows a note to one user in a place.
	Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error
	// OpenJoinPage makes the one window that asked open the address. It does nothing without a window.
	OpenJoinPage(ctx context.Context, actor chat.Actor, window, url string)
}

// Board is where meetings are announced.
type Board interface {
	// Announce posts the meeting in its creator's name.
	Announce(ctx context.Context, a Announcement) (chat.MessageRef, error)
	// Rewrite brings the post to the progress; a post that shows it already is left alone. ErrGone or ErrMissing when there is none to rewrite.
	Rewrite(ctx context.Context, m chat.MessageRef, p Progress) error
	// PromptRunning asks one person whether to join the meeting that is open here or to start another.
	PromptRunning(ctx context.Context, at chat.Place, actor chat.Actor, r Running) error
}

// Zoom is what the service calls in Zoom.
type Zoom interface {
	// CreateMeeting creates a meeting of the caller's.
	CreateMeeting(ctx context.Context, as zoom.Caller, m zoom.CreateMeeting) (zoom.Meeting, error)
	// Meeting returns the meeting with this ID; for a personal meeting ID, the personal meeting.
	Meeting(ctx context.Context, as zoom.Caller, id string) (zoom.Meeting, error)
	// PastMeeting returns the session with this UUID, or the latest one of the meeting with this ID, once it is over.
	PastMeeting(ctx context.Context, as zoom.Caller, key string) (zoom.PastMeeting, error)
	// User returns the caller as Zoom knows them.
	User(ctx context.Context, as zoom.Caller) (zoom.User, error)
}

// Accounts says as whom a user acts in Zoom.
type Accounts interface {
	// Caller returns the identity for the user's calls. Faults: NotConnected, AccountNotConnected, EmailUnverified, …
	Caller(ctx context.Context, who chat.Person) (zoom.Caller, error)
	// PersonalMeetingID returns the user's personal meeting ID; fresh asks Zoom again. Fault: NoPersonalMeeting.
	PersonalMeetingID(ctx context.Context, who chat.Person, fresh bool) (string, error)
	// ScopeMissed is told of a call that Zoom refused for want of a scope.
	ScopeMissed(ctx context.Context)
	// ConnectURL returns a link that lets the user authorize and then resumes what next describes.
	ConnectURL(ctx context.Context, person chat.PersonID, next string) (string, error)
	// MayDisconnect reports whether there is a grant that the user may end, and the address it is of; "" where that is not known.
	MayDisconnect(ctx context.Context, person chat.PersonID) (email string, err error)
	// Disconnect ends the user's grant.
	Disconnect(ctx context.Context, person chat.PersonID) error
}

// Index remembers which posts belong to which meeting.
type Index interface {
	// UpdateMeeting changes the record of a meeting ID; change gets a zero record when there is none, and returns whether to write.
	// It may be called several times, when others write the same record.
	UpdateMeeting(ctx context.Context, meetingID string, change func(*Record) bool) (Record, error)
	// UpdateOpen changes the list of meetings that are open in a channel, likewise.
	UpdateOpen(ctx context.Context, at chat.Place, change func(*OpenList) bool) (OpenList, error)
	// Choice returns the user's setting, Unspecified when there is none.
	Choice(ctx context.Context, person chat.PersonID) (Choice, error)
	// SetChoice stores the user's setting.
	SetChoice(ctx context.Context, person chat.PersonID, c Choice) error
}

// Settings are what admins decide, as the service needs it.
type Settings struct {
	// Missing names the first setting without which no meeting can start; "" when there is none.
	Missing string
	// Replicas reports that reads may be behind writes.
	Replicas bool
	// RestrictPublic keeps meetings out of public channels.
	RestrictPublic bool
}
