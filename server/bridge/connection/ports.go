package connection

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Store is what connections are kept in.
type Store interface {
	Connections
	// Named returns the provider's connections with this name, whatever its case.
	Named(ctx context.Context, providerID, name string) ([]bridge.Connection, error)
	// UpdateConnection changes a connection; no other change of it comes in between. One that change leaves without an ID is deleted.
	UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error)
	// Claim reports whether this is the first to ask for the key within the time.
	Claim(ctx context.Context, key string, keep time.Duration) (bool, error)
}

// Deliveries is what is known of the deliveries of connections.
type Deliveries interface {
	// Entries returns what a channel may know of the deliveries of connections, by their IDs, the newest first. It is one statement.
	Entries(ctx context.Context, q bridge.LogQuery) (map[string][]bridge.Entry, error)
	// Summaries returns what their latest deliveries say to all who follow them, by their IDs; those without deliveries are missing.
	Summaries(ctx context.Context, connectionIDs []string) (map[string]bridge.LogSummary, error)
}

// Accounts makes sessions at providers, and links with which users authorize there.
type Accounts interface {
	access.Accounts
	// ConnectURL returns a link with which only this user authorizes at the site; see bridge.Sessions.
	ConnectURL(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, next string) (string, error)
}

// SignIns knows where users are signed in, and signs them out.
type SignIns interface {
	// SignedIn returns the sites at which the user has an account that can be used.
	SignedIn(ctx context.Context, w conversation.Request) []provider.Site
	// SignOut ends the user's sign-in at all sites.
	SignOut(ctx context.Context, w conversation.Request) (chat.Note, error)
	// OfferSignOut asks a user whose channel is connected to nothing whether to sign out; nothing is returned to those who aren't signed in.
	OfferSignOut(ctx context.Context, w conversation.Request, nothing error) (chat.Note, error)
}

// Parts knows the channel's subscriptions to parts of a connection, and its rules.
type Parts interface {
	// PartsCalled returns the channel's subscriptions that the request's text names, where the provider's things have parts.
	PartsCalled(ctx context.Context, w conversation.Request) ([]bridge.Subscribed, error)
	// ConfirmPart asks whether to end one subscription.
	ConfirmPart(ctx context.Context, w conversation.Request, f bridge.Subscribed) (chat.Note, error)
	// EndPart ends the request's subscription; the connection goes on.
	EndPart(ctx context.Context, w conversation.Request, c bridge.Connection) (chat.Message, error)
	// DropPart removes the subscription from the record and returns its title, "" if there is none.
	DropPart(ctx context.Context, w conversation.Request, connectionID, subscriptionID string) (title string, err error)
	// RoomForRule checks that a channel with so many rules may have one more. Fault: TooMany.
	RoomForRule(providerID string, rules int) error
}

// Cards shows the card that tries a connection out.
type Cards interface {
	// Apply applies events of the connection to their subjects and their cards.
	Apply(ctx context.Context, c bridge.Connection, events []provider.Event) error
}

// Journal writes what this server knows of deliveries.
type Journal interface {
	// Flush writes it now, so that the next reader of the journal finds it there.
	Flush(ctx context.Context)
}

// Reconciliation has missed deliveries looked up.
type Reconciliation interface {
	// ScheduleReconcile has what is missed since then looked up after a while.
	ScheduleReconcile(ctx context.Context, c bridge.Connection, since time.Time) error
}
