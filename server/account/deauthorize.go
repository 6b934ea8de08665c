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

// Deauthorizations carries out that users remove the app in Zoom.
type Deauthorizations struct {
	settings func() Settings
	people   Directory
	tokens   *oauth.Tokens
	grants   *grants
	legacy   *legacy
	links    Links
	zoom     Zoom
	now      func() time.Time
	log      *slog.Logger

	mu sync.Mutex
	// asked is when Zoom was last asked about a user whose deauthorization nobody could verify.
	asked map[string]time.Time
}

// Deauthorized carries out that a user removed the app at Zoom: the grant is dropped and its owner told.
// A grant that is not ours, or was renewed since, is none of this event's business.
func (s *Deauthorizations) Deauthorized(ctx context.Context, e zoom.Event) error {
	gone := e.Deauthorized
	if gone.UserID == "" || gone.ClientID != "" && gone.ClientID != s.settings().ClientID {
		return nil
	}
	if err := s.accountDeauthorized(ctx, e); err != nil {
		return err
	}
	person, err := s.links.Linked(ctx, gone.UserID)
	if err != nil {
		return errors.Wrap(err, "find whose Zoom user it is")
	}
	if person == "" {
		if person, err = s.legacy.owner(ctx, gone.UserID); err != nil || person == "" {
			return err
		}
	}
	identity, held, err := s.grants.held(ctx, string(person))
	if err != nil {
		return err
	}
	if held && renewed(identity, e) {
		return nil
	}
	// A grant of another Zoom user lives on; one that is dead or cannot be opened has nothing more to say.
	if !held || identity.ZoomUserID == gone.UserID {
		if err := s.forget(ctx, string(person), person, "account.deauthorized"); err != nil {
			return err
		}
	}
	return errors.Wrap(s.links.Unlink(ctx, gone.UserID, person), "unlink the Zoom user")
}

// accountDeauthorized carries it out for the grant of everybody, if the user is the admin who gave it.
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

// tryOut renews a grant of everybody whose giver is not known, because the public plugin did not note that. If Zoom ended it,
// the attempt marks it as dead, and the next start says so.
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

// renewed reports whether the grant was given after the event: Zoom may repeat one for an hour and a half, in which people
// connect again. Zoom's time may be cut to the second.
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
