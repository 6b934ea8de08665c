// Package action carries out what users do with cards: clicks on their buttons and menus, the forms and sign-ins that these lead to, private
// cards, sharing, replies that go to the provider, and meetings about a card. It acts with the user's own account where users have
// accounts at the provider. It posts no cards itself.
package action

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Subjects is what cards are about.
type Subjects interface {
	// CardOf returns the record of a message of ours that shows a subject; false means that it is none.
	CardOf(ctx context.Context, m chat.MessageRef) (bridge.CardRecord, bool, error)
	// Subject returns a subject of a connection.
	Subject(ctx context.Context, connectionID, name string) (bridge.Subject, bool, error)
}

// Connections is what cards come from.
type Connections interface {
	// Connection returns the connection with this ID; false means that there is none.
	Connection(ctx context.Context, id string) (bridge.Connection, bool, error)
	// Claim reports whether this is the first to ask for the key within the time.
	Claim(ctx context.Context, key string, keep time.Duration) (bool, error)
}

// Surface tells the threads of cards what happened.
type Surface interface {
	// Reply posts a line into the thread. ErrGone for a channel that is archived or gone.
	Reply(ctx context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error)
	// Link returns the address of a message.
	Link(m chat.MessageRef) string
}

// Accounts are the users' accounts at providers.
type Accounts interface {
	// ConnectURL returns a link with which the user, and nobody else, authorizes at the site; see bridge.Sessions.
	ConnectURL(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, next string) (string, error)
	// SaveToken keeps a personal token as the user's account, after a call has shown whose it is.
	SaveToken(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, c provider.Credential) (provider.Account, error)
}

// Cards shows what an action changed.
type Cards interface {
	// Apply applies events of the connection to their subjects and their cards. It may be repeated after an error.
	Apply(ctx context.Context, c bridge.Connection, events []provider.Event) error
	// ApplySoon is Apply for callers that cannot repeat it: what cannot be shown at once is left to the queue.
	ApplySoon(ctx context.Context, c bridge.Connection, events []provider.Event) error
}

// Dependencies are what actions are carried out with.
type Dependencies struct {
	bridge.Providers
	Surface     Surface
	People      bridge.Directory
	Permissions bridge.Permissions
	Messenger   bridge.Messenger
	Subjects    Subjects
	Connections Connections
	Sessions    Accounts
	// Meetings starts Zoom meetings from cards; nil where none can be started.
	Meetings bridge.Meetings
	Audit    bridge.Audit

	Caller        *access.Caller
	Rights        *access.Rights
	AccessButtons *connection.AccessButtons
	Notices       *notice.Notices
	Prompts       *conversation.Prompts
	Trail         *conversation.Trail
	Cards         Cards

	Now func() time.Time
	Log *slog.Logger
}

// Service carries out actions. It is safe for use by several goroutines.
type Service struct {
	core
	*Threads
}

// core is what clicks and threads share: finding what an action is about, and showing what it changed.
type core struct{ Dependencies }

// Threads carries out what happens in a card's thread: meetings that start there, and replies that go to the provider.
type Threads struct{ core }

// New returns a service that works with these.
func New(d Dependencies) *Service {
	shared := core{Dependencies: d}
	return &Service{core: shared, Threads: &Threads{core: shared}}
}

// Operations returns what users can have done with cards, beside clicking them.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		attemptKind:     {Press: s.pressAttempt, Resume: s.resumeAttempt},
		attemptFormKind: {Answer: s.attemptAnswered, Resume: s.resumeAttempt},
		tokenKind:       {Press: s.pressToken, Answer: s.tokenEntered},
		shareKind:       {Press: s.pressShare},
		subjectKind:     {Press: s.pressAttempt, Resume: s.resumeAttempt},
		subjectFormKind: {Answer: s.attemptAnswered, Resume: s.resumeAttempt},
		meetKind:        {Resume: s.resumeMeeting},
		replyKind:       {Resume: s.resumeReply},
	}
}
