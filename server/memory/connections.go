package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// Connections keeps connections, rotations and claims. Faults are asked before each call, with the ID of the connection or the key.
type Connections struct {
	faults *Faults
	log    *Deliveries
	now    func() time.Time

	// changing is held while a connection is changed, so that the change itself can read others.
	changing    sync.Mutex
	mu          sync.Mutex
	connections map[string][]byte
	// order counts subscriptions in the order in which they were added, by connection and ID.
	order     map[string]int
	rotations []keptRotation
	claims    map[string]time.Time
}

// keptRotation is a rotation with its provider.
type keptRotation struct {
	provider string
	bridge.Rotation
}

func newConnections(faults *Faults, log *Deliveries, now func() time.Time) *Connections {
	return &Connections{faults: faults, log: log, now: now, connections: map[string][]byte{}, order: map[string]int{}, claims: map[string]time.Time{}}
}

// Connection returns the connection with this ID.
func (s *Connections) Connection(ctx context.Context, id string) (bridge.Connection, bool, error) {
	if !bridge.IsConnectionID(id) {
		return bridge.Connection{}, false, nil
	}
	if err := s.before(ctx, "Connections.Connection", id); err != nil {
		return bridge.Connection{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, found := s.read(id)
	return c, found, nil
}

// read returns a copy of the connection; the caller holds the lock.
func (s *Connections) read(id string) (bridge.Connection, bool) {
	stored, found := s.connections[id]
	if !found {
		return bridge.Connection{}, false
	}
	var c bridge.Connection
	if err := json.Unmarshal(stored, &c); err != nil {
		panic(err)
	}
	return c, true
}

// all returns copies of all connections for which is returns true, by their IDs.
func (s *Connections) all(is func(bridge.Connection) bool) []bridge.Connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []bridge.Connection
	for id := range s.connections {
		if c, _ := s.read(id); is(c) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b bridge.Connection) int { return strings.Compare(a.ID, b.ID) })
	return found
}

// Following returns the provider's connections that any of the channels follows, those of all providers for "".
func (s *Connections) Following(ctx context.Context, providerID string, places ...chat.Place) ([]bridge.Connection, error) {
	if err := s.before(ctx, "Connections.Following", providerID); err != nil {
		return nil, err
	}
	found := s.all(func(c bridge.Connection) bool {
		return (providerID == "" || c.Provider == providerID) && slices.ContainsFunc(places, func(p chat.Place) bool { return len(c.In(p)) > 0 })
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	first := func(c bridge.Connection) int {
		least := len(s.order)
		for _, sub := range c.Subscriptions {
			if slices.ContainsFunc(places, sub.Place.SameChannel) {
				least = min(least, s.order[c.ID+"/"+sub.ID])
			}
		}
		return least
	}
	slices.SortFunc(found, func(a, b bridge.Connection) int { return first(a) - first(b) })
	return found, nil
}

// Named returns the provider's connections with this name, whatever its case.
func (s *Connections) Named(ctx context.Context, providerID, name string) ([]bridge.Connection, error) {
	if err := s.before(ctx, "Connections.Named", name); err != nil {
		return nil, err
	}
	return s.all(func(c bridge.Connection) bool {
		return c.Provider == providerID && strings.ToLower(c.Name) == strings.ToLower(name) //nolint:staticcheck // as the database compares
	}), nil
}

// NotSealedWith returns the IDs of the connections whose keys are sealed, and don't begin with the prefix.
func (s *Connections) NotSealedWith(ctx context.Context, prefix string) ([]string, error) {
	if err := s.before(ctx, "Connections.NotSealedWith", prefix); err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range s.all(func(c bridge.Connection) bool { return c.Sealed != "" && !strings.HasPrefix(c.Sealed, prefix) }) {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

// UpdateConnection changes a connection.
func (s *Connections) UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error) {
	if !bridge.IsConnectionID(id) {
		return bridge.Connection{}, errors.New("that cannot be the ID of a connection")
	}
	if err := s.before(ctx, "Connections.UpdateConnection", id); err != nil {
		return bridge.Connection{}, err
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mu.Lock()
	c, _ := s.read(id)
	s.mu.Unlock()
	changed, err := change(&c)
	if err != nil {
		return bridge.Connection{}, err
	}
	if changed && c.ID != "" && c.ID != id {
		return bridge.Connection{}, errors.New("a connection keeps its ID")
	}
	if changed {
		s.write(id, c)
	}
	return c, nil
}

func (s *Connections) write(id string, c bridge.Connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == "" {
		delete(s.connections, id)
		return
	}
	for _, sub := range c.Subscriptions {
		if _, known := s.order[id+"/"+sub.ID]; !known {
			s.order[id+"/"+sub.ID] = len(s.order)
		}
	}
	stored, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	s.connections[id] = stored
}

// Overview returns a page of all connections.
func (s *Connections) Overview(ctx context.Context, q bridge.OverviewQuery) (bridge.Overview, error) {
	if err := s.before(ctx, "Connections.Overview", q.Text); err != nil {
		return bridge.Overview{}, err
	}
	var lines []bridge.OverviewLine
	for _, c := range s.all(func(c bridge.Connection) bool {
		return strings.Contains(strings.ToLower(c.Provider+" "+c.Name+" "+c.Site), strings.ToLower(q.Text))
	}) {
		line := bridge.OverviewLine{Connection: c}
		line.Last, line.Result, line.Failures = s.log.outcome(c.ID)
		if !q.Failing || line.Failures > 0 {
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, func(a, b bridge.OverviewLine) int {
		return cmp.Or(strings.Compare(a.Provider, b.Provider), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.ID, b.ID))
	})
	page := bridge.Overview{All: len(lines)}
	page.Connections = lines[min(q.Skip, len(lines)):min(q.Skip+q.Most, len(lines))]
	return page, nil
}

// Claim reports whether this is the first to ask for the key within the time.
func (s *Connections) Claim(ctx context.Context, key string, keep time.Duration) (bool, error) {
	if err := s.before(ctx, "Connections.Claim", key); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Before(s.claims[key]) {
		return false, nil
	}
	s.claims[key] = s.now().Add(keep)
	return true, nil
}

// Prune removes claims that have run out.
func (s *Connections) Prune(ctx context.Context) error {
	if err := s.before(ctx, "Connections.Prune", ""); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, until := range s.claims {
		if !s.now().Before(until) {
			delete(s.claims, key)
		}
	}
	return nil
}

func (s *Connections) before(ctx context.Context, call, key string) error {
	if err := ctx.Err(); err != nil {
		return errors.Wrap(err, call)
	}
	return s.faults.before(call, key)
}

// Dump returns what is stored of each connection, by "connection" and its ID, and of each rotation, by "rotation" and its ID.
func (s *Connections) Dump() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	dump := map[string]string{}
	for id, stored := range s.connections {
		dump["connection "+id] = string(stored)
	}
	for _, r := range s.rotations {
		dump["rotation "+r.ID] = fmt.Sprint(r)
	}
	return dump
}
