package oauth

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pkg/errors"
	"golang.org/x/sync/singleflight"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// accountName is the grant of an account-level app, which one admin authorized for everyone.
	accountName = "account"
	// serverName is the token of a server-to-server app, which no one authorized. No Mattermost user id looks like it.
	serverName = "server"
	// margin is how long an access token must still be valid to be used.
	margin = time.Minute
	// rememberFor is how long a write of our own counts for more than a replica that is behind it.
	rememberFor = 5 * time.Second
	// writeTries is how often a lost race for a record is tried again.
	writeTries = 20
)

// Tokens keeps the grants, each in one sealed record "sec.<app>.<name>" (Zoom's are "sec.zoom.<name>"), so that its tokens and its owner never disagree.
// It is safe for use by several goroutines and several servers.
type Tokens struct {
	kv       KV
	vault    *Vault
	endpoint endpoint
	now      func() time.Time
	log      *slog.Logger
	group    singleflight.Group
	written  *writes
}

// NewTokens returns the grants for the app.
func NewTokens(d Dependencies) *Tokens {
	return &Tokens{
		kv: d.KV, vault: d.Vault, endpoint: newEndpoint(d.App, d.Client, d.Now), now: d.Now, log: d.Log, written: &writes{now: d.Now, recent: map[string]written{}},
	}
}

// Of returns the grant with this name: a Mattermost user id, or "account" for the one of an account-level app. An app of another provider
// names its grants as it likes, with at most 100 characters that may be in a key.
func (t *Tokens) Of(name string) *Grant { return &Grant{tokens: t, name: name} }

// Server returns the token of a server-to-server app. It is got when needed and shared by all servers, since Zoom may end the
// earlier one when another is issued.
func (t *Tokens) Server() *Grant { return &Grant{tokens: t, name: serverName} }

// Grant is one authorization in Zoom. All methods may return the faults NotConfigured and, of a record whose encryption key is
// lost, Unreadable; that of Server is then got again.
type Grant struct {
	tokens *Tokens
	name   string
}

// record is what is sealed and stored.
type record struct {
	// App tells for which app the grant was made.
	App      string   `json:"app"`
	Token    Token    `json:"token"`
	Identity Identity `json:"identity"`
	// Dead is a grant that Zoom no longer accepts; it is kept to say so.
	Dead bool `json:"dead,omitempty"`
	// Lease is the server that is renewing the token at the moment.
	Lease *lease `json:"lease,omitempty"`
	// Seq grows with each write.
	Seq int64 `json:"seq"`
}

// lease keeps others from renewing the same token. Owner makes each one differ.
type lease struct {
	Owner string    `json:"owner"`
	Until time.Time `json:"until"`
}

// state is a record as it was read; found is false when there is none that counts.
type state struct {
	record
	raw   []byte
	found bool
}

// Token returns an access token that is valid for a minute or longer, renewing it if need be. While it is fresh that takes one read.
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
	earlier, err := g.read(ctx)
	if err != nil && !fault.Is(err, fault.Unreadable) {
		return err
	}
	r := record{App: g.app(), Token: token, Identity: identity, Seq: g.next(earlier.Seq)}
	raw, err := g.seal(ctx, r)
	if err != nil {
		return err
	}
	if err := g.tokens.kv.Set(g.key(), raw, 0); err != nil {
		return errors.Wrap(err, "store the grant")
	}
	g.tokens.written.remember(g.key(), raw, r.Seq)
	return nil
}

// Adopt stores a grant that was kept elsewhere before, unless there is one already.
func (g *Grant) Adopt(ctx context.Context, token Token, identity Identity) error {
	r := record{App: g.app(), Token: token, Identity: identity, Seq: g.next(0)}
	raw, err := g.seal(ctx, r)
	if err != nil {
		return err
	}
	stored, err := g.tokens.kv.Swap(g.key(), nil, raw, 0)
	if stored {
		g.tokens.written.remember(g.key(), raw, r.Seq)
	}
	return errors.Wrap(err, "store the grant")
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
	if err := g.tokens.kv.Delete(g.key()); err != nil {
		return errors.Wrap(err, "delete the grant")
	}
	g.tokens.written.remember(g.key(), nil, g.next(s.Seq))
	return nil
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

func (g *Grant) key() string { return "sec." + g.tokens.endpoint.app().name() + "." + g.name }

// app returns the fingerprint of the app that the grant belongs to.
func (g *Grant) app() string {
	app := g.tokens.endpoint.app()
	if g.name == serverName {
		// No one authorizes this one, so a token that outlives its credentials would hide that they are wrong by now.
		return kv.Hash(app.TokenURL, app.ClientID, app.AccountID, app.ClientSecret)
	}
	return kv.Hash(app.TokenURL, app.ClientID)
}

// read returns the stored record, or the one that this server wrote a moment ago if the replica does not have it yet.
func (g *Grant) read(ctx context.Context) (state, error) {
	raw, err := g.tokens.kv.Get(g.key())
	if err != nil {
		return state{}, errors.Wrap(err, "read the grant")
	}
	s, err := g.open(ctx, raw)
	own, ok := g.tokens.written.recall(g.key())
	if ok && err == nil && own.seq > s.Seq {
		if s, err = g.open(ctx, own.raw); own.raw == nil {
			s.Seq = own.seq
		}
	}
	if g.name == serverName && fault.Is(err, fault.Unreadable) {
		return s, nil
	}
	return s, err
}

// open returns the record in raw. One of another app is not found, but keeps its bytes to be swapped.
func (g *Grant) open(ctx context.Context, raw []byte) (state, error) {
	s := state{raw: raw}
	if raw == nil {
		return s, nil
	}
	plain, err := g.tokens.vault.Open(ctx, g.key(), raw)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(plain, &s.record); err != nil {
		return s, fault.Wrap(err, fault.Unreadable)
	}
	if s.found = s.App == g.app(); !s.found {
		s.record = record{Seq: s.Seq}
	}
	return s, nil
}

func (g *Grant) seal(ctx context.Context, r record) ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, errors.Wrap(err, "encode the grant")
	}
	return g.tokens.vault.Seal(ctx, g.key(), plain)
}

// swap stores the record in the place of the one that was read, and returns it as a later swap needs it.
func (g *Grant) swap(ctx context.Context, old state, r record) (state, bool, error) {
	r.App, r.Seq = g.app(), g.next(old.Seq)
	raw, err := g.seal(ctx, r)
	if err != nil {
		return state{}, false, err
	}
	swapped, err := g.tokens.kv.Swap(g.key(), old.raw, raw, 0)
	if err != nil || !swapped {
		g.tokens.written.forget(g.key()) // the master has something else, or may have
		return state{}, false, errors.Wrap(err, "swap the grant")
	}
	g.tokens.written.remember(g.key(), raw, r.Seq)
	return state{record: r, raw: raw, found: true}, true, nil
}

// next returns a number that is higher than that of every write so far that this server knows of.
func (g *Grant) next(seq int64) int64 { return max(g.tokens.now().UnixNano(), seq+1) }
