package store

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// journalKept counts from the last delivery: admins may ask weeks later why nothing arrives.
	journalKept = 180 * 24 * time.Hour
	// journalLength is the number of deliveries in a journal.
	journalLength = 20
)

// connectionForm is the pattern of a connection's ID. Each delivery carries one, as its sender wrote it.
var connectionForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Connection returns the connection with this ID; see assembly.Records. An invalid ID costs no call.
func (s *Store) Connection(ctx context.Context, id string) (bridge.Connection, bool, error) {
	if err := ctx.Err(); err != nil {
		return bridge.Connection{}, false, errors.Wrap(err, "read a connection")
	}
	if !connectionForm.MatchString(id) {
		return bridge.Connection{}, false, nil
	}
	return load[bridge.Connection](s, connectionKey(id))
}

// UpdateConnection changes a connection; see assembly.Records. One without an ID afterwards is deleted, unless it was changed
// concurrently: then change is called again.
func (s *Store) UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error) {
	if !connectionForm.MatchString(id) {
		return bridge.Connection{}, errors.New("that cannot be the id of a connection")
	}
	return edit(ctx, s, connectionKey(id), 0, func(c *bridge.Connection) (outcome, error) {
		changed, err := change(c)
		switch {
		case err != nil || !changed:
			return leave, err
		case c.ID == "":
			return remove, nil
		case c.ID != id:
			return leave, errors.New("a connection keeps its id")
		}
		return write, nil
	})
}

// ConnectionsOf returns the IDs of the provider's connections that the channel is or was subscribed to.
func (s *Store) ConnectionsOf(ctx context.Context, providerID, list string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, errors.Wrap(err, "read the connections of a channel")
	}
	ids, _, err := load[[]string](s, listKey(providerID, list))
	return ids, err
}

// UpdateConnectionsOf changes that list. An empty list removes the record.
func (s *Store) UpdateConnectionsOf(ctx context.Context, providerID, list string, change func(*[]string) bool) error {
	_, err := edit(ctx, s, listKey(providerID, list), 0, func(ids *[]string) (outcome, error) {
		switch {
		case !change(ids):
			return leave, nil
		case len(*ids) == 0:
			return remove, nil
		}
		return write, nil
	})
	return err
}

// Journal returns the latest deliveries of a connection, newest first.
func (s *Store) Journal(ctx context.Context, connectionID string) ([]bridge.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, errors.Wrap(err, "read the journal")
	}
	entries, _, err := load[[]bridge.Entry](s, journalKey(connectionID))
	slices.Reverse(entries)
	return entries, err
}

// Log appends entries to the journal, oldest first, and removes all but the last twenty.
func (s *Store) Log(ctx context.Context, connectionID string, entries []bridge.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, err := update(ctx, s, journalKey(connectionID), journalKept, func(all *[]bridge.Entry) (bool, error) {
		*all = append(*all, entries...)
		*all = (*all)[max(0, len(*all)-journalLength):]
		return true, nil
	})
	return err
}

// Rotations returns the provider's on-call rotations.
func (s *Store) Rotations(ctx context.Context, providerID string) ([]bridge.Rotation, error) {
	if err := ctx.Err(); err != nil {
		return nil, errors.Wrap(err, "read the rotations")
	}
	all, _, err := load[[]bridge.Rotation](s, rotationsKey(providerID))
	return all, err
}

// UpdateRotations changes them; see assembly.Records. An empty list removes the record.
func (s *Store) UpdateRotations(ctx context.Context, providerID string, change func(*[]bridge.Rotation) bool) error {
	_, err := edit(ctx, s, rotationsKey(providerID), 0, func(all *[]bridge.Rotation) (outcome, error) {
		switch {
		case !change(all):
			return leave, nil
		case len(*all) == 0:
			return remove, nil
		}
		return write, nil
	})
	return err
}

func rotationsKey(providerID string) string { return "rot." + providerID }

// Claim reports whether this is the first request for the key within the time. After an error the outcome is unknown, and a retry may
// return false.
func (s *Store) Claim(ctx context.Context, key string, keep time.Duration) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, errors.Wrap(err, "claim")
	}
	first, err := s.kv.Swap("one."+kv.Hash(key), nil, []byte("1"), keep)
	return first, errors.Wrap(err, "claim")
}

func connectionKey(id string) string { return "con." + id }

func listKey(providerID, list string) string { return "chn." + providerID + "." + list }

// journalKey needs no hash: only an existing connection has a journal.
func journalKey(connectionID string) string { return "jrn." + connectionID }
