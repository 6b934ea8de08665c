// Package cache remembers connections for a few seconds, so that a delivery costs no statement to find out whose it is. Everything else
// that is done about a connection reads the record.
package cache

import (
	"context"
	"slices"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/connection"
)

const (
	// KeptFor is how long a connection that another server changes may be remembered as it was, if that server's hint is lost.
	KeptFor = 5 * time.Second
	// maxKept bounds how many are remembered.
	maxKept = 1000
)

// Connections is a store of connections with a memory of the latest. It is safe for concurrent use.
type Connections struct {
	connection.Store
	now func() time.Time
	// tell tells other servers that a connection was changed.
	tell func(id string)

	mu   sync.Mutex
	kept map[string]remembered
	// changes counts what was forgotten: what was read before a change isn't remembered after it.
	changes int
}

type remembered struct {
	bridge.Connection
	until time.Time
}

// New returns the store with a memory. tell is called after each change on this server, to have other servers Forget the connection.
func New(store connection.Store, now func() time.Time, tell func(id string)) *Connections {
	return &Connections{Store: store, now: now, tell: tell, kept: map[string]remembered{}}
}

// Recent returns the connection as it is or was up to KeptFor ago; false means that there is none. It knows of each change on this server
// at once. One that is remembered costs no statement.
func (s *Connections) Recent(ctx context.Context, id string) (bridge.Connection, bool, error) {
	s.mu.Lock()
	known, found := s.kept[id]
	before := s.changes
	s.mu.Unlock()
	if found && s.now().Before(known.until) {
		known.Subscriptions = slices.Clone(known.Subscriptions)
		return known.Connection, true, nil
	}
	c, found, err := s.Connection(ctx, id)
	if err == nil && found {
		s.remember(c, before)
	}
	return c, found, err
}

func (s *Connections) remember(c bridge.Connection, before int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes != before {
		return
	}
	now := s.now()
	if len(s.kept) >= maxKept {
		for id, known := range s.kept {
			if !now.Before(known.until) {
				delete(s.kept, id)
			}
		}
	}
	if len(s.kept) >= maxKept {
		clear(s.kept)
	}
	c.Subscriptions = slices.Clone(c.Subscriptions)
	s.kept[c.ID] = remembered{Connection: c, until: now.Add(KeptFor)}
}

// UpdateConnection changes a connection; see connection.Store.
func (s *Connections) UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error) {
	changed := false
	c, err := s.Store.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		var err error
		changed, err = change(c)
		return changed, err
	})
	if changed {
		s.Forget(id) // also after an error: it isn't known whether the change was made
		s.tell(id)
	}
	return c, err
}

// Forget has the connection read again when it is needed next.
func (s *Connections) Forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	delete(s.kept, id)
}
