// Package lookup is what users do with subjects that they name or search for, apart from cards: create one, find one, preview it alone,
// send its card to a channel, add a note. It acts with the user's own account at the provider. What happens under a card is package action.
package lookup

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Names keeps further names of subjects.
type Names interface {
	// SetAlias gives a subject a further name; it is kept for 30 days.
	SetAlias(ctx context.Context, connectionID, name, subject string) error
}

// Surface knows where messages are.
type Surface interface {
	// Link returns the address of a message.
	Link(m chat.MessageRef) string
}

// Cards shows subjects in channels.
type Cards interface {
	// ApplySoon applies events of the connection to their subjects and their cards. What can't be shown at once is left to the queue.
	ApplySoon(ctx context.Context, c bridge.Connection, events []provider.Event) error
	// Change changes a subject and shows what that brings up; see delivery.Applier.
	Change(ctx context.Context, c bridge.Connection, subject string, change func(*bridge.Subject) bool) error
	// CardBeside returns the connection, other than this, by which the channel shows the subject of the same site, and the card.
	CardBeside(ctx context.Context, c bridge.Connection, place chat.Place, subject string) (bridge.Connection, chat.MessageRef, error)
}

// PrivateNotes makes notes that one user sees.
type PrivateNotes interface {
	// PrivateCard returns a subject of the connection as a note for one user, with its actions as buttons and the offers behind them.
	PrivateCard(ctx context.Context, w conversation.Request, c bridge.Connection, subject string, intro chat.Message, offers ...conversation.Offer) (chat.Note, error)
	// Shareable returns the note with a button that posts the message in the channel; without one where there is no message.
	Shareable(ctx context.Context, note chat.Note, message chat.Message, what conversation.Intent) (chat.Note, error)
}

// SignIn has users sign in.
type SignIn interface {
	// OrSignIn returns the error, or a link to sign in if that is what is missing; see connection.Form.
	OrSignIn(ctx context.Context, w conversation.Request, operation string, site provider.Site, err error) (chat.Note, error)
}

// Dependencies are what lookups work with.
type Dependencies struct {
	bridge.Providers
	Surface Surface
	People  bridge.Directory
	Names   Names
	Homes   *access.Homes
	SignIn  SignIn
	Notices *notice.Notices
	Prompts *conversation.Prompts
	Cards   Cards
	Notes   PrivateNotes

	Now func() time.Time
	Log *slog.Logger
}

// Service carries out lookups. It is safe for use by several goroutines.
type Service struct{ Dependencies }

// New returns a service that works with these.
func New(d Dependencies) *Service { return &Service{Dependencies: d} }

// Operations returns what users can do with subjects apart from cards.
func (s *Service) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{
		conversation.OpCreate:       {Run: s.create},
		createForm:                  {Answer: s.submitCreate, Choices: s.createChoices},
		conversation.OpSearch:       {Run: s.search},
		conversation.OpLook:         {Run: s.preview, Answer: s.submitLook, Choices: s.choices},
		conversation.OpSend:         {Run: s.send},
		conversation.OpAnnotate:     {Run: s.annotate},
		conversation.OpAnnotateThis: {Run: s.annotateThis},
		annotateForm:                {Answer: s.submitNote, Choices: s.choices},
	}
}

// home returns the home of the user who makes the request.
func (s *Service) home(ctx context.Context, w conversation.Request, resources provider.AccountHome) (access.Home, error) {
	return s.Homes.Of(ctx, w.Actor, w.Place, w.Provider, resources)
}
