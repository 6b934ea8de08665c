package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/pkg/errors"
)

// gather joins calls that arrive together into one statement, and so into one commit. When nothing is under way, a call waits for no other.
type gather[T, R any] struct {
	limit int
	pause time.Duration
	flush func(ctx context.Context, items []T) ([]R, error)

	mu      sync.Mutex
	waiting []*call[T, R]
	running bool
}

// call is one caller's item, and what became of it.
type call[T, R any] struct {
	item   T
	result R
	err    error
	done   chan struct{}
}

// flushTimeout bounds one statement: its callers may have gone, but others may not.
const flushTimeout = 20 * time.Second

// newGather returns a gather that passes up to limit items to a flush. The flush returns one result for each item, in their order. A pause
// above 0 delays each flush that long, for calls that nobody waits for.
func newGather[T, R any](limit int, pause time.Duration, flush func(ctx context.Context, items []T) ([]R, error)) *gather[T, R] {
	return &gather[T, R]{limit: limit, pause: pause, flush: flush}
}

// Do adds the item to the next flush, and returns its result. If the context ends first, Do returns its error, and the item may still be
// flushed.
func (g *gather[T, R]) Do(ctx context.Context, item T) (R, error) {
	c := &call[T, R]{item: item, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	start := !g.running
	g.running = true
	g.mu.Unlock()
	if start {
		go g.run()
	}
	select {
	case <-c.done:
		return c.result, c.err
	case <-ctx.Done():
		var none R
		return none, errors.Wrap(ctx.Err(), "wait for the database")
	}
}

// run flushes until nothing waits.
func (g *gather[T, R]) run() {
	for g.anyWaiting() {
		if g.pause > 0 {
			time.Sleep(g.pause)
		}
		g.mu.Lock()
		calls := g.waiting[:min(len(g.waiting), g.limit)]
		g.waiting = g.waiting[len(calls):]
		g.mu.Unlock()
		g.flushCalls(calls)
	}
}

// anyWaiting reports whether there is something to flush; if not, the next call starts another run.
func (g *gather[T, R]) anyWaiting() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = len(g.waiting) > 0
	if !g.running {
		g.waiting = nil
	}
	return g.running
}

// flushCalls flushes these together, and after an error one by one: an item that the database refuses must not fail the others.
func (g *gather[T, R]) flushCalls(calls []*call[T, R]) {
	items := make([]T, len(calls))
	for i, c := range calls {
		items[i] = c.item
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	results, err := g.flush(ctx, items)
	if err == nil && len(results) != len(items) {
		err = errors.Errorf("%d items had %d results", len(items), len(results))
	}
	switch {
	case err == nil:
		for i, c := range calls {
			c.result = results[i]
			close(c.done)
		}
	case len(calls) == 1 || isOutage(err):
		for _, c := range calls {
			c.err = err
			close(c.done)
		}
	default:
		for _, c := range calls {
			g.flushCalls([]*call[T, R]{c})
		}
	}
}
