package account

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/oauth"
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
	ZoomEmail  string
	ZoomID     string
	OAuthToken legacyToken
}

// legacy reads the records that the public plugin left.
type legacy struct {
	left   Left
	links  Links
	tokens *oauth.Tokens
	now    func() time.Time
	log    *slog.Logger
}

// adoptUser migrates a user's grant. It is stored before the old record is removed, so that nothing can be lost, and never replaces an
// existing grant.
func (s *legacy) adoptUser(ctx context.Context, person chat.PersonID) error {
	var left legacyUser
	found, err := s.read(legacyUserKey+string(person), &left)
	if err != nil || !found {
		return err
	}
	if left.OAuthToken.Refresh != "" {
		token := oauth.Token{Refresh: left.OAuthToken.Refresh, Expiry: s.now()}
		identity := oauth.Identity{ZoomUserID: left.ZoomID, Email: left.ZoomEmail, AuthorizedBy: person}
		if err := s.linkIfFree(ctx, left.ZoomID, person); err != nil {
			return err
		}
		if err := s.tokens.Of(string(person)).Adopt(ctx, token, identity); err != nil {
			return errors.Wrap(err, "take over a grant of the public plugin")
		}
	}
	return s.remove(legacyZoomKey+left.ZoomID, legacyUserKey+string(person))
}

func (s *legacy) adoptAccount(ctx context.Context) error {
	var left legacyToken
	found, err := s.read(legacyAccountKey, &left)
	if err != nil || !found {
		return err
	}
	if left.Refresh != "" {
		token := oauth.Token{Refresh: left.Refresh, Expiry: s.now()}
		if err := s.tokens.Of(accountGrant).Adopt(ctx, token, oauth.Identity{}); err != nil {
			return errors.Wrap(err, "take over the account's grant of the public plugin")
		}
	}
	return s.remove(legacyAccountKey)
}

// linkIfFree links the Zoom user to the person, unless it belongs to someone already.
func (s *legacy) linkIfFree(ctx context.Context, zoomUserID string, person chat.PersonID) error {
	if zoomUserID == "" {
		return nil
	}
	linked, err := s.links.Linked(ctx, zoomUserID)
	if err != nil || linked != "" {
		return errors.Wrap(err, "look whom the Zoom user belongs to")
	}
	_, err = s.links.Link(ctx, zoomUserID, person)
	return errors.Wrap(err, "link the Zoom user")
}

// owner returns the person whose grant the public plugin stored for the Zoom user, "" for none.
func (s *legacy) owner(zoomUserID string) (chat.PersonID, error) {
	var left struct{ UserID chat.PersonID }
	_, err := s.read(legacyZoomKey+zoomUserID, &left)
	return left.UserID, err
}

// forget removes the public plugin's record of the grant after a newer grant was stored.
func (s *legacy) forget(name string) error {
	if name == accountGrant {
		return s.remove(legacyAccountKey)
	}
	var left legacyUser
	found, err := s.read(legacyUserKey+name, &left)
	if err != nil || !found {
		return err
	}
	return s.remove(legacyZoomKey+left.ZoomID, legacyUserKey+name)
}

// read reads a record of the public plugin. An invalid record is found, but empty.
func (s *legacy) read(key string, into any) (found bool, err error) {
	raw, err := s.left.Get(key)
	if err != nil || raw == nil {
		return false, err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		s.log.Warn("A grant of the public plugin couldn't be read", "key", key)
	}
	return true, nil
}

// remove removes records of the public plugin in this order: the last one leads to the others.
func (s *legacy) remove(keys ...string) error {
	for _, key := range keys {
		if err := s.left.Delete(key); err != nil {
			return errors.Wrap(err, "remove a record of the public plugin")
		}
	}
	return nil
}
