package account

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/takeover"
)

// Keys of the public plugin, which an admin may have replaced with this one. It stored refresh tokens unencrypted.
const (
	legacyUserKey    = "zoomtoken_"
	legacyZoomKey    = "zoomtokenbyzoomid_"
	legacyAccountKey = "zoomSuperUserToken_"
)

// legacyToken is the public plugin's record of a token. Its access token isn't used; the refresh token gets a new one.
type legacyToken struct {
	Refresh string `json:"refresh_token"`
}

// legacyUser is the public plugin's record of a user's grant.
type legacyUser struct {
	UserID     chat.PersonID
	ZoomEmail  string
	ZoomID     string
	OAuthToken legacyToken
}

// Predecessor takes over the grants that the public plugin left: all of them in the background, and a user's when they need it earlier. It
// implements takeover.Accounts.
type Predecessor struct {
	left   Left
	tokens *oauth.Tokens
	now    func() time.Time
	log    *slog.Logger

	// done reports that nothing is left.
	done atomic.Bool
}

var _ takeover.Accounts = (*Predecessor)(nil)

// TakeOverUser takes over a user's grant. It is stored before the old record is removed, so that nothing can be lost, and never replaces an
// existing grant.
func (s *Predecessor) TakeOverUser(ctx context.Context, person chat.PersonID) (bool, error) {
	var left legacyUser
	found, err := s.read(legacyUserKey+string(person), &left)
	if err != nil || !found {
		return false, err
	}
	if left.OAuthToken.Refresh != "" {
		token := oauth.Token{Refresh: left.OAuthToken.Refresh, Expiry: s.now()}
		identity := oauth.Identity{ZoomUserID: left.ZoomID, Email: left.ZoomEmail, AuthorizedBy: person}
		if err := s.tokens.Of(string(person)).Adopt(ctx, token, identity); err != nil {
			return false, errors.Wrap(err, "take over a grant of the public plugin")
		}
	}
	return true, s.remove(legacyZoomKey+left.ZoomID, legacyUserKey+string(person))
}

// TakeOverZoomUser takes over the grant of the user whom the Zoom user belongs to. A record whose user has connected another Zoom user since,
// or disconnected, is removed.
func (s *Predecessor) TakeOverZoomUser(ctx context.Context, zoomUserID string) (bool, error) {
	var left, own legacyUser
	found, err := s.read(legacyZoomKey+zoomUserID, &left)
	if err != nil || !found {
		return false, err
	}
	if found, err = s.read(legacyUserKey+string(left.UserID), &own); err != nil {
		return false, err
	}
	if found && own.ZoomID == zoomUserID {
		return s.TakeOverUser(ctx, left.UserID)
	}
	return true, s.remove(legacyZoomKey + zoomUserID)
}

// TakeOverAccount takes over the grant of an admin-managed app.
func (s *Predecessor) TakeOverAccount(ctx context.Context) (bool, error) {
	var left legacyToken
	found, err := s.read(legacyAccountKey, &left)
	if err != nil || !found {
		return false, err
	}
	if left.Refresh != "" {
		token := oauth.Token{Refresh: left.Refresh, Expiry: s.now()}
		if err := s.tokens.Of(accountGrant).Adopt(ctx, token, oauth.Identity{}); err != nil {
			return false, errors.Wrap(err, "take over the account's grant of the public plugin")
		}
	}
	return true, s.remove(legacyAccountKey)
}

// TookOver notes that nothing is left to take over.
func (s *Predecessor) TookOver() { s.done.Store(true) }

// adopt takes over the grant with this name, which is needed now.
func (s *Predecessor) adopt(ctx context.Context, name string) error {
	if s.done.Load() {
		return nil
	}
	var err error
	if name == accountGrant {
		_, err = s.TakeOverAccount(ctx)
	} else {
		_, err = s.TakeOverUser(ctx, chat.PersonID(name))
	}
	if errors.Is(err, takeover.ErrUnreadable) {
		s.log.Warn("A grant of the public plugin can't be read; its owner has to connect again", "grant", name)
		return nil
	}
	return err
}

// owner returns the person whose grant the public plugin stored for the Zoom user, "" for none.
func (s *Predecessor) owner(zoomUserID string) (chat.PersonID, error) {
	if s.done.Load() {
		return "", nil
	}
	var left legacyUser
	_, err := s.read(legacyZoomKey+zoomUserID, &left)
	if errors.Is(err, takeover.ErrUnreadable) {
		return "", nil
	}
	return left.UserID, err
}

// forget removes the public plugin's record of the grant after a newer grant was stored, or the person has disconnected.
func (s *Predecessor) forget(name string) error {
	if s.done.Load() {
		return nil
	}
	if name == accountGrant {
		return s.remove(legacyAccountKey)
	}
	var left legacyUser
	found, err := s.read(legacyUserKey+name, &left)
	if err != nil && !errors.Is(err, takeover.ErrUnreadable) || err == nil && !found {
		return err
	}
	return s.remove(legacyZoomKey+left.ZoomID, legacyUserKey+name)
}

// read reads a record of the public plugin. Error: ErrUnreadable.
func (s *Predecessor) read(key string, into any) (found bool, err error) {
	raw, err := s.left.Get(key)
	if err != nil || raw == nil {
		return false, err
	}
	if json.Unmarshal(raw, into) != nil {
		return false, takeover.ErrUnreadable
	}
	return true, nil
}

// remove removes records of the public plugin in this order: the last one leads to the others.
func (s *Predecessor) remove(keys ...string) error {
	for _, key := range keys {
		if err := s.left.Delete(key); err != nil {
			return errors.Wrap(err, "remove a record of the public plugin")
		}
	}
	return nil
}
