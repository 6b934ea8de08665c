// Package store keeps the plugin's records in Mattermost's key-value table and returns them as domain types. It makes no decisions about
// them.
//
// All servers of a cluster share that table and nothing else, so every decision between them is a compare-and-swap on one record: update
// (read, change, swap, and retry after a lost race), and the claims and leases of the Inbox. Reads may be from a database replica that
// lags behind; a swap that fails because of that is retried after a while.
package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/kv"
)

// KV is the key-value table of the plugin, shared by all servers. Keys have at most 150 characters.
type KV interface {
	// Get returns the value, or nil for none. It may read a replica, and so return an earlier value.
	Get(key string) ([]byte, error)
	// Set writes the value unconditionally. A ttl of 0 means that it never expires.
	Set(key string, value []byte, ttl time.Duration) error
	// Swap writes the value if the stored one equals old, and reports whether it did. It uses the primary. With a nil old the key must
	// not exist; a nil value deletes the key.
	Swap(key string, old, value []byte, ttl time.Duration) (bool, error)
	// Delete removes the key; a missing key is no error.
	Delete(key string) error
}

// ErrContended means that too many writers change the record at once for this one to get its turn.
var ErrContended = errors.New("the record is being changed by too many writers at once")

const (
	swapTries = 20
	pauseMin  = 2 * time.Millisecond
	pauseMax  = 250 * time.Millisecond
)

// Store reads and writes the records. It is safe for concurrent use and caches nothing.
type Store struct {
	kv  KV
	now func() time.Time
}

// New returns a Store over the table.
func New(kv KV, now func() time.Time) *Store { return &Store{kv: kv, now: now} }

// load reads the JSON record; false means that there is none.
func load[T any](s *Store, key string) (T, bool, error) {
	value, _, found, err := read[T](s, key)
	return value, found, err
}

// outcome is what to do with a record after a change.
type outcome int

const (
	leave outcome = iota
	write
	remove
)

// update reads the JSON record (the zero T for none), calls change, and writes the record back with the ttl if change returns true. After
// a concurrent write it starts over with the new record, so change must depend on nothing but the record. It returns the record as change
// left it; an error of change is returned unchanged.
func update[T any](ctx context.Context, s *Store, key string, ttl time.Duration, change func(*T) (bool, error)) (T, error) {
	return edit(ctx, s, key, ttl, func(value *T) (outcome, error) {
		if changed, err := change(value); err != nil || !changed {
			return leave, err
		}
		return write, nil
	})
}

// edit is update for changes that may also delete a record. A record that was changed concurrently isn't deleted.
func edit[T any](ctx context.Context, s *Store, key string, ttl time.Duration, change func(*T) (outcome, error)) (T, error) {
	var none T
	for try := range swapTries {
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return none, errors.Wrapf(err, "update %s", key)
			}
		}
		value, raw, found, err := read[T](s, key)
		if err != nil {
			return none, err
		}
		what, err := change(&value)
		if err != nil || what == leave || what == remove && !found {
			return value, err
		}
		var changed []byte
		if what == write {
			if changed, err = json.Marshal(value); err != nil {
				return none, errors.Wrapf(err, "encode %s", key)
			}
			if bytes.Equal(raw, changed) && ttl == 0 {
				return value, nil
			}
		}
		swapped, err := s.kv.Swap(key, raw, changed, ttl)
		if err != nil {
			return none, errors.Wrapf(err, "swap %s", key)
		}
		if swapped {
			return value, nil
		}
	}
	return none, errors.Wrapf(ErrContended, "update %s", key)
}

// read returns the record and its raw bytes, which a later swap must pass unchanged.
func read[T any](s *Store, key string) (value T, raw []byte, found bool, err error) {
	raw, err = s.kv.Get(key)
	if err != nil {
		return value, nil, false, errors.Wrapf(err, "read %s", key)
	}
	if raw == nil {
		return value, nil, false, nil
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, nil, false, errors.Wrapf(err, "decode %s", key)
	}
	return value, raw, true, nil
}

// pause waits before the try with this number (from 1).
func pause(ctx context.Context, try int) error { return kv.Pause(ctx, try, pauseMin, pauseMax) }
