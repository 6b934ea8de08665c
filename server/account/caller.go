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

// Callers says as whom a person acts in Zoom.
type Callers struct {
	settings func() Settings
	people   Directory
	tokens   *oauth.Tokens
	grants   *grants
	links    Links
	zoom     Zoom
	now      func() time.Time
	log      *slog.Logger

	mu sync.Mutex
	// scopeMissed is when the server's token was last dropped for want of a scope.
	scopeMissed time.Time
}

// Caller returns the identity for the person's calls at Zoom. With a user-managed app that is "me" and the person's own
// grant; Zoom refuses anything else there. Otherwise it is the person's address and the shared grant.
// Faults: EmailUnverified, EmailUntrusted. A missing grant shows only when its token is asked for.
func (s *Callers) Caller(_ context.Context, who chat.Person) (zoom.Caller, error) {
	settings := s.settings()
	if settings.Mode == ByUser {
		return zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: s.grants.of(string(who.ID))}, nil
	}
	if err := s.trusted(who, settings); err != nil {
		return zoom.Caller{}, err
	}
	if settings.Mode == ByServer {
		return zoom.Caller{App: zoom.ServerApp, User: who.Email, Tokens: s.tokens.Server()}, nil
	}
	return zoom.Caller{App: zoom.AccountApp, User: who.Email, Tokens: s.grants.of(accountGrant)}, nil
}

// trusted reports whether the person's address is known to be theirs: else anybody could start meetings as anybody.
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

// ScopeMissed reacts to a call that Zoom refused for want of a scope. An admin adds it at Zoom, and a token that the server
// issued to itself before that would go on without it until it runs out; so that token is dropped.
func (s *Callers) ScopeMissed(ctx context.Context) {
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

func (s *Callers) scopeDue() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.scopeMissed) < scopePause {
		return false
	}
	s.scopeMissed = s.now()
	return true
}

// SharedGrant returns a function that tries the grant which everybody depends on; nil where each user has their own.
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
