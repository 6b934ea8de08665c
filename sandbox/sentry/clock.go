package sentry

import (
	"sync"
	"time"
)

// clock is the sandbox's idea of the time: a base clock moved into the future
// by what tests asked for. It never goes back.
type clock struct {
	base func() time.Time

	mu     sync.Mutex
	offset time.Duration
}

// Now returns the simulated time in UTC.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.offset).UTC()
}

// set moves the clock to t unless t has passed already.
func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := t.Sub(c.base().Add(c.offset)); ahead > 0 {
		c.offset += ahead
	}
}

// stamp writes t the way Sentry does: UTC, microseconds, "Z".
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
