package account

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// Keys of the public plugin, which an admin may have replaced by this one. It kept refresh tokens in the clear.
const (
	legacyUserKey    = "zoomtoken_"
	legacyZoomKey    = "zoomtokenbyzoomid_"
	legacyAccountKey = "zoomSuperUserToken_"
)

// legacyToken is how the public plugin keeps a token. Its access token is of no use here; the refresh token gets a new one.
type legacyToken struct {
	Refresh string `json:"refresh_token"`
}

// legacyUser is how the public plugin keeps a user's grant.
type legacyUser struct {
	ZoomEmail  string
	ZoomID     string
	OAuthToken legacyToken
}

// adopting is a grant that takes over what the public plugin left for it, the first time that it is needed: after a change
// of plugins nobody has to connect again, and the clear text goes.
type adopting struct {
	*oauth.Grant
	adopt func(ctx context.Context) error
}

var _ zoom.TokenSource = adopting{}

// Token returns an access token, as that of the grant does.
func (a adopting) Token(ctx context.Context) (string, error) {
	access, err := a.Grant.Token(ctx)
	if !missing(err) {
		return access, err
	}
	if err := a.adopt(ctx); err != nil {
		return "", err
	}
	// Whether there was something to take over or not: another start may have done it in the meantime.
	return a.Grant.Token(ctx)
}

// Identity returns who the grant belongs to, as that of the grant does.
func (a adopting) Identity(ctx context.Context) (oauth.Identity, error) {
	identity, err := a.Grant.Identity(ctx)
	if !missing(err) {
		return identity, err
	}
	if err := a.adopt(ctx); err != nil {
		return oauth.Identity{}, err
	}
	return a.Grant.Identity(ctx)
}

func missing(err error) bool { return fault.Is(err, fault.NotConnected, fault.AccountNotConnected) }

// grant returns the grant with this name: that of a user, or the one of an admin-managed app.
func (s *Service) grant(name string) adopting {
	if name == accountGrant {
		return adopting{s.tokens.Of(name), s.adoptAccount}
	}
	return adopting{s.tokens.Of(name), func(ctx context.Context) error { return s.adoptUser(ctx, chat.PersonID(name)) }}
}

// adoptUser takes over the grant of a user. It is stored before the old record goes, so that nothing is lost on the way, and
// never in place of one that is there.
func (s *Service) adoptUser(ctx context.Context, person chat.PersonID) error {
	var left legacyUser
	found, err := s.readLegacy(ctx, legacyUserKey+string(person), &left)
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
	return s.removeLegacy(ctx, legacyZoomKey+left.ZoomID, legacyUserKey+string(person))
}

func (s *Service) adoptAccount(ctx context.Context) error {
	var left legacyToken
	found, err := s.readLegacy(ctx, legacyAccountKey, &left)
	if err != nil || !found {
		return err
	}
	if left.Refresh != "" {
		token := oauth.Token{Refresh: left.Refresh, Expiry: s.now()}
		if err := s.tokens.Of(accountGrant).Adopt(ctx, token, oauth.Identity{}); err != nil {
			return errors.Wrap(err, "take over the account's grant of the public plugin")
		}
	}
	return s.removeLegacy(ctx, legacyAccountKey)
}

// linkIfFree links the Zoom user to the person, unless it belongs to somebody already.
func (s *Service) linkIfFree(ctx context.Context, zoomUserID string, person chat.PersonID) error {
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

// legacyOwner returns the person whose grant the public plugin kept for the Zoom user, "" when nobody's.
func (s *Service) legacyOwner(ctx context.Context, zoomUserID string) (chat.PersonID, error) {
	var left struct{ UserID chat.PersonID }
	_, err := s.readLegacy(ctx, legacyZoomKey+zoomUserID, &left)
	return left.UserID, err
}

// forgetLegacy removes what the public plugin kept for the grant, since there is a newer one.
func (s *Service) forgetLegacy(ctx context.Context, name string) error {
	if name == accountGrant {
		return s.removeLegacy(ctx, legacyAccountKey)
	}
	var left legacyUser
	found, err := s.readLegacy(ctx, legacyUserKey+name, &left)
	if err != nil || !found {
		return err
	}
	return s.removeLegacy(ctx, legacyZoomKey+left.ZoomID, legacyUserKey+name)
}

// readLegacy reads a record of the public plugin. One that cannot be understood is there, but empty.
func (s *Service) readLegacy(ctx context.Context, key string, into any) (found bool, err error) {
	raw, err := s.links.Legacy(ctx, key)
	if err != nil || raw == nil {
		return false, err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		s.log.Warn("A grant of the public plugin couldn't be read", "key", key)
	}
	return true, nil
}

// removeLegacy removes records of the public plugin, in this order: the last is the one that leads to the others.
func (s *Service) removeLegacy(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := s.links.RemoveLegacy(ctx, key); err != nil {
			return errors.Wrap(err, "remove a record of the public plugin")
		}
	}
	return nil
}
