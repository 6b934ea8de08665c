package queue

import (
	"math/rand/v2"
	"time"
)

const (
	// lookEvery is about how often each server asks the store for what is due and leased to no one.
	lookEvery = 5 * time.Second
	// lookGap is the least time between two questions.
	lookGap = 50 * time.Millisecond
)

// lookout decides when to ask the store for what is due.
type lookout struct {
	woken   chan struct{}
	stop    <-chan struct{}
	failing bool // the last look failed; only the first such error is logged
}

func newLookout(stop <-chan struct{}) *lookout {
	return &lookout{woken: make(chan struct{}, 1), stop: stop}
}

// wake makes it look now.
func (l *lookout) wake() { signal(l.woken) }

// lookIn makes it look after the wait, for a job that is due then. Longer waits end within a regular look.
func (l *lookout) lookIn(wait time.Duration) {
	if wait <= lookEvery {
		time.AfterFunc(max(wait, 0), l.wake)
	}
}

// run looks until the engine closes: when it is woken, and about every five seconds. Servers don't look together.
func (l *lookout) run(look func()) {
	for {
		look()
		if !l.sleep(lookGap, nil) || !l.sleep(lookEvery*3/4+rand.N(lookEvery/2), l.woken) {
			return
		}
	}
}

// sleep waits until the time is over or it is woken. It reports false if the engine closes.
func (l *lookout) sleep(wait time.Duration, woken <-chan struct{}) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-woken:
		return true
	case <-l.stop:
		return false
	}
}
