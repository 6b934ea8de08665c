package oauth

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/sync/singleflight"

	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
)

const (
	// accountName is the grant of an account-level app, which one admin authorized for everyone.
	accountName = "account"
	// serverName is the token of a server-to-server app, which no one authorized. No Mattermost user id looks like it.
	serverName = "server"
	// margin is how long an access token must still be valid to be used.
	margin = time.Minute
)

// Tokens keeps the grants of an app, each in one sealed record, so that its tokens and its owner never disagree.
// It is safe for use by several goroutines and several servers.
type Tokens struct {
	grants   Grants
	vault    *Vault
	endpoint endpoint
	now      func() time.Time
	log      *slog.Logger
	group    singleflight.Group
	recent   *recent
}

// NewTokens returns the grants for the app.
func NewTokens(d Dependencies) *Tokens {
	return &Tokens{grants: d.Grants, vault: d.Vault, endpoint: newEndpoint(d.App, d.Client, d.Now), now: d.Now, log: d.Log, recent: &recent{now: d.Now, read: map[GrantKey]readGrant{}}}
}

// Of returns the grant with this name: a Mattermost user id, or "account" for the one of an account-level app.
func (t *Tokens) Of(name string) *Grant { return &Grant{tokens: t, name: name} }

// GivenBy returns the names of the grants that this user of the provider gave, in the order in which they did. Zoom accepts only the last.
func (t *Tokens) GivenBy(ctx context.Context, userID string) ([]string, error) {
	app := t.endpoint.app()
	names, err := t.grants.GrantsOf(ctx, app.name(), app.Site, userID)
	return names, errors.Wrap(err, "look for a user's grants")
}

// Server returns the token of a server-to-server app. It is got when needed and shared by all servers, since Zoom may end the
// earlier one when another is issued.
func (t *Tokens) Server() *Grant { return &Grant{tokens: t, name: serverName} }

// Grant is one authorization in Zoom. All methods may return the faults NotConfigured and, of a record whose encryption key is
// lost, Unreadable; that of Server is then got again.
type Grant struct {
	tokens *Tokens
	name   string
}

// Name is the name under which the grant is stored.
func (g *Grant) Name() string { return g.name }

// record is what is sealed and stored.
type record struct {
	// App tells for which app the grant was made.
	App      string   `json:"app"`
	Token    Token    `json:"token"`
	Identity Identity `json:"identity"`
	// Dead is a grant that Zoom no longer accepts; it is kept to say so.
	Dead bool `json:"dead,omitempty"`
}

// state is a record as it was read; found is false when there is none that counts.
type state struct {
	record
	StoredGrant
	found bool
}

// Token returns an access token that is valid for a minute or longer, renewing it if need be. While it is fresh that takes at most one
// statement.
// Faults: NotConnected, Revoked (AccountNotConnected and AccountRevoked for the account), ClientRejected, RateLimited,
// ZoomUnavailable, ZoomTimeout, ZoomUnreachable, ZoomRefused.
func (g *Grant) Token(ctx context.Context) (string, error) { return g.token(ctx, "") }

// Renew returns an access token other than the one that Zoom rejected. Another server may have renewed it already. Faults as with Token.
func (g *Grant) Renew(ctx context.Context, rejected string) (string, error) {
	return g.token(ctx, rejected)
}

// Identity returns who the grant belongs to. Faults: those of a missing or dead grant.
func (g *Grant) Identity(ctx context.Context) (Identity, error) {
	s, err := g.read(ctx)
	if err == nil {
		err = g.check(s)
	}
	if err != nil {
		return Identity{}, err
	}
	return s.Identity, nil
}

// Save stores a new grant in place of any earlier one.
func (g *Grant) Save(ctx context.Context, token Token, identity Identity) error {
	sealed, err := g.seal(ctx, record{Token: token, Identity: identity})
	if err != nil {
		return err
	}
	defer g.tokens.recent.forget(g.key())
	return errors.Wrap(g.tokens.grants.SaveGrant(ctx, g.key(), identity.owner(), sealed), "store the grant")
}

// Adopt stores a grant that was kept elsewhere before, unless there is one already.
func (g *Grant) Adopt(ctx context.Context, token Token, identity Identity) error {
	sealed, err := g.seal(ctx, record{Token: token, Identity: identity})
	if err != nil {
		return err
	}
	return errors.Wrap(g.tokens.grants.AddGrant(ctx, g.key(), identity.owner(), sealed), "store the grant")
}

