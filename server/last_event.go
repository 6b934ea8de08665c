package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// senderZoom is the sender of Zoom's events.
const senderZoom = "zoom"

// lastEvents remembers when each sender's last signed event arrived.
type lastEvents interface {
	// Note records that an event of the sender arrived now.
	Note(ctx context.Context, sender string) error
	// At returns when an event of the sender last arrived; zero for never.
	At(ctx context.Context, sender string) (time.Time, error)
}

// heardEvery is how often that is written: it shows an admin that events arrive, for which minutes suffice.
const heardEvery = 10 * time.Minute

// eventClock notes when Zoom's events arrive, for the self-check. It is safe for concurrent use.
type eventClock struct {
	records lastEvents
	now     func() time.Time
	log     *slog.Logger

	mu      sync.Mutex
	written time.Time
}

// note notes that an event arrived now. Most calls write nothing, and a failed write isn't repeated until the next is due: Zoom waits for the
// response.
func (c *eventClock) note(ctx context.Context) {
	if !c.due(c.now()) {
		return
	}
	if err := c.records.Note(ctx, senderZoom); err != nil {
		c.log.Warn("The time of the last Zoom event couldn't be stored", "error", err.Error())
	}
}

// due reports whether it is time to write, and counts as having written.
func (c *eventClock) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.written) < heardEvery {
		return false
	}
	c.written = now
	return true
}

// at returns when an event last arrived, within some minutes; zero for never.
func (c *eventClock) at(ctx context.Context) (time.Time, error) {
	return c.records.At(ctx, senderZoom)
}
