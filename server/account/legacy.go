package account

import (
	"context"
	"encoding/json"

	"github.com/pkg/errors"

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
	adopt func(ctx context.Context) (found bool, err error)
}

var _ zoom.TokenSource = adopting{}

// Token returns an access token, as that of the grant does.
func (a adopting) Token(ctx context.Context) (string, error) {
	access, err := a.Grant.Token(ctx)
	if !fault.Is(err, fault.NotConnected, fault.AccountNotConnected) {
		return access, err
	}
	found, adoptErr := a.adopt(ctx)
	switch {
	case adoptErr != nil:
		return "", adoptErr
	case !found:
		return "", err
	}
	return a.Grant.Token(ctx)
}

// grantFor returns the grant of a user.
func (s *Service) grantFor(userID string) adopting {
	return adopting{s.tokens.Of(userID), func(ctx context.Context) (bool, error) { return s.adoptUser(ctx, userID) }}
}

// sharedGrant returns the grant of an admin-managed app.
func (s *Service) sharedGrant() adopting {
	return adopting{s.tokens.Of(accountGrant), s.adoptAccount}
}

func (s *Service) adoptUser(ctx context.Context, userID string) (bool, error) {
	var left legacyUser
	if err := s.takeLegacy(ctx, legacyUserKey+userID, &left); err != nil || left.OAuthToken.Refresh == "" {
		return false, err
	}
	if _, err := s.links.TakeLegacy(ctx, legacyZoomKey+left.ZoomID); err != nil {
		return false, err
	}
	token := oauth.Token{Refresh: left.OAuthToken.Refresh, Expiry: s.now()}
	identity := oauth.Identity{ZoomUserID: left.ZoomID, Email: left.ZoomEmail, AuthorizedBy: userID}
	if err := s.tokens.Of(userID).Save(ctx, token, identity); err != nil {
		return false, errors.Wrap(err, "store the grant of the public plugin")
	}
	if left.ZoomID == "" {
		return true, nil
	}
	_, err := s.links.Link(ctx, left.ZoomID, userID)
	return true, errors.Wrap(err, "link the Zoom user")
}

func (s *Service) adoptAccount(ctx context.Context) (bool, error) {
	var left legacyToken
	if err := s.takeLegacy(ctx, legacyAccountKey, &left); err != nil || left.Refresh == "" {
		return false, err
	}
	err := s.tokens.Of(accountGrant).Save(ctx, oauth.Token{Refresh: left.Refresh, Expiry: s.now()}, oauth.Identity{})
	return true, errors.Wrap(err, "store the grant of the public plugin")
}

// takeLegacy reads and removes a record of the public plugin; into stays empty when there is none that can be read.
func (s *Service) takeLegacy(ctx context.Context, key string, into any) error {
	raw, err := s.links.TakeLegacy(ctx, key)
	if err != nil || raw == nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		s.log("A grant of the public plugin could not be read", "key", key)
	}
	return nil
}
