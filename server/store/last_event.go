package store

import (
	"context"
	"sync"
	"time"
)

// heardKey is the record of when Zoom's last signed event arrived.
const heardKey = "hrd.zoom"

// heardEvery is how often that is written: it tells an admin that events arrive, for which minutes do.
const heardEvery = 10 * time.Minute

// LastEvent notes when signed events arrive, for the self-check. It is safe for use by several goroutines.
type LastEvent struct {
	store   *Store
	mu      sync.Mutex
	written time.Time
}

// NewLastEvent returns a note in the table of the store.
func NewLastEvent(s *Store) *LastEvent { return &LastEvent{store: s} }

// Note records that an event arrived now. Most calls write nothing, and one that fails is not made up for until the next is due:
// Zoom waits for its answer.
func (h *LastEvent) Note(context.Context) error {
	now := h.store.now()
	if !h.due(now) {
		return nil
	}
	value, err := now.UTC().MarshalText()
	if err != nil {
		return err
	}
	return h.store.kv.Set(heardKey, value, 0)
}

// due reports whether it is time to write, and counts as having written.
func (h *LastEvent) due(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.written) < heardEvery {
		return false
	}
	h.written = now
	return true
}

// At returns when an event last arrived, give or take some minutes; zero when none ever did.
func (h *LastEvent) At(context.Context) (time.Time, error) {
	value, err := h.store.kv.Get(heardKey)
	if err != nil || len(value) == 0 {
		return time.Time{}, err
	}
	var at time.Time
	return at, at.UnmarshalText(value)
}
