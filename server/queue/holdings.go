package queue

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"
)

// item is a job whose lease this server holds. What can change is guarded by the lock of its holdings.
type item struct {
	Taken
	tag   tag
	until time.Time // the lease lasts at least until then
	lost  bool      // another server has it, or may have it
	// cancel ends the handler's context; nil while none runs.
	cancel context.CancelFunc
	// stored is closed once it is known whether the store has the job for this server; nil for one that was stored before. refused, which
	// may be read then, says that it doesn't.
	stored  chan struct{}
	refused bool
}

// isStored reports whether that is known.
func (it *item) isStored() bool {
	if it.stored == nil {
		return true
	}
	select {
	case <-it.stored:
		return true
	default:
		return false
	}
}

// holdings are the jobs that this server holds, with the room that they take. It is safe for concurrent use.
type holdings struct {
	opts Options

	mu sync.Mutex
	// more is signaled for each item that waits for a worker. A worker that becomes free looks by itself.
	more   *sync.Cond
	closed bool
	room   room
	lines  lines
	// items are all that this server has the lease of, by ID, until their end is recorded.
	items   map[string]*item
	resting map[*item]*time.Timer
	// left says that the store may have due jobs for which there was no room, skipped whose they are if not everyone's.
	left    bool
	skipped []string
}

func newHoldings(o Options) *holdings {
	h := &holdings{opts: o, room: newRoom(o), lines: newLines(o), items: map[string]*item{}, resting: map[*item]*time.Timer{}}
	h.more = sync.NewCond(&h.mu)
	return h
}

// reserve takes room for one more new job, unless this server already holds it. For one that is being stored, it waits.
func (h *holdings) reserve(ctx context.Context, j Job) (known bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for other := h.items[j.ID]; other != nil && !other.isStored(); other = h.items[j.ID] {
		h.mu.Unlock()
		select {
		case <-other.stored:
		case <-ctx.Done():
			err = errors.Wrap(ctx.Err(), "wait for a repetition to be stored")
		}
		h.mu.Lock()
		if err != nil {
			return false, err
		}
	}
	switch {
	case h.closed:
		return false, ErrClosed
	case h.items[j.ID] != nil && !h.items[j.ID].refused:
		return true, nil
	}
	if err := h.room.fits(tagOf(j), true); err != nil {
		return false, err
	}
	h.room.hold(tagOf(j))
	return false, nil
}

func (h *holdings) unreserve(j Job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.room.release(tagOf(j))
}

// add hands an item that has room to the next free worker that may have it. It reports false if the engine has been closed meanwhile.
func (h *holdings) add(it *item) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items[it.ID] = it
	if !h.closed {
		h.queue(it)
	}
	return !h.closed
}

// queue does that; the lock must be held.
func (h *holdings) queue(it *item) {
	h.lines.add(it)
	h.more.Signal()
}

// next waits for an item to handle; nil when the engine closes.
func (h *holdings) next() *item {
	h.mu.Lock()
	defer h.mu.Unlock()
	for !h.closed {
		if it := h.lines.next(); it != nil {
			return it
		}
		h.more.Wait()
	}
	return nil
}

// freed says that the worker of the item is free.
func (h *holdings) freed(it *item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines.done(it)
}

// keeps reports whether the store has the item for this server, once that is known, and forgets it otherwise.
func (h *holdings) keeps(it *item) bool {
	if it.stored == nil {
		return true
	}
	<-it.stored
	h.mu.Lock()
	defer h.mu.Unlock()
	if it.refused {
		h.forget(it)
	}
	return !it.refused
}

// begin reports whether the job is still this server's, and forgets it otherwise. Cancel ends its handler's context.
func (h *holdings) begin(it *item, cancel context.CancelFunc) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if it.lost || !time.Now().Before(it.until) || it.isStored() && it.refused {
		h.forget(it)
		return false
	}
	it.cancel = cancel
	return true
}

// rest keeps the item with its lease for a moment and then hands it to a worker again: to release it and take it again would cost more
// statements than the attempt itself, and a flood consists of such attempts. If this server crashes meanwhile, the lease runs out as usual.
func (h *holdings) rest(it *item, wait time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || it.lost {
		return false
	}
	it.cancel = nil
	h.resting[it] = time.AfterFunc(wait, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, rests := h.resting[it]; rests {
			delete(h.resting, it)
			h.queue(it)
		}
	})
	return true
}

// settle frees the room and the memory of a job that this server is done with; waits says that it is tried again. It reports false for a
// job that is lost.
func (h *holdings) settle(it *item, waits bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if it.lost {
		h.forget(it)
		return false
	}
	if waits {
		h.room.wait(it.tag)
	}
	h.room.release(it.tag)
	it.Body, it.Header, it.cancel = nil, nil, nil
	return true
}

// forget stops tracking a job that is lost. The lock must be held.
func (h *holdings) forget(it *item) {
	h.room.release(it.tag)
	if h.items[it.ID] == it {
		delete(h.items, it.ID)
	}
}

// drop forgets jobs whose end is recorded. It reports whether there is room now for jobs that were left in the store.
func (h *holdings) drop(ids []string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		delete(h.items, id)
	}
	roomy := h.left && h.room.held.Jobs < h.opts.Backlog/2 && h.room.held.Bytes < h.opts.Bytes/2
	if roomy = roomy || slices.ContainsFunc(h.skipped, h.room.roomy); roomy {
		h.left, h.skipped = false, nil
	}
	return roomy
}

// close ends the handing out of items and returns those that no worker has; first is false if it was closed before.
func (h *holdings) close() (left []*item, first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	h.closed = true
	left = h.lines.clear()
	for it, timer := range h.resting {
		timer.Stop()
		left = append(left, it)
	}
	h.resting = nil
	h.more.Broadcast()
	return left, true
}
