package account

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

// accountGrant is the name of the one grant of an admin-managed app.
const accountGrant = "account"

// grants are those that users gave, or that one admin gave for everyone. A grant of the public plugin is migrated on first use.
type grants struct {
	tokens *oauth.Tokens
	legacy *Predecessor
}

// grantOf returns the name of the grant that the person's calls use.
func grantOf(person chat.PersonID, mode Mode) string {
	if mode == ByAdmin {
		return accountGrant
	}
	return string(person)
}

// of returns the grant with this name: a user's, or the one of an admin-managed app.
func (s *grants) of(name string) adopting {
	return adopting{s.tokens.Of(name), func(ctx context.Context) error { return s.legacy.adopt(ctx, name) }}
}

// held returns the owner of the grant, and whether it is usable. An error is temporary.
func (s *grants) held(ctx context.Context, grant string) (oauth.Identity, bool, error) {
	identity, err := s.of(grant).Identity(ctx)
	if notUsable(err) {
		return oauth.Identity{}, false, nil
	}
	return identity, err == nil, errors.Wrap(err, "read the grant")
}

// owners returns the persons whose own grants this Zoom user gave, in the order in which they did.
func (s *grants) owners(ctx context.Context, zoomUserID string) ([]chat.PersonID, error) {
	names, err := s.tokens.GivenBy(ctx, zoomUserID)
	var owners []chat.PersonID
	for _, name := range names {
		if name != accountGrant {
			owners = append(owners, chat.PersonID(name))
		}
	}
	return owners, err
}

// notUsable reports whether the error means that there is no usable grant.
func notUsable(err error) bool {
	return fault.Is(err, fault.NotConnected, fault.AccountNotConnected, fault.Revoked, fault.AccountRevoked, fault.Unreadable)
}

// adopting is a grant that migrates the public plugin's record on first use: after a switch from that plugin no one has to connect again,
// and the unencrypted record is removed.
type adopting struct {
	*oauth.Grant
	adopt func(ctx context.Context) error
}

var _ zoom.TokenSource = adopting{}

// Token returns an access token; see oauth.Grant.
func (a adopting) Token(ctx context.Context) (string, error) {
	access, err := a.Grant.Token(ctx)
	if !missing(err) {
		return access, err
	}
	if err := a.adopt(ctx); err != nil {
		return "", err
	}
	// Even if there was nothing to migrate: a concurrent request may have done it.
	return a.Grant.Token(ctx)
}

// Identity returns the owner of the grant; see oauth.Grant.
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
