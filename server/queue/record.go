package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// recordEvery is the least time between two statements, so that the jobs that end meanwhile share one; recordAtOnce of them don't wait.
	recordEvery  = 25 * time.Millisecond
	recordAtOnce = 100
	// recordAgain is the wait after the store failed.
	recordAgain = 2 * time.Second
	// recordTimeout limits one statement.
	recordTimeout = 10 * time.Second
)

// record is what is to be stored about a job that this server is done with: one of the two.
type record struct {
	finished *Finished
	released *Released
}

// recorder stores records, many with one statement. No worker waits for it. It is safe for concurrent use.
type recorder struct {
	store  Store
	holder string
	log    *slog.Logger
	// recorded is called with what is stored.
	recorded func(finished []Finished, released []Released)

	first, enough chan struct{} // signal the first of some records, and that there are many
	failing       bool          // the last statement failed; only the first such error is logged

	mu      sync.Mutex
	waiting []record
}

func newRecorder(store Store, holder string, log *slog.Logger, recorded func([]Finished, []Released)) *recorder {
	return &recorder{store: store, holder: holder, log: log, recorded: recorded, first: make(chan struct{}, 1), enough: make(chan struct{}, 1)}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add has the records stored soon.
func (r *recorder) add(records ...record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, records...)
	signal(r.first)
	if len(r.waiting) >= recordAtOnce {
		signal(r.enough)
	}
}

// run stores records until the workers have ended, and then the rest.
func (r *recorder) run(idle <-chan struct{}) {
	for last := (time.Time{}); r.gather(last, idle); {
		last = time.Now()
		if !r.flush() {
			pause(recordAgain, idle)
		}
	}
	r.flush()
}

// gather waits for records, and for more of them if the last were stored a moment ago. It reports false when the workers have ended.
func (r *recorder) gather(last time.Time, idle <-chan struct{}) bool {
	select {
	case <-r.first:
	case <-idle:
		return false
	}
	timer := time.NewTimer(time.Until(last.Add(recordEvery)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.enough:
		return true
	case <-idle:
		return false
	}
}

// pause waits, unless the workers have ended.
func pause(wait time.Duration, idle <-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-idle:
	}
}

// flush stores what waits, and keeps what couldn't be stored.
func (r *recorder) flush() bool {
	r.mu.Lock()
	batch := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	var finished []Finished
	var released []Released
	for _, each := range batch {
		if each.finished != nil {
			finished = append(finished, *each.finished)
		} else {
			released = append(released, *each.released)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	var failed []record
	if len(finished) > 0 {
		if err := r.store.Finish(ctx, r.holder, finished); err != nil {
			r.logFirst("The end of jobs couldn't be recorded", len(finished), err)
			for _, f := range finished {
				failed = append(failed, record{finished: &f})
			}
			finished = nil
		}
	}
	if len(released) > 0 {
		if err := r.store.Release(ctx, r.holder, released); err != nil {
			r.logFirst("Jobs couldn't be given back for another attempt", len(released), err)
			for _, back := range released {
				failed = append(failed, record{released: &back})
			}
			released = nil
		}
	}
	r.recorded(finished, released)
	if len(failed) > 0 {
		r.add(failed...)
	}
	r.failing = len(failed) > 0
	return !r.failing
}

// logFirst logs the first of several failures in a row.
func (r *recorder) logFirst(message string, jobs int, err error) {
	if !r.failing {
		r.log.Error(message+"; it is tried again every two seconds", "jobs", jobs, "error", err.Error())
	}
}