// Drop forgets the grant; with revoke it is ended in Zoom first. What the person asked for is that this server can no longer act
// for them, so a failure of that, or a record that no key opens, is only logged. A record that can't be read at the moment stays.
func (g *Grant) Drop(ctx context.Context, revoke bool) error {
	s, err := g.read(ctx)
	switch {
	case err != nil && revoke && !fault.Is(err, fault.Unreadable):
		return err
	case err != nil && revoke:
		g.logKept(err)
	case revoke && s.found && !s.Dead && g.name != serverName:
		g.revoke(ctx, s)
	}
	defer g.tokens.recent.forget(g.key())
	return errors.Wrap(g.tokens.grants.DeleteGrant(ctx, g.key()), "delete the grant")
}

// revoke ends the grant in Zoom, which wants a valid access token for that. Elsewhere the refresh token is what ends all others with
// it: https://datatracker.ietf.org/doc/html/rfc7009#section-2.1.
func (g *Grant) revoke(ctx context.Context, s state) {
	token, err := s.Token.Refresh, error(nil)
	if token == "" || g.tokens.endpoint.app().name() == zoomName {
		token, err = g.Token(ctx)
	}
	if err == nil {
		err = g.tokens.endpoint.revoke(ctx, token)
	}
	if err != nil && !fault.Is(err, fault.Revoked, fault.AccountRevoked) {
		g.logKept(err)
	}
}

func (g *Grant) logKept(err error) {
	g.tokens.log.Warn("A grant was deleted here but couldn't be revoked in "+g.tokens.endpoint.app().vendor(), "grant", g.name, "error", err.Error())
}

// check returns the fault of a grant that can't be used.
func (g *Grant) check(s state) error {
	missing, revoked := fault.NotConnected, fault.Revoked
	if g.name == accountName || g.name == serverName {
		missing, revoked = fault.AccountNotConnected, fault.AccountRevoked
	}
	switch {
	case !s.found:
		return fault.New(missing)
	case s.Dead:
		return fault.New(revoked)
	}
	return nil
}

func (g *Grant) key() GrantKey {
	app := g.tokens.endpoint.app()
	return GrantKey{Provider: app.name(), Site: app.Site, Name: g.name}
}

// app returns the fingerprint of the app that the grant belongs to.
func (g *Grant) app() string {
	app := g.tokens.endpoint.app()
	if g.name == serverName {
		// No one authorizes this one, so a token that outlives its credentials would hide that they are wrong by now.
		return digest.Of(app.TokenURL, app.ClientID, app.AccountID, app.ClientSecret)
	}
	return digest.Of(app.TokenURL, app.ClientID)
}

// read returns the grant as it is stored.
func (g *Grant) read(ctx context.Context) (state, error) {
	stored, err := g.tokens.grants.Grant(ctx, g.key())
	if err != nil {
		return state{}, errors.Wrap(err, "read the grant")
	}
	s, err := g.open(ctx, stored)
	if g.name == serverName && fault.Is(err, fault.Unreadable) {
		return s, nil
	}
	if err == nil && g.usable(s, "") {
		g.tokens.recent.keep(s)
	}
	return s, err
}

// open returns the content of a stored grant. One of another app is not found, but can be replaced.
func (g *Grant) open(ctx context.Context, stored StoredGrant) (state, error) {
	s := state{StoredGrant: stored}
	if stored.Sealed == "" {
		return s, nil
	}
	plain, err := g.tokens.vault.Open(ctx, stored.Key.SealName(), []byte(stored.Sealed))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(plain, &s.record); err != nil {
		return s, fault.Wrap(err, fault.Unreadable)
	}
	if s.found = s.App == g.app(); !s.found {
		s.record = record{}
	}
	return s, nil
}

// seal returns the record as it is stored for the app.
func (g *Grant) seal(ctx context.Context, r record) (string, error) {
	r.App = g.app()
	plain, err := json.Marshal(r)
	if err != nil {
		return "", errors.Wrap(err, "encode the grant")
	}
	sealed, err := g.tokens.vault.Seal(ctx, g.key().SealName(), plain)
	return string(sealed), err
}

// replace stores the record if the grant still has this version, and reports whether it did.
func (g *Grant) replace(ctx context.Context, version int64, r record) (bool, error) {
	sealed, err := g.seal(ctx, r)
	if err != nil {
		return false, err
	}
	defer g.tokens.recent.forget(g.key())
	replaced, err := g.tokens.grants.ReplaceGrant(ctx, g.key(), version, sealed)
	return replaced, errors.Wrap(err, "replace the grant")
}
