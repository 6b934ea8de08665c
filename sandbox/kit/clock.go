package kit

import (
	"sync"
	"time"
)

// Clock is a sandbox's idea of the time: a base clock moved into the future by
// what tests asked for. It never goes back. Its methods may be called from several
// goroutines.
type Clock struct {
	base func() time.Time

	mu     sync.Mutex
	offset time.Duration
}

// NewClock returns a clock that runs with base, or with [time.Now] when base is
// nil.
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base}
}

// Now returns the simulated time in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.base().Add(c.offset).UTC()
}

// Set moves the clock to t unless t has passed already.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := t.Sub(c.base().Add(c.offset)); ahead > 0 {
		c.offset += ahead
	}
}
