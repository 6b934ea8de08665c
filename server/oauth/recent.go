package oauth

import (
	"context"
	"sync"
	"time"
)

const (
	// recentFor is how long a grant that was read serves for more calls. A token that ended meanwhile, on another server, is rejected by
	// Zoom, and Renew reads the grant again.
	recentFor = 5 * time.Second
	// maxRecent is the most grants that a server remembers.
	maxRecent = 1000
)

// recent are the usable grants that this server has read: an operation with several calls reads its grant once, and where the database
// can't be reached, the token that was read last serves as long as it is valid.
type recent struct {
	now func() time.Time

	mu   sync.Mutex
	read map[GrantKey]readGrant
}

type readGrant struct {
	state
	at time.Time
}

func (r *recent) keep(s state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, earlier := range r.read {
		if len(r.read) < maxRecent {
			break
		}
		if r.now().Sub(earlier.at) > recentFor {
			delete(r.read, key)
		}
	}
	if len(r.read) < maxRecent {
		r.read[s.Key] = readGrant{state: s, at: r.now()}
	}
}

func (r *recent) forget(key GrantKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.read, key)
}

// find returns the grant, and whether it was read in the last seconds.
func (r *recent) find(key GrantKey) (s state, now bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := r.read[key]
	return found.state, r.now().Sub(found.at) <= recentFor
}

// Read tells that the grant with this name was read together with other records, sealed as it is stored: Token doesn't read it again in the
// next seconds. One that is of no use, or that can't be opened, is left to Token.
func (t *Tokens) Read(ctx context.Context, name, sealed string) {
	g := &Grant{tokens: t, name: name}
	s, err := g.open(ctx, StoredGrant{Key: g.key(), Sealed: sealed})
	if err == nil && g.usable(s, "") {
		t.recent.keep(s)
	}
}

// withoutDatabase returns a token other than the rejected one where the grant can't be read: the one that was read last, or one that this
// server gets for itself, without sharing it.
func (g *Grant) withoutDatabase(ctx context.Context, rejected string, cause error) (string, error) {
	s, _ := g.tokens.recent.find(g.key())
	if g.usable(s, rejected) {
		return s.Token.Access, nil
	}
	if g.name != serverName {
		return "", cause
	}
	fresh, err := g.ask(ctx, "")
	if err != nil {
		return "", err
	}
	g.tokens.recent.keep(state{record: record{App: g.app(), Token: fresh}, StoredGrant: StoredGrant{Key: g.key()}, found: true})
	return fresh.Access, nil
}
