// Package account connects people in chat with their accounts in Zoom: who may act as whom, how they authorize, and how
// that ends.
//
// There are three ways, chosen by an admin: each user authorizes (a user-managed app), one admin authorizes for everyone
// (an admin-managed app), or the server authorizes itself (server-to-server OAuth). In the last two a person is matched
// with a Zoom user by email address, so the address must be known to be theirs.
package account

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Mode is how users authorize.
type Mode string

const (
	// ByUser has each user authorize a user-managed app.
	ByUser Mode = "user"
	// ByAdmin has one admin authorize an admin-managed app for everyone.
	ByAdmin Mode = "account"
	// ByServer has the server authorize itself with server-to-server OAuth.
	ByServer Mode = "s2s"
)

// Settings are what admins decide, as the service needs it.
type Settings struct {
	Mode     Mode
	ClientID string
	// TrustUnverifiedEmail lets addresses count that no one verified, on a server that verifies none.
	TrustUnverifiedEmail bool
	// ConnectURL is the address at which an authorization begins; the ticket goes into its query.
	ConnectURL string
}

// Directory is what the service needs of the chat product.
type Directory interface {
	// Person returns the user with this ID.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// VerifiesEmail reports whether this server makes people prove that an address is theirs.
	VerifiesEmail() bool
	// Direct has the bot write to someone.
	Direct(ctx context.Context, actor chat.Actor, text chat.Message) error
}

// Zoom is what the service calls in Zoom.
type Zoom interface {
	// User returns who the caller is in Zoom.
	User(ctx context.Context, as zoom.Caller) (zoom.User, error)
}

// Links remembers which person a Zoom user belongs to, and what was learned of them.
type Links interface {
	// Link notes that the Zoom user belongs to the person and returns to whom it belonged before, "" when to no one.
	Link(ctx context.Context, zoomUserID string, person chat.PersonID) (before chat.PersonID, err error)
	// Linked returns the person that the Zoom user belongs to, "" when no one.
	Linked(ctx context.Context, zoomUserID string) (person chat.PersonID, err error)
	// Unlink forgets it, if the Zoom user still belongs to the person.
	Unlink(ctx context.Context, zoomUserID string, person chat.PersonID) error
	// PersonalMeetingID returns what SetPersonalMeetingID stored for the person, "" when nothing.
	PersonalMeetingID(ctx context.Context, person chat.PersonID) (string, error)
	// SetPersonalMeetingID remembers the person's personal meeting ID for a time; "" forgets it.
	SetPersonalMeetingID(ctx context.Context, person chat.PersonID, id string, keep time.Duration) error
	// Legacy returns a record of the public plugin; nil when there is none.
	Legacy(ctx context.Context, key string) ([]byte, error)
	// RemoveLegacy removes a record of the public plugin.
	RemoveLegacy(ctx context.Context, key string) error
}

// Service connects, disconnects and says as whom a person acts.
type Service struct {
	*Callers
	*Authorizations
	*Connections
	*Deauthorizations
}

// Dependencies are what a Service works with.
type Dependencies struct {
	Settings func() Settings
	People   Directory
	Tokens   *oauth.Tokens
	Flow     *oauth.Flow
	Zoom     Zoom
	Links    Links
	Now      func() time.Time
	Log      *slog.Logger
}

// NewService returns a service that works with these.
func NewService(d Dependencies) *Service {
	left := &legacy{links: d.Links, tokens: d.Tokens, now: d.Now, log: d.Log}
	held := &grants{tokens: d.Tokens, legacy: left}
	return &Service{
		Callers: &Callers{
			settings: d.Settings, people: d.People, tokens: d.Tokens, grants: held, links: d.Links, zoom: d.Zoom, now: d.Now, log: d.Log,
		},
		Authorizations: &Authorizations{
			settings: d.Settings, people: d.People, flow: d.Flow, tokens: d.Tokens, grants: held, legacy: left, links: d.Links, zoom: d.Zoom,
			now: d.Now, log: d.Log,
		},
		Connections: &Connections{settings: d.Settings, people: d.People, grants: held, legacy: left, links: d.Links},
		Deauthorizations: &Deauthorizations{
			settings: d.Settings, people: d.People, tokens: d.Tokens, grants: held, legacy: left, links: d.Links, zoom: d.Zoom,
			now: d.Now, log: d.Log, asked: map[string]time.Time{},
		},
	}
}
