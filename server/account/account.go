// Package account connects people in chat with their accounts at Zoom: who may act as whom, how they authorize, and how
// that ends.
//
// There are three ways, chosen by an admin: each user authorizes (a user-managed app), one admin authorizes for everybody
// (an admin-managed app), or the server authorizes itself (server-to-server OAuth). In the last two a person is matched
// with a Zoom user by email address, so the address must be known to be theirs.
package account

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Mode is how users authorize.
type Mode string

const (
	// ByUser has each user authorize a user-managed app.
	ByUser Mode = "user"
	// ByAdmin has one admin authorize an admin-managed app for everybody.
	ByAdmin Mode = "account"
	// ByServer has the server authorize itself with server-to-server OAuth.
	ByServer Mode = "s2s"
)

// Settings are what admins decide, as the service needs it.
type Settings struct {
	Mode     Mode
	ClientID string
	// TrustUnverifiedEmail lets addresses count that nobody verified, on a server that verifies none.
	TrustUnverifiedEmail bool
	// ConnectURL is the address at which an authorization begins; the ticket goes into its query.
	ConnectURL string
}

// Directory is what the service needs of the chat product.
type Directory interface {
	// Person returns who has this id.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// VerifiesEmail reports whether this server makes people prove that an address is theirs.
	VerifiesEmail() bool
	// DirectMessage has the bot write to somebody.
	DirectMessage(ctx context.Context, actor chat.Actor, text chat.Message) error
}

// Zoom is what the service calls at Zoom.
type Zoom interface {
	// User returns who the caller is at Zoom.
	User(ctx context.Context, as zoom.Caller) (zoom.User, error)
}

// Links remembers which person a Zoom user belongs to, and what was learned of them.
type Links interface {
	// Link notes that the Zoom user belongs to the person and returns to whom it belonged before, "" when to nobody.
	Link(ctx context.Context, zoomUserID string, person chat.PersonID) (before chat.PersonID, err error)
	// Linked returns the person that the Zoom user belongs to, "" when nobody.
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
	settings func() Settings
	people   Directory
	tokens   *oauth.Tokens
	flow     *oauth.Flow
	zoom     Zoom
	links    Links
	now      func() time.Time
	log      *slog.Logger

	mu sync.Mutex
	// scopeMissed is when the server's token was last dropped for want of a scope.
	scopeMissed time.Time
	// asked is when Zoom was last asked about a user whose deauthorization nobody could verify.
	asked map[string]time.Time
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
	return &Service{
		settings: d.Settings, people: d.People, tokens: d.Tokens, flow: d.Flow, zoom: d.Zoom, links: d.Links, now: d.Now, log: d.Log,
		asked: map[string]time.Time{},
	}
}

// accountGrant is the name of the one grant of an admin-managed app.
const accountGrant = "account"

// Caller returns the identity for the person's calls at Zoom. With a user-managed app that is "me" and the person's own
// grant; Zoom refuses anything else there. Otherwise it is the person's address and the shared grant.
// Faults: EmailUnverified, EmailUntrusted. A missing grant shows only when its token is asked for.
func (s *Service) Caller(_ context.Context, who chat.Person) (zoom.Caller, error) {
	settings := s.settings()
	if settings.Mode == ByUser {
		return zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: s.grant(string(who.ID))}, nil
	}
	if err := s.trusted(who, settings); err != nil {
		return zoom.Caller{}, err
	}
	if settings.Mode == ByServer {
		return zoom.Caller{App: zoom.ServerApp, User: who.Email, Tokens: s.tokens.Server()}, nil
	}
	return zoom.Caller{App: zoom.AccountApp, User: who.Email, Tokens: s.grant(accountGrant)}, nil
}

// trusted reports whether the person's address is known to be theirs: else anybody could start meetings as anybody.
func (s *Service) trusted(who chat.Person, settings Settings) error {
	switch {
	case who.EmailVerified, who.IdentityProvider != "":
		return nil
	case s.people.VerifiesEmail():
		return fault.New(fault.EmailUnverified).With("Email", who.Email)
	case settings.TrustUnverifiedEmail:
		return nil
	default:
		return fault.New(fault.EmailUntrusted).With("Email", who.Email)
	}
}

// ScopeMissed reacts to a call that Zoom refused for want of a scope. An admin adds it at Zoom, and a token that the server
// issued to itself before that would go on without it until it runs out; so that token is dropped.
func (s *Service) ScopeMissed(ctx context.Context) {
	if s.settings().Mode != ByServer || !s.scopeDue() {
		return
	}
	if err := s.tokens.Server().Drop(ctx, false); err != nil {
		s.log.Warn("The server's token couldn't be deleted", "error", err.Error())
	}
}

// scopePause is how often a missing scope makes the server get itself a new token: one person who tries again and again must
// not make it ask Zoom each time.
const scopePause = time.Minute

func (s *Service) scopeDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.scopeMissed) < scopePause {
		return false
	}
	s.scopeMissed = s.now()
	return true
}

// SharedGrant returns a function that tries the grant which everybody depends on; nil where each user has their own.
func (s *Service) SharedGrant() func(ctx context.Context) error {
	var grant zoom.TokenSource
	switch s.settings().Mode {
	case ByAdmin:
		grant = s.grant(accountGrant)
	case ByServer:
		grant = s.tokens.Server()
	default:
		return nil
	}
	return func(ctx context.Context) error {
		_, err := grant.Token(ctx)
		return err
	}
}
