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

// Callers returns the identity under which a person acts in Zoom.
type Callers struct {
	settings func() Settings
	people   Directory
	tokens   *oauth.Tokens
	grants   *grants
	personal PersonalMeetings
	zoom     Zoom
	now      func() time.Time
	log      *slog.Logger

	mu sync.Mutex
	// scopeMissed is the last time the server's token was dropped because it lacked a scope.
	scopeMissed time.Time
}

// Caller returns the identity for the person's calls to Zoom. With a user-managed app that is "me" with the person's own grant, the only
// identity that Zoom accepts there. Otherwise it is the person's email address with the shared grant. Faults: EmailUnverified,
// EmailUntrusted. A missing grant is reported only when its token is requested.
func (s *Callers) Caller(_ context.Context, who chat.Person) (zoom.Caller, error) {
	settings := s.settings()
	if settings.Mode == ByUser {
		return callerOf(zoom.UserApp, zoom.Me, s.grants.of(string(who.ID))), nil
	}
	if err := s.trusted(who, settings); err != nil {
		return zoom.Caller{}, err
	}
	if settings.Mode == ByServer {
		return callerOf(zoom.ServerApp, who.Email, s.tokens.Server()), nil
	}
	return callerOf(zoom.AccountApp, who.Email, s.grants.of(accountGrant)), nil
}

// named is a grant that knows the name under which it is stored.
type named interface {
	zoom.TokenSource
	Name() string
}

func callerOf(app zoom.AppKind, user string, grant named) zoom.Caller {
	return zoom.Caller{App: app, User: user, Tokens: grant, Grant: grant.Name()}
}

// GrantRead tells that the caller's grant was read together with other records, sealed as it is stored: calls in the next seconds don't
// read it again.
func (s *Callers) GrantRead(ctx context.Context, as zoom.Caller, sealed string) {
	s.tokens.Read(ctx, as.Grant, sealed)
}

// trusted checks that the person's address is known to be theirs: otherwise anyone could start meetings as anyone.
func (s *Callers) trusted(who chat.Person, settings Settings) error {
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

// ScopeMissed handles a call that Zoom refused because of a missing scope. After an admin adds the scope in Zoom, a token that the server
// got before still lacks it until the token expires, so that token is dropped.
func (s *Callers) ScopeMissed(ctx context.Context) {
	if s.settings().Mode != ByServer || !s.scopeDue() {
		return
	}
	if err := s.tokens.Server().Drop(ctx, false); err != nil {
		s.log.Warn("The server's token couldn't be deleted", "error", err.Error())
	}
}

// scopePause is the minimum time between two tokens that the server gets because of a missing scope: a user who keeps retrying must not
// cause a request to Zoom each time.
const scopePause = time.Minute

func (s *Callers) scopeDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.scopeMissed) < scopePause {
		return false
	}
	s.scopeMissed = s.now()
	return true
}

// SharedGrant returns a function that tests the grant that everyone depends on; nil if each user has their own.
func (s *Callers) SharedGrant() func(ctx context.Context) error {
	var grant zoom.TokenSource
	switch s.settings().Mode {
	case ByAdmin:
		grant = s.grants.of(accountGrant)
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
