package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"
)

// swapKey is the record of what changed when this plugin replaced the public plugin.
const swapKey = "swp.zoom"

// Swap is what changed when this plugin replaced the public plugin, as far as admins need to know.
type Swap struct {
	At time.Time `json:"at,omitzero"`
	// ByAddress reports that one admin had authorized for everyone, so that users are matched by email address.
	ByAddress bool `json:"by_address,omitempty"`
	// Restricted is the number of channels that had a restriction of their own.
	Restricted int `json:"restricted,omitempty"`
}

// Swaps remembers the change of plugins.
type Swaps struct{ store *Store }

// NewSwaps returns the record of it in the store.
func NewSwaps(s *Store) *Swaps { return &Swaps{store: s} }

// Note remembers the change of plugins, once, and reports whether this was the first time.
func (s *Swaps) Note(_ context.Context, found Swap) (first bool, err error) {
	found.At = s.store.now()
	raw, err := json.Marshal(found)
	if err != nil {
		return false, errors.Wrap(err, "encode what the change of plugins changed")
	}
	first, err = s.store.kv.Swap(swapKey, nil, raw, 0)
	return first, errors.Wrap(err, "note what the change of plugins changed")
}

// Noted returns what Note remembered; zero when nothing.
func (s *Swaps) Noted(context.Context) (Swap, error) {
	noted, _, err := load[Swap](s.store, swapKey)
	return noted, err
}
