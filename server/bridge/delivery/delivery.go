// Package delivery carries deliveries from a provider's request to the cards in channels: it verifies and stores them, folds their events
// into subjects, plans what each channel sees, posts and updates cards and replies, and keeps the journal of it. It makes no connections,
// and knows neither commands nor clicks.
package delivery

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Connections is what deliveries are for.
type Connections interface {
	// Recent returns the connection as it is or was a few seconds ago, mostly from memory; false means that there is none.
	Recent(ctx context.Context, id string) (bridge.Connection, bool, error)
	// Connection returns the connection as it is.
	Connection(ctx context.Context, id string) (bridge.Connection, bool, error)
	// UpdateConnection changes a connection. One that change leaves without an ID is deleted.
	UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error)
	// Claim reports whether this is the first to ask for the key within the time.
	Claim(ctx context.Context, key string, keep time.Duration) (bool, error)
}

// Deliveries is what is known of the deliveries of connections.
type Deliveries interface {
	// Log adds entries to the logs of connections, the oldest first, by their IDs. After an error nothing was added.
	Log(ctx context.Context, entries map[string][]bridge.Entry) error
}

// Surface is where cards are shown; see bridge.Surface.
type Surface interface {
	// Post puts a card into a channel or thread and returns the post's ID. bridge.ErrGone for a channel that is archived or gone.
	Post(ctx context.Context, p chat.Posting) (chat.MessageRef, error)
	// Update brings the card of a post up to date. bridge.ErrGone for a post that is deleted or cannot be changed.
	Update(ctx context.Context, m chat.MessageRef, p chat.Posting) error
	// Reply posts a line into the thread. bridge.ErrGone likewise.
	Reply(ctx context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error)
	// Find returns the post in the place that carries the mark and was made since then, "" when there is none.
	Recover(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error)
	// Link returns the address of a post.
	Link(m chat.MessageRef) string
}

// Keys are what connections prove themselves with.
type Keys interface {
	// Open returns the keys of the connection. Fault: Unreadable.
	Open(ctx context.Context, c bridge.Connection) (bridge.Keys, error)
	// Promote puts the candidate in force that a delivery proved, if any, and returns the proof as it is then.
	Promote(ctx context.Context, c bridge.Connection, keys bridge.Keys, proof provider.Proof) provider.Proof
}

// Caller says as whom a provider is called in the background.
type Caller interface {
	// Background returns such a session. Faults: HostUnknown, AccountNeeded, AccountRejected, Unreadable.
	Background(ctx context.Context, c bridge.Connection) (provider.Session, error)
}

// Directory knows which connections channels follow.
type Directory interface {
	// Following returns the provider's connections that the channel follows.
	Following(ctx context.Context, providerID string, places ...chat.Place) ([]bridge.Connection, error)
}

// Dependencies are what deliveries are carried out with.
type Dependencies struct {
	bridge.Providers
	Subjects    subject.Records
	Connections Connections
	Deliveries  Deliveries
	Surface     Surface
	Channels    bridge.Channels
	Permissions bridge.Permissions
	Messenger   bridge.Messenger
	Inbox       bridge.Inbox
	Keys        Keys
	Caller      Caller
	Directory   Directory
	Notices     *notice.Notices
	// CanMeet says that cards have a button that starts a Zoom meeting.
	CanMeet bool
	Now     func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// core is what all parts of the package share.
type core struct{ Dependencies }

// Parts are what the package does, each by itself: receiving requests, carrying out jobs, showing cards, and the journal.
type Parts struct {
	Receiver *Receiver
	Worker   *Worker
	Cards    *Applier
	Journal  *Journal
}

// Receiver takes providers' requests.
type Receiver struct {
	*core
	intake  *intake
	journal *Journal
}

// Worker carries out jobs: deliveries, events, and tasks.
type Worker struct {
	*core
	applier *Applier
	journal *Journal
	tasks   map[string]TaskHandler
}

// Applier applies events to subjects, and brings their cards up to date.
type Applier struct {
	*core
	holds     *subject.Holds
	series    *subject.Series
	presenter *Presenter
}

// Presenter posts and updates what channels see of subjects.
type Presenter struct {
	*core
	holds   *subject.Holds
	journal *Journal
}

// New returns the parts of the package, which are safe for use by several goroutines. What they remember is a journal that is not yet
// written, and the series that were changed last.
func New(d Dependencies) Parts {
	c := &core{Dependencies: d}
	journal := &Journal{core: c, pending: newPending()}
	claims := subject.NewHolds(d.Subjects, d.Now)
	applier := &Applier{core: c, holds: claims, series: subject.NewSeries(d.Subjects, d.Now), presenter: &Presenter{core: c, holds: claims, journal: journal}}
	worker := &Worker{core: c, applier: applier, journal: journal, tasks: map[string]TaskHandler{}}
	worker.Register(reconcileKey, worker.reconcile)
	return Parts{Receiver: &Receiver{core: c, intake: newIntake(), journal: journal}, Worker: worker, Cards: applier, Journal: journal}
}
