// Package access says, at this moment, who may change what channels are connected to, as whom a provider is called, and with which keys
// a connection proves itself. It makes no connections and shows nothing.
package access

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Connections is what the keys of connections are kept in.
type Connections interface {
	// UpdateConnection changes a connection; see delivery.Connections.
	UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error)
}

// Keys opens and changes what connections keep to themselves.
type Keys struct {
	bridge.Providers
	Connections Connections
	Seals       bridge.Seals
	Audit       bridge.Audit
	Now         func() time.Time
	Log         *slog.Logger
}

// Accounts makes sessions at a provider.
type Accounts interface {
	// Sites returns where the provider is installed; see bridge.Sessions.
	Sites(ctx context.Context, providerID string) ([]provider.Site, error)
	// ForUser returns a session that acts as the user's own account at the site. Faults: AccountNeeded, AccountRejected.
	ForUser(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) (provider.Session, error)
	// With returns a session that shows the credential to the site.
	With(ctx context.Context, providerID string, site provider.Site, c provider.Credential) (provider.Session, error)
}

// Caller says as whom a provider is called for a connection.
type Caller struct {
	bridge.Providers
	Sessions Accounts
	Keys     *Keys
}

// Rights says who may change what channels are connected to.
type Rights struct {
	bridge.Providers
	People      bridge.Directory
	Permissions bridge.Permissions
}
