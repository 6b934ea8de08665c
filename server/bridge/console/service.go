// Package console is how people use the bridge: commands, words in direct messages, windows of the webapp, pages and the sidebar, with the
// buttons and forms that they lead to.
package console

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Cards is what users' actions do to the cards of subjects.
type Cards interface {
	// Apply applies events of the connection to their subjects and their cards. It may be repeated after an error.
	Apply(ctx context.Context, c bridge.Connection, events []provider.Event) error
	// ApplySoon is Apply for callers that cannot repeat it: what cannot be shown at once is left to the queue.
	ApplySoon(ctx context.Context, c bridge.Connection, events []provider.Event) error
	// Show shows what waits to be shown of a subject.
	Show(ctx context.Context, c bridge.Connection, subject string) error
	// ShowSoon is Show for callers that cannot repeat it.
	ShowSoon(ctx context.Context, c bridge.Connection, subject string) error
	// CardBeside returns the connection, other than this, by which the channel shows the subject of the same site, and the card.
	CardBeside(ctx context.Context, c bridge.Connection, place chat.Place, subject string) (bridge.Connection, chat.MessageRef, error)
}

// Journal writes what this server knows of deliveries.
type Journal interface {
	// Flush writes it now, so that whoever reads the journal next finds it there.
	Flush(ctx context.Context)
}

// Reconciliation has missed deliveries looked up.
type Reconciliation interface {
	// ScheduleReconcile has what is missed since then looked up after a while.
	ScheduleReconcile(ctx context.Context, c bridge.Connection, since time.Time) error
}

// Dependencies are what the service works with.
type Dependencies struct {
	bridge.Providers
	Surface  bridge.Surface
	People   bridge.People
	Records  bridge.Records
	Inbox    bridge.Inbox
	Seals    bridge.Seals
	Sessions bridge.Sessions
	Meetings bridge.Meetings
	Audit    bridge.Audit

	Keys           *access.Keys
	Caller         *access.Caller
	Rights         *access.Rights
	Directory      *connection.Directory
	Notices        *notice.Notices
	Cards          Cards
	Journal        Journal
	Reconciliation Reconciliation

	Now func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// Service is the console. It is safe for use by several goroutines.
type Service struct {
	Dependencies
	// windowed says that what people are asked goes to a window, which has room for more than a dialog.
	windowed bool
}

// New returns a console that works with these.
func New(d Dependencies) *Service { return &Service{Dependencies: d} }

// Tasks returns what carries out the console's tasks, by their keys.
func (s *Service) Tasks() map[string]func(context.Context, bridge.Job) error {
	return map[string]func(context.Context, bridge.Job) error{dutyKey: s.postDuty, repairKey: s.lookAfter}
}
