// Package console is how people reach the bridge: commands, words in direct messages, windows of the webapp, pages and the sidebar. It
// leads to operations, and carries out none.
package console

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/bridge/signin"
	"mattermost-plugin-zoom/server/bridge/subscription"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Subjects is what the sidebar reads.
type Subjects interface {
	// OpenCards returns the cards of the channel whose subjects are open, the latest first.
	OpenCards(ctx context.Context, place chat.Place, limit int) ([]bridge.CardRecord, error)
	// CloseCard notes that the message, if it is a card, no longer shows its subject.
	CloseCard(ctx context.Context, m chat.MessageRef) error
}

// Sites knows where providers are installed.
type Sites interface {
	// Sites returns where the provider is installed; see bridge.Sessions.
	Sites(ctx context.Context, providerID string) ([]provider.Site, error)
}

// Rotations knows the channels' lists of who is on call.
type Rotations interface {
	// In returns the channel's rotations.
	In(ctx context.Context, providerID string, place chat.Place) ([]bridge.Rotation, error)
}

// Dependencies are what the console works with.
type Dependencies struct {
	bridge.Providers
	People      bridge.Directory
	Permissions bridge.Permissions
	Messenger   bridge.Messenger
	Subjects    Subjects
	Sessions    Sites
	Connections Connections
	Keys        *access.Keys

	Rights        *access.Rights
	Directory     *connection.Directory
	AccessButtons *connection.AccessButtons
	Notices       *notice.Notices
	Prompts       *conversation.Prompts
	// Requests are all operations that users can have done.
	Requests      *conversation.Registry
	Subscriptions *subscription.Service
	SignIns       *signin.Service
	Rotations     Rotations

	Now func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// Service is the console. It is safe for use by several goroutines.
type Service struct{ Dependencies }

// New returns a console that works with these.
func New(d Dependencies) *Service { return &Service{Dependencies: d} }

// Operations returns what the console itself does for users.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		conversation.OpSay:    {Run: s.saying},
		conversation.OpCancel: {Run: conversation.Cancelled},
	}
}
