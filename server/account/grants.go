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

// grants are those that users gave, or one admin for everybody. What the public plugin left is taken over when it is needed.
type grants struct {
	tokens *oauth.Tokens
	legacy *legacy
}

// grantOf returns the name of the grant that the person's calls need.
func grantOf(person chat.PersonID, mode Mode) string {
	if mode == ByAdmin {
		return accountGrant
	}
	return string(person)
}

// of returns the grant with this name: that of a user, or the one of an admin-managed app.
func (s *grants) of(name string) adopting {
	if name == accountGrant {
		return adopting{s.tokens.Of(name), s.legacy.adoptAccount}
	}
	return adopting{s.tokens.Of(name), func(ctx context.Context) error { return s.legacy.adoptUser(ctx, chat.PersonID(name)) }}
}

// held returns the owner of the grant, if there is one that can be used. An error is one that passes.
func (s *grants) held(ctx context.Context, grant string) (oauth.Identity, bool, error) {
	identity, err := s.of(grant).Identity(ctx)
	if notUsable(err) {
		return oauth.Identity{}, false, nil
	}
	return identity, err == nil, errors.Wrap(err, "read the grant")
}

// notUsable reports whether the error says that there is no grant, or none that can be used any more.
func notUsable(err error) bool {
	return fault.Is(err, fault.NotConnected, fault.AccountNotConnected, fault.Revoked, fault.AccountRevoked, fault.Unreadable)
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
