// Package console is how people use the bridge: commands, words in direct messages, windows of the webapp, pages and the sidebar, with the
// buttons and forms that they lead to.
package console

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/action"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/bridge/signin"
	"mattermost-plugin-zoom/server/bridge/subscription"
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

// Records is what the console reads and changes, beside connections.
type Records interface {
	connection.Store
	// Subject returns a subject of a connection.
	Subject(ctx context.Context, connectionID, name string) (bridge.Subject, bool, error)
	// UpdateSubject changes it; see delivery.Records.
	UpdateSubject(ctx context.Context, connectionID, name string, change func(*bridge.Subject) (bool, error)) (bridge.Subject, error)
	// SetAlias gives a subject a further name; it is kept for 30 days.
	SetAlias(ctx context.Context, connectionID, name, subject string) error
	// Rotations returns the provider's lists of who is on call.
	Rotations(ctx context.Context, providerID string) ([]bridge.Rotation, error)
	// UpdateRotations changes them.
	UpdateRotations(ctx context.Context, providerID string, change func(*[]bridge.Rotation) bool) error
}

// Dependencies are what the service works with.
type Dependencies struct {
	bridge.Providers
	Surface     bridge.Surface
	People      bridge.Directory
	Permissions bridge.Permissions
	Messenger   bridge.Messenger
	Records     Records
	Inbox       bridge.Inbox
	Seals       bridge.Seals
	Sessions    bridge.Sessions
	Meetings    bridge.Meetings
	Audit       bridge.Audit

	Keys           *access.Keys
	Caller         *access.Caller
	Rights         *access.Rights
	Directory      *connection.Directory
	Cards          Cards
	Journal        connection.Journal
	Reconciliation connection.Reconciliation

	Now func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// Service is the console. It is safe for use by several goroutines.
type Service struct {
	Dependencies
	Notices       *notice.Notices
	Prompts       *conversation.Prompts
	Trail         *conversation.Trail
	AccessButtons *connection.AccessButtons
	Connections   *connection.Service
	Subscriptions *subscription.Service
	SignIns       *signin.Service
	Actions       *action.Service
	// Requests are all that users can have done.
	Requests *conversation.Registry
}

// New returns a console that works with these.
func New(d Dependencies) *Service {
	s := &Service{Dependencies: d}
	s.Notices = &notice.Notices{People: s.People, Messenger: s.Messenger, Log: s.Log}
	s.Prompts = &conversation.Prompts{Seals: s.Seals, Now: s.Now}
	s.Trail = &conversation.Trail{Audit: s.Audit}
	s.Requests = &conversation.Registry{Providers: s.Providers, Prompts: s.Prompts, Trail: s.Trail, Messenger: s.Messenger, Log: s.Log}
	s.AccessButtons = &connection.AccessButtons{Providers: s.Providers, Prompts: s.Prompts}
	s.SignIns = signin.New(signin.Dependencies{
		Providers: s.Providers, People: s.People, Sessions: s.Sessions, Notices: s.Notices, Prompts: s.Prompts, Trail: s.Trail, Requests: s.Requests,
		Log: s.Log,
	})
	s.Subscriptions = subscription.New(subscription.Dependencies{
		Providers: s.Providers, Channels: s.People, Permissions: s.Permissions, Records: s.Records, Sessions: s.Sessions, Rights: s.Rights, Directory: s.Directory,
		Notices: s.Notices, Prompts: s.Prompts, Trail: s.Trail, AccessButtons: s.AccessButtons, Now: s.Now, Log: s.Log,
	})
	s.Connections = connection.New(connection.Dependencies{
		Providers: s.Providers, People: s.People, Permissions: s.Permissions, Messenger: s.Messenger, Records: s.Records, Inbox: s.Inbox, Sessions: s.Sessions, Keys: s.Keys, Caller: s.Caller,
		Rights: s.Rights, Directory: s.Directory, AccessButtons: s.AccessButtons, Notices: s.Notices, Prompts: s.Prompts, Trail: s.Trail,
		SignIns: s.SignIns, Parts: s.Subscriptions, Cards: s.Cards, Journal: s.Journal, Reconciliation: s.Reconciliation, Now: s.Now, Log: s.Log,
	})
	s.Actions = action.New(action.Dependencies{
		Providers: s.Providers, Surface: s.Surface, People: s.People, Permissions: s.Permissions, Messenger: s.Messenger, Records: s.Records, Sessions: s.Sessions, Meetings: s.Meetings,
		Audit: s.Audit, Caller: s.Caller, Rights: s.Rights, AccessButtons: s.AccessButtons, Notices: s.Notices, Prompts: s.Prompts,
		Trail: s.Trail, Cards: s.Cards, Now: s.Now, Log: s.Log,
	})
	for _, all := range []map[string]conversation.Operation{s.operations(), s.Actions.Operations(), s.Connections.Operations(), s.Subscriptions.Operations(), s.SignIns.Operations()} {
		s.Requests.Register(all)
	}
	return s
}

// Tasks returns what carries out the console's tasks, by their keys.
func (s *Service) Tasks() map[string]func(context.Context, bridge.Job) error {
	all := s.Connections.Tasks()
	all[dutyKey] = s.postDuty
	return all
}
