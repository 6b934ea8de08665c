package store

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/queue"
)

// item is a delivery whose lease this server holds.
type item struct {
	n        int
	delivery queue.Job
	// previous held the lease before us and let it expire; "" for none.
	previous string

	// mu guards the rest: both the worker and the renewal of leases write it.
	mu    sync.Mutex
	raw   []byte // the slot as we last wrote it
	until time.Time
	claim []byte // the claim as we last wrote it, nil while we have none
	tries int    // servers that crashed while handling it
	over  bool   // no longer ours: handled, released or lost
	// cancel ends the handler's context; nil while none runs.
	cancel context.CancelFunc
}

// panicError is the error of a handler that panicked.
type panicError struct {
	value any
	stack []byte
}

func (p panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// enqueue queues the item for a worker.
func (i *Inbox) enqueue(it *item) {
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		i.leases.giveBack(it)
		i.unreserve(it.delivery)
		return
	}
	i.held[it.n] = it
	i.ids[it.delivery.ID]++
	i.lines.add(it)
	i.more.Broadcast()
	i.mu.Unlock()
}

// forget stops tracking an item and frees its room.
func (i *Inbox) forget(it *item) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.room.release(tagOf(it.delivery))
	delete(i.held, it.n)
	if i.ids[it.delivery.ID]--; i.ids[it.delivery.ID] <= 0 {
		delete(i.ids, it.delivery.ID)
	}
}

// serve is one worker; it runs until the inbox closes.
func (i *Inbox) serve(ctx context.Context) {
	for it := i.next(); it != nil; it = i.next() {
		i.work(ctx, it)
		i.mu.Lock()
		i.lines.done(it)
		i.more.Broadcast()
		i.mu.Unlock()
	}
}

// next waits for an item to handle; nil when the inbox closes.
func (i *Inbox) next() *item {
	i.mu.Lock()
	defer i.mu.Unlock()
	for !i.closed {
		if it := i.lines.next(); it != nil {
			return it
		}
		i.more.Wait()
	}
	return nil
}

// leave releases what is queued or resting when the inbox closes.
func (i *Inbox) leave() {
	i.mu.Lock()
	left := i.lines.clear()
	for it, timer := range i.resting {
		timer.Stop()
		left = append(left, it)
	}
	i.resting = nil
	i.mu.Unlock()
	for _, it := range left {
		i.leases.giveBack(it)
		i.forget(it)
	}
}

func (i *Inbox) stopping() bool {
	select {
	case <-i.stop:
		return true
	default:
		return false
	}
}

// work handles one item as far as possible now.
func (i *Inbox) work(ctx context.Context, it *item) {
	var again time.Time
	rests := false
	defer func() {
		if rests {
			return
		}
		i.forget(it)
		if !again.IsZero() {
			i.watch(it.n, again, tagOf(it.delivery))
		}
	}()
	if !i.leases.ready(it) {
		again = i.now().Add(slotLease)
		return
	}
	verdict, until, err := i.leases.claim(ctx, it)
	switch {
	case err != nil:
		again = i.leases.postpone(it, i.now().Add(lookAgain))
	case verdict == claimDone:
		again = i.leases.remove(ctx, it)
	case verdict == claimBusy:
		again = i.leases.postpone(it, until)
	case verdict == claimWorn:
		i.leases.logDelivery(slog.LevelError, "The inbox drops a delivery: the server stopped each time it was handled", it)
		again = i.leases.finish(ctx, it)
	default:
		err := i.run(ctx, it)
		if rests = i.rest(it, err); !rests {
			again = i.conclude(ctx, it, err)
		}
	}
}

// run calls the handler.
func (i *Inbox) run(ctx context.Context, it *item) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	it.mu.Lock()
	it.cancel = cancel
	it.mu.Unlock()
	defer func() {
		if value := recover(); value != nil {
			err = panicError{value: value, stack: debug.Stack()}
		}
	}()
	return i.handle(ctx, it.delivery)
}

// conclude records how the handler ended. It returns when to look at the slot again, zero for never.
func (i *Inbox) conclude(ctx context.Context, it *item, err error) time.Time {
	if err == nil {
		return i.leases.finish(ctx, it)
	}
	it.mu.Lock()
	lost := it.over
	it.mu.Unlock()
	if lost {
		return i.now().Add(slotLease)
	}
	if wait, early := queue.Wait(err); early && i.now().Sub(it.delivery.Since()) < i.opts.MaxAge {
		return i.leases.postpone(it, i.now().Add(wait))
	}
	var panicked panicError
	failures := it.delivery.Attempt + 1
	next := i.now().Add(backoff(failures))
	switch {
	case queue.IsPermanent(err):
		i.leases.logDelivery(slog.LevelError, "The inbox drops a delivery: it can't be handled", it, "error", err.Error())
	case errors.As(err, &panicked) && failures >= maxPanics:
		i.leases.logDelivery(slog.LevelError, "The inbox drops a delivery: its handling panics each time", it, "error", err.Error())
	case next.Sub(it.delivery.Since()) > i.opts.MaxAge:
		i.leases.logDelivery(slog.LevelError, "The inbox drops a delivery: it failed for too long", it, "error", err.Error())
	default:
		if failures == 1 {
			i.leases.logDelivery(slog.LevelInfo, "A delivery failed and will be retried", it, "error", err.Error())
		}
		it.mu.Lock()
		it.delivery.Attempt = failures
		it.mu.Unlock()
		return i.leases.postpone(it, next)
	}
	return i.leases.finish(ctx, it)
}

// backoff returns the wait after that many failures: it doubles from retryMin to retryMax, with 25% jitter.
func backoff(failures int) time.Duration {
	wait := min(retryMin<<min(failures-1, 20), retryMax)
	return wait*3/4 + rand.N(wait/2)
}

// renew renews the leases of everything that this server holds until its workers have ended, and its knowledge of the ring.
func (i *Inbox) renew(ctx context.Context) {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			for _, it := range i.snapshot() {
				i.leases.renewItem(it)
			}
			i.ring.learnSize()
		case <-i.finished:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (i *Inbox) snapshot() []*item {
	i.mu.Lock()
	defer i.mu.Unlock()
	items := make([]*item, 0, len(i.held))
	for _, it := range i.held {
		items = append(items, it)
	}
	return items
}
