package store

import (
	"context"
	"sync"
	"time"
)

// heardKey is the record of the time of Zoom's last signed event.
const heardKey = "hrd.zoom"

// heardEvery is how often that is written: it shows an admin that events arrive, for which minutes suffice.
const heardEvery = 10 * time.Minute

// LastEvent records when signed events arrive, for the self-check. It is safe for concurrent use.
type LastEvent struct {
	store   *Store
	mu      sync.Mutex
	written time.Time
}

// NewLastEvent returns a LastEvent in the store's table.
func NewLastEvent(s *Store) *LastEvent { return &LastEvent{store: s} }

// Note records that an event arrived now. Most calls write nothing, and a failed write isn't repeated until the next is due: Zoom waits
// for the response.
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

// At returns when an event last arrived, within some minutes; zero for never.
func (h *LastEvent) At(context.Context) (time.Time, error) {
	value, err := h.store.kv.Get(heardKey)
	if err != nil || len(value) == 0 {
		return time.Time{}, err
	}
	var at time.Time
	return at, at.UnmarshalText(value)
}
