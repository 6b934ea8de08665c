// Package store keeps the plugin's records in Mattermost's key-value table and gives them back as the types of the domain.
//
// All servers of a cluster share that table and nothing else, so every decision between them is a compare-and-swap on
// one record: update (read, change, swap, again on a lost race), and the claims and leases of the Inbox.
// Reads may come from a database replica that lags behind; a swap that fails because of it is tried again after a while.
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
	// Get returns the value, or nil when there is none. It may read a replica, and so return an earlier value.
	Get(key string) ([]byte, error)
	// Set writes the value, whatever was there. A ttl of 0 keeps it for ever.
	Set(key string, value []byte, ttl time.Duration) error
	// Swap writes the value if the stored one equals old, and reports whether it did. It works on the master.
	// With a nil old the key must not exist; with a nil value the key is deleted.
	Swap(key string, old, value []byte, ttl time.Duration) (bool, error)
	// Delete removes the key; it is no error if there is none.
	Delete(key string) error
}

// ErrContended is a record that so many writers change at once that this one did not get its turn.
var ErrContended = errors.New("the record is being changed by too many writers at once")

const (
	swapTries = 20
	pauseMin  = 2 * time.Millisecond
	pauseMax  = 250 * time.Millisecond
)

// Store reads and writes the records. It is safe for use by several goroutines and keeps nothing in memory.
type Store struct {
	kv  KV
	now func() time.Time
}

// New returns a store over the table.
func New(kv KV, now func() time.Time) *Store { return &Store{kv: kv, now: now} }

// load reads the JSON record; false means that there is none.
func load[T any](s *Store, key string) (T, bool, error) {
	value, _, found, err := read[T](s, key)
	return value, found, err
}

// outcome is what a change makes of a record.
type outcome int

const (
	leave outcome = iota
	write
	remove
)

// update reads the JSON record (the zero T when there is none), lets change work on it, and writes it back with the ttl
// if change returns true. When another writer came between, all of it is done again on what that writer left, so change
// must depend on nothing but the record. It returns the record as change left it; an error of change is returned as it is.
func update[T any](ctx context.Context, s *Store, key string, ttl time.Duration, change func(*T) (bool, error)) (T, error) {
	return edit(ctx, s, key, ttl, func(value *T) (outcome, error) {
		if changed, err := change(value); err != nil || !changed {
			return leave, err
		}
		return write, nil
	})
}

// edit is update for what may end a record as well. Nothing is removed that another writer has changed meanwhile.
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

// read returns the record together with its raw bytes, which a later swap must give back unaltered.
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
