// Package account connects users with their Zoom accounts: as which Zoom user a person acts, how they authorize, and how that ends. It
// doesn't store or renew tokens (package oauth) and starts no meetings.
//
// An admin chooses one of three ways: each user authorizes (a user-managed app), one admin authorizes for everyone (an admin-managed
// app), or the server authorizes itself (server-to-server OAuth). In the last two, persons are matched with Zoom users by email address,
// so the address must be known to be theirs.
package account

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Mode is the way in which users authorize.
type Mode string

const (
	// ByUser means that each user authorizes a user-managed app.
	ByUser Mode = "user"
	// ByAdmin means that one admin authorizes an admin-managed app for everyone.
	ByAdmin Mode = "account"
	// ByServer means that the server authorizes itself with server-to-server OAuth.
	ByServer Mode = "s2s"
)

// Settings are the admins' settings that the service needs.
type Settings struct {
	Mode     Mode
	ClientID string
	// TrustUnverifiedEmail accepts unverified addresses on a server that verifies none.
	TrustUnverifiedEmail bool
	// ConnectURL is the address at which an authorization starts; the ticket goes into its query.
	ConnectURL string
}

// Directory is what the service needs from the chat product.
type Directory interface {
	// Person returns the user with this ID.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// VerifiesEmail reports whether this server requires users to verify their email address.
	VerifiesEmail() bool
	// Direct sends the actor a direct message from the bot.
	Direct(ctx context.Context, actor chat.Actor, text chat.Message) error
}

// Zoom is what the service calls in Zoom.
type Zoom interface {
	// User returns the caller's Zoom user.
	User(ctx context.Context, as zoom.Caller) (zoom.User, error)
}

// PersonalMeetings stores the personal meeting IDs of persons. Starts read them.
type PersonalMeetings interface {
	// SetPersonalMeetingID stores the person's personal meeting ID for this long; "" removes it.
	SetPersonalMeetingID(ctx context.Context, person chat.PersonID, id string, keep time.Duration) error
}

// Left is what the public plugin left in the key-value table.
type Left interface {
	// Get returns a record; nil for none.
	Get(key string) ([]byte, error)
	// Delete removes a record; a missing one is no error.
	Delete(key string) error
}

// Service connects and disconnects users and returns the identity under which they act in Zoom.
type Service struct {
	*Callers
	*Authorizations
	*Connections
	*Deauthorizations
	*Predecessor
}

// Dependencies are what a Service works with.
type Dependencies struct {
	Settings func() Settings
	People   Directory
	Tokens   *oauth.Tokens
	Flow     *oauth.Flow
	Zoom     Zoom
	Personal PersonalMeetings
	Left     Left
	Now      func() time.Time
	Log      *slog.Logger
}

// NewService returns a Service with these dependencies.
func NewService(d Dependencies) *Service {
	left := &Predecessor{left: d.Left, tokens: d.Tokens, now: d.Now, log: d.Log}
	held := &grants{tokens: d.Tokens, legacy: left}
	return &Service{
		Predecessor: left,
		Callers: &Callers{
			settings: d.Settings, people: d.People, tokens: d.Tokens, grants: held, personal: d.Personal, zoom: d.Zoom, now: d.Now, log: d.Log,
		},
		Authorizations: &Authorizations{
			settings: d.Settings, people: d.People, flow: d.Flow, tokens: d.Tokens, grants: held, legacy: left, personal: d.Personal, zoom: d.Zoom,
			now: d.Now, log: d.Log,
		},
		Connections: &Connections{settings: d.Settings, people: d.People, grants: held, legacy: left, personal: d.Personal},
		Deauthorizations: &Deauthorizations{
			settings: d.Settings, people: d.People, tokens: d.Tokens, grants: held, legacy: left, zoom: d.Zoom,
			now: d.Now, log: d.Log, asked: map[string]time.Time{},
		},
	}
}
