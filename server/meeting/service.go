package meeting

import (
	"log/slog"
	"time"
)

// Service starts meetings and tracks them.
type Service struct {
	*Starter
	*Buttons
	*Commands
	*Tracker
	*Reconciler
}

// Dependencies are what a Service works with.
type Dependencies struct {
	Settings func() Settings
	Chat     Chat
	Board    Board
	Zoom     Zoom
	Accounts Accounts
	Index    Index
	Seals    Seals
	Runner   Runner
	// Background runs a function that no user waits for. The plugin doesn't end before it has returned.
	Background func(func())
	Now        func() time.Time
	Log        *slog.Logger
}

// NewService returns a Service with these dependencies.
func NewService(d Dependencies) *Service {
	offered := &intents{seals: d.Seals, now: d.Now}
	shown := &posts{board: d.Board, index: d.Index, now: d.Now}
	recovered := &recovery{board: d.Board, index: d.Index}
	starter := &Starter{
		settings: d.Settings, chat: d.Chat, board: d.Board, accounts: d.Accounts, index: d.Index,
		meetings: &zoomMeetings{zoom: d.Zoom, accounts: d.Accounts},
		prompts:  &prompts{chat: d.Chat, board: d.Board, accounts: d.Accounts, intents: offered, log: d.Log},
		memory:   &memory{chat: d.Chat, index: d.Index, log: d.Log}, recovery: recovered, background: d.Background,
		reservations: &reservations{chat: d.Chat, index: d.Index, now: d.Now, log: d.Log},
		now:          d.Now, log: d.Log,
	}
	return &Service{
		Starter:  starter,
		Buttons:  &Buttons{accounts: d.Accounts, index: d.Index, intents: offered, starter: starter, log: d.Log},
		Commands: &Commands{accounts: d.Accounts, index: d.Index, intents: offered, starter: starter},
		Tracker:  &Tracker{index: d.Index, posts: shown, now: d.Now},
		Reconciler: &Reconciler{
			chat: d.Chat, zoom: d.Zoom, accounts: d.Accounts, index: d.Index, posts: shown, runner: d.Runner, recovery: recovered, now: d.Now, log: d.Log,
		},
	}
}
