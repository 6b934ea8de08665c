package bridge

import (
	"errors"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// HoldTime is how long a server may be silent before another takes over what it holds.
const HoldTime = 30 * time.Second

// Errors of those who keep subjects.
var (
	// ErrHeld is a subject that another server holds.
	ErrHeld = errors.New("another server holds the subject")
	// ErrHoldLost is a hold that ran out and was taken over. Nothing was written.
	ErrHoldLost = errors.New("another server took over the subject")
	// ErrNoSubject is a subject that doesn't exist.
	ErrNoSubject = errors.New("there is no such subject")
	// ErrSeriesChanged is a series that has changed since it was read. Nothing was written.
	ErrSeriesChanged = errors.New("the series has changed")
)

// Claim asks for a subject, which no other server works on then.
type Claim struct {
	Connection, Name string
	// Holder identifies the server.
	Holder string
	// Events are what the server is about to apply, as in Subject.Seen. A server that takes over learns of them.
	Events []string
	// Existing asks for it only if it exists.
	Existing bool
}

// Hold is a subject that a server has claimed, until it saves it or HoldTime has passed.
type Hold struct {
	// Subject is as it was saved last. One that is new has only its names.
	Subject Subject
	// Number grows with each hold of the subject. A save with an older one is refused.
	Number int64
	// Again says that it was taken over from a holder that didn't give it back, after Since, and that nothing was saved since then. What
	// that holder applied are Events.
	Again  bool
	Since  time.Time
	Events []string
}

// SubjectSave is what becomes of a held subject.
type SubjectSave struct {
	Subject Subject
	// Number is that of the hold.
	Number int64
	// Unchanged says that only the hold is given back.
	Unchanged bool
	// Keep keeps the hold, for the time that is left of it.
	Keep bool
	// KeepFor is how long the subject is kept after this change; 0 for SubjectKept.
	KeepFor time.Duration
	// Aliases are further names to set.
	Aliases []string
	// Cards are messages that show the subject, each once. Closed are those of them, or of earlier ones, that no longer do.
	Cards  []CardRecord
	Closed []chat.MessageRef
}

// How long records are kept after their last change. A later event about the same subject gets a new card.
const (
	SubjectKept = 30 * 24 * time.Hour
	AliasKept   = 30 * 24 * time.Hour
	// SeriesKept is longer: earlier results also matter for a job that runs once a quarter.
	SeriesKept = 180 * 24 * time.Hour
)

// CardRecord is a message that shows a subject.
type CardRecord struct {
	Message chat.MessageRef
	// Provider, Connection and Subject are what it is about.
	Provider, Connection, Subject string
	// Title and URL are as they came from outside; see chat.Card.
	Title, URL string
	State      chat.Message
	Tone       chat.Tone
	// Open says that the subject is in progress or waits for someone, and that this message shows it.
	Open bool
	// At is the time of the latest change by the provider's clock; zero if unknown.
	At time.Time
	// Shared says that a user sent it there; the channel need not follow the connection.
	Shared bool
}
