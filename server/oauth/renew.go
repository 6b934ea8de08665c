package oauth

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/pause"
)

const (
	// leaseTime is how long a server may take to renew a token before another tries; longer than callTimeout.
	leaseTime = 20 * time.Second
	// renewTimeout bounds a renewal with all waiting for others.
	renewTimeout = 45 * time.Second
	// storeTries is how often a new token is stored while the database fails.
	storeTries = 20
	// pauseMin and pauseMax limit the wait before another look at a grant that another server renews, or another try to store a token.
	pauseMin = 10 * time.Millisecond
	pauseMax = 400 * time.Millisecond
)

// errLost is a renewal whose record another server changed meanwhile: whatever that left is to be looked at.
var errLost = errors.New("the grant was changed by another server")

// token returns an access token that is fresh and not the rejected one.
func (g *Grant) token(ctx context.Context, rejected string) (string, error) {
	if s, now := g.tokens.recent.find(g.key()); now && g.usable(s, rejected) {
		return s.Token.Access, nil
	}
	s, err := g.read(ctx)
	if err == nil && g.usable(s, rejected) {
		return s.Token.Access, nil
	}
	if err != nil && !fault.Is(err, fault.DatabaseUnavailable) {
		return "", err
	}
	// Those who wait on this server share one renewal. It goes on when the one who began it leaves, for the rest, and so that
	// a new refresh token is not lost.
	flight := g.tokens.group.DoChan(digest.Of(g.name, rejected), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
		if fault.Is(err, fault.DatabaseUnavailable) {
			return g.withoutDatabase(ctx, rejected, err)
		}
		return g.renew(ctx, rejected)
	})
	select {
	case <-ctx.Done():
		return "", errors.Wrap(ctx.Err(), "wait for the token")
	case result := <-flight:
		access, _ := result.Val.(string)
		return access, result.Err
	}
}

func (g *Grant) usable(s state, rejected string) bool {
	return s.found && s.App == g.app() && !s.Dead && s.Token.Access != "" && s.Token.Access != rejected &&
		!g.tokens.now().Add(margin).After(s.Token.Expiry)
}

// renew gets a new token, or waits for the server that is at it. No transaction is held open while Zoom is asked: the grant's row holds
// a lease, so that slow renewals don't use up the pool's connections.
func (g *Grant) renew(ctx context.Context, rejected string) (string, error) {
	for try := 1; ; try++ {
		s, err := g.read(ctx)
		if err != nil {
			return "", err
		}
		if g.usable(s, rejected) {
			return s.Token.Access, nil
		}
		if g.name != serverName {
			if err := g.check(s); err != nil {
				return "", err
			}
		}
		if !s.Renewing {
			access, err := g.renewLeased(ctx, s)
			if !errors.Is(err, errLost) {
				return access, err
			}
		}
		if err := backOff(ctx, try); err != nil {
			return "", fault.Wrap(errors.New("another server has not renewed the token in time"), fault.ZoomTimeout)
		}
	}
}

// renewLeased leases the grant and renews its token. It returns errLost if another server was first.
func (g *Grant) renewLeased(ctx context.Context, s state) (string, error) {
	holder := rand.Text()
	version, err := g.tokens.grants.LeaseGrant(ctx, g.key(), s.Version, holder, leaseTime)
	if err != nil {
		return "", errors.Wrap(err, "lease the grant")
	}
	if version == 0 {
		return "", errLost
	}
	s.Version = version
	fresh, err := g.ask(ctx, s.Token.Refresh)
	switch {
	case err == nil:
		return g.store(ctx, s, fresh)
	case g.name != serverName && errors.Is(err, errRejected):
		return "", g.bury(ctx, s, err)
	}
	// The next try need not wait then. If this fails, the lease runs out.
	if releaseErr := g.tokens.grants.ReleaseGrant(ctx, g.key(), holder); releaseErr != nil {
		g.tokens.log.Warn("The lease of a grant couldn't be released", "grant", g.name, "error", releaseErr.Error())
	}
	return "", err
}

// ask gets a new token from Zoom.
func (g *Grant) ask(ctx context.Context, refresh string) (Token, error) {
	if g.name != serverName {
		return g.tokens.endpoint.refresh(ctx, refresh)
	}
	fresh, err := g.tokens.endpoint.mint(ctx)
	if err != nil && accountRefused(err) {
		err = fault.Wrap(err, fault.AccountRevoked)
	}
	return fresh, err
}

// bury marks the grant dead if it is still the one that Zoom rejected, and returns the fault of a dead grant. If it isn't, another server
// whose lease ran out was only slow, or its owner connected again: theirs is the token now.
func (g *Grant) bury(ctx context.Context, rejected state, cause error) error {
	dead := rejected
	dead.Dead = true
	replaced, err := g.replace(ctx, rejected.Version, dead.record)
	if err != nil {
		return err
	}
	if !replaced {
		return errLost
	}
	g.tokens.log.Warn(g.tokens.endpoint.app().vendor()+" no longer accepts a grant; its owner has to connect again", "grant", g.name, "error", cause.Error())
	return g.check(dead)
}

// store replaces the used token with the new one, even if another server has leased the grant since: the old refresh token is dead by
// now. So it does not give up lightly when the database fails, and in the end the access token serves for as long as it is valid.
func (g *Grant) store(ctx context.Context, used state, fresh Token) (string, error) {
	r := used.record
	r.Token, r.Dead = fresh, false
	if fresh.Scope == "" {
		r.Token.Scope = used.Token.Scope
	}
	var failure error
	for try := range storeTries {
		if try > 0 && backOff(ctx, try) != nil {
			break
		}
		replaced, err := g.replace(ctx, used.Version, r)
		switch {
		case err != nil:
			failure = err
		case replaced:
			return fresh.Access, nil
		default: // or an earlier try succeeded, although it seemed to fail
			return "", errLost
		}
	}
	g.tokens.log.Warn("A renewed token couldn't be stored; its owner may have to connect again", "grant", g.name, "error", failure.Error())
	return fresh.Access, nil
}

// backOff waits before the try with this number (from 1): longer each time, and not the same on all servers.
func backOff(ctx context.Context, try int) error {
	limit := min(pauseMin<<min(try, 10), pauseMax)
	return pause.For(ctx, limit/2+mathrand.N(limit/2)) //nolint:gosec // it only spreads servers apart
}
