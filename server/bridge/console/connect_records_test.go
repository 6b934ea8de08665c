package console_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
)

// officeRecords keeps records in memory, as copies.
type officeRecords struct {
	mu          sync.Mutex
	connections map[string]bridge.Connection
	lists       map[string][]string
	journals    map[string][]bridge.Entry
	// broken fails the change of a connection for which it returns an error.
	broken func(after bridge.Connection) error
}

func newOfficeRecords() *officeRecords {
	return &officeRecords{
		connections: map[string]bridge.Connection{}, lists: map[string][]string{}, journals: map[string][]bridge.Entry{},
	}
}

func copied(c bridge.Connection) bridge.Connection {
	content, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	var same bridge.Connection
	if err := json.Unmarshal(content, &same); err != nil {
		panic(err)
	}
	return same
}

func (r *officeRecords) Connection(_ context.Context, id string) (bridge.Connection, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.connections[id]
	return copied(c), ok, nil
}

func (r *officeRecords) UpdateConnection(_ context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := copied(r.connections[id])
	write, err := change(&c)
	if err != nil || !write {
		return c, err
	}
	if r.broken != nil {
		if err := r.broken(c); err != nil {
			return bridge.Connection{}, err
		}
	}
	if c.ID == "" {
		delete(r.connections, id)
		return c, nil
	}
	r.connections[id] = copied(c)
	return c, nil
}

func (r *officeRecords) ConnectionsOf(_ context.Context, providerID, channelID string) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lists[providerID+"/"+channelID]), nil
}

func (r *officeRecords) UpdateConnectionsOf(_ context.Context, providerID, channelID string, change func(*[]string) bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := slices.Clone(r.lists[providerID+"/"+channelID])
	if change(&ids) {
		r.lists[providerID+"/"+channelID] = ids
	}
	return nil
}

func (r *officeRecords) Journal(_ context.Context, connectionID string) ([]bridge.Entry, error) {
	return r.journals[connectionID], nil
}

func (r *officeRecords) Log(_ context.Context, connectionID string, entries []bridge.Entry) error {
	for _, e := range entries {
		r.journals[connectionID] = append([]bridge.Entry{e}, r.journals[connectionID]...)
	}
	return nil
}

func (r *officeRecords) Rotations(context.Context, string) ([]bridge.Rotation, error) {
	return nil, nil
}

func (r *officeRecords) UpdateRotations(context.Context, string, func(*[]bridge.Rotation) bool) error {
	return nil
}

func (r *officeRecords) Claim(context.Context, string, time.Duration) (bool, error) { return true, nil }
