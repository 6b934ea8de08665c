package oauth

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// leaseTime is how long a server may take to renew a token before another tries; longer than callTimeout.
	leaseTime = 20 * time.Second
	// renewTimeout bounds a renewal with all waiting for others.
	renewTimeout = 45 * time.Second
)

// errLost is a renewal whose record another server changed meanwhile: whatever that left is to be looked at.
var errLost = errors.New("the grant was changed by another server")

// token returns an access token that is fresh and not the rejected one.
func (g *Grant) token(ctx context.Context, rejected string) (string, error) {
	s, err := g.read(ctx)
	if err != nil {
		return "", err
	}
	if g.usable(s, rejected) {
		return s.Token.Access, nil
	}
	// Those who wait on this server share one renewal. It goes on when the one who began it leaves, for the rest, and so that
	// a new refresh token is not lost.
	flight := g.tokens.group.DoChan(kv.Hash(g.name, rejected), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
		defer cancel()
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
	return s.found && !s.Dead && s.Token.Access != "" && s.Token.Access != rejected &&
		!g.tokens.now().Add(margin).After(s.Token.Expiry)
}

// renew gets a new token, or waits for the server that is at it. The record itself holds the lease: taking it is a swap, so it
// fails when another server was first or when the record was read from a replica that is behind.
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
		if s.Lease == nil || !g.tokens.now().Before(s.Lease.Until) {
			held, ok, err := g.takeLease(ctx, s)
			if err != nil {
				return "", err
			}
			if ok {
				access, err := g.renewHeld(ctx, held)
				if !errors.Is(err, errLost) {
					return access, err
				}
			}
		}
		if err := pause(ctx, try); err != nil {
			return "", fault.Wrap(errors.New("another server has not renewed the token in time"), fault.ZoomTimeout)
		}
	}
}

func (g *Grant) takeLease(ctx context.Context, s state) (state, bool, error) {
	r := s.record
	r.Lease = &lease{Owner: rand.Text(), Until: g.tokens.now().Add(leaseTime)}
	return g.swap(ctx, s, r)
}

// renewHeld renews the token of a record whose lease is ours.
func (g *Grant) renewHeld(ctx context.Context, held state) (string, error) {
	fresh, err := g.ask(ctx, held.Token.Refresh)
	switch {
	case err == nil:
		return g.persist(ctx, held, fresh)
	case g.name == serverName && accountRefused(err):
		g.release(ctx, held)
		return "", fault.Wrap(err, fault.AccountRevoked)
	case g.name == serverName, !errors.Is(err, errRejected):
		g.release(ctx, held)
		return "", err
	}
	dead := held.record
	dead.Dead, dead.Lease = true, nil
	s, swapped, swapErr := g.swap(ctx, held, dead)
	if swapErr != nil {
		return "", swapErr
	}
	if !swapped {
		// Someone connected again, or the one whose lease ran out was only slow: theirs is the token now.
		return "", errLost
	}
	g.tokens.log.Warn(g.tokens.endpoint.app().vendor()+" no longer accepts a grant; its owner has to connect again", "grant", g.name, "error", err.Error())
	return "", g.check(s)
}

func (g *Grant) ask(ctx context.Context, refresh string) (Token, error) {
	if g.name == serverName {
		return g.tokens.endpoint.mint(ctx)
	}
	return g.tokens.endpoint.refresh(ctx, refresh)
}

// persist stores the new token. The old refresh token is dead by now, so it does not give up lightly: a record whose
// lease another server took over and a table that fails are tried again, and in the end the access token serves for as long as
// it is valid.
func (g *Grant) persist(ctx context.Context, held state, fresh Token) (string, error) {
	if fresh.Scope == "" {
		fresh.Scope = held.Token.Scope
	}
	s, used := held, held.Token
	var failure error
	for try := range writeTries {
		if try > 0 {
			if failure = pause(ctx, try); failure != nil {
				break
			}
			read, err := g.read(ctx)
			if failure = err; err != nil {
				continue
			}
			s = read
		}
		switch {
		case s.found && s.Token.Access == fresh.Access:
			return fresh.Access, nil
		case !s.found && g.name != serverName, s.Token.Access != used.Access, s.Token.Refresh != used.Refresh:
			return "", errLost
		}
		r := s.record
		r.Token, r.Lease, r.Dead = fresh, nil, false
		_, swapped, err := g.swap(ctx, s, r)
		if swapped {
			return fresh.Access, nil
		}
		failure = err
	}
	if failure == nil {
		failure = errors.New("too many writers at once")
	}
	g.tokens.log.Warn("A renewed token couldn't be stored; its owner may have to connect again", "grant", g.name, "error", failure.Error())
	return fresh.Access, nil
}

// release gives the lease back, so that the next try need not wait. If it fails, the lease runs out.
func (g *Grant) release(ctx context.Context, held state) {
	r := held.record
	r.Lease = nil
	if _, _, err := g.swap(ctx, held, r); err != nil {
		g.tokens.log.Warn("The lease of a grant couldn't be released", "grant", g.name, "error", err.Error())
	}
}
