package account

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Deauthorizations handles users' removal of the app in Zoom.
type Deauthorizations struct {
	settings func() Settings
	people   Directory
	tokens   *oauth.Tokens
	grants   *grants
	legacy   *Predecessor
	zoom     Zoom
	now      func() time.Time
	log      *slog.Logger

	mu sync.Mutex
	// asked is the last time that Zoom was asked about a user after an unverified deauthorization.
	asked map[string]time.Time
}

// Deauthorized handles the event that a user removed the app in Zoom: it drops the grant and notifies the owner. It ignores a grant that
// is unknown or was renewed since.
func (s *Deauthorizations) Deauthorized(ctx context.Context, e zoom.Event) error {
	gone := e.Deauthorized
	if gone.UserID == "" || gone.ClientID != "" && gone.ClientID != s.settings().ClientID {
		return nil
	}
	if err := s.accountDeauthorized(ctx, e); err != nil {
		return err
	}
	owners, err := s.owners(ctx, gone.UserID)
	for _, person := range owners {
		if err := s.personDeauthorized(ctx, e, person); err != nil {
			return err
		}
	}
	return err
}

// owners returns the persons whose own grants this Zoom user gave, here or to the public plugin.
func (s *Deauthorizations) owners(ctx context.Context, zoomUserID string) ([]chat.PersonID, error) {
	owners, err := s.grants.owners(ctx, zoomUserID)
	if err != nil || len(owners) > 0 {
		return owners, err
	}
	left, err := s.legacy.owner(zoomUserID)
	if err != nil || left == "" {
		return nil, err
	}
	return []chat.PersonID{left}, nil
}

func (s *Deauthorizations) personDeauthorized(ctx context.Context, e zoom.Event, person chat.PersonID) error {
	identity, held, err := s.grants.held(ctx, string(person))
	if err != nil || held && renewed(identity, e) {
		return err
	}
	// A grant of another Zoom user stays. For one that is revoked or unreadable, there is nothing left to check.
	if held && identity.ZoomUserID != e.Deauthorized.UserID {
		return nil
	}
	return s.forget(ctx, string(person), person, "account.deauthorized")
}

// accountDeauthorized does the same for the account-level grant if the user is the admin who gave it.
func (s *Deauthorizations) accountDeauthorized(ctx context.Context, e zoom.Event) error {
	identity, held, err := s.grants.held(ctx, accountGrant)
	if err == nil && held && identity.ZoomUserID == "" {
		return s.tryOut(ctx)
	}
	if err != nil || !held || identity.ZoomUserID != e.Deauthorized.UserID || renewed(identity, e) {
		return err
	}
	return s.forget(ctx, accountGrant, identity.AuthorizedBy, "account.deauthorized_all")
}

// tryOut renews an account-level grant whose giver is unknown, because the public plugin didn't record it. If Zoom ended it, the attempt
// marks it as revoked, and the next start reports that.
func (s *Deauthorizations) tryOut(ctx context.Context) error {
	grant := s.tokens.Of(accountGrant)
	access, err := grant.Token(ctx)
	if err == nil {
		_, err = grant.Renew(ctx, access)
	}
	if notUsable(err) {
		return nil
	}
	return errors.Wrap(err, "try out the account's grant")
}

// renewed reports whether the grant was given after the event: Zoom may repeat an event for an hour and a half, and users may reconnect
// in that time. Zoom's time may be rounded down to the second.
func renewed(identity oauth.Identity, e zoom.Event) bool {
	return !e.At.IsZero() && identity.AuthorizedAt.Truncate(time.Second).After(e.At)
}

func (s *Deauthorizations) forget(ctx context.Context, grant string, owner chat.PersonID, message string) error {
	if err := s.tokens.Of(grant).Drop(ctx, false); err != nil {
		return errors.Wrap(err, "drop the grant")
	}
	if err := s.people.Direct(ctx, owner.Actor(), chat.Say(message)); err != nil {
		s.log.Warn("A user couldn't be told that Zoom ended their authorization", "user_id", string(owner), "error", err.Error())
	}
	return nil
}
