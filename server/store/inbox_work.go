package store

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/queue"
)

// item is a delivery that this server holds the lease of.
type item struct {
	n        int
	delivery queue.Job
	// previous held the lease before us and let it run out; "" if nobody did.
	previous string

	// mu guards the rest: the worker and the renewal of leases both write.
	mu    sync.Mutex
	raw   []byte // the slot as we last wrote it
	until time.Time
	claim []byte // the claim as we last wrote it, nil while we have none
	tries int    // servers that died handling it
	over  bool   // no longer ours: done, given back or lost
	// cancel ends the handler's context; nil while none runs.
	cancel context.CancelFunc
}

// panicError is what a handler that panicked returned.
type panicError struct {
	value any
	stack []byte
}

func (p panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// enqueue puts the item in line for a worker.
func (i *Inbox) enqueue(it *item) {
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		i.giveBack(it)
		i.unreserve(it.delivery)
		return
	}
	i.held[it.n] = it
	i.ids[it.delivery.ID]++
	i.lines.add(it)
	i.more.Broadcast()
	i.mu.Unlock()
}

// forget ends our interest in an item and makes room for another.
func (i *Inbox) forget(it *item) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.room.release(tagOf(it.delivery))
	delete(i.held, it.n)
	if i.ids[it.delivery.ID]--; i.ids[it.delivery.ID] <= 0 {
		delete(i.ids, it.delivery.ID)
	}
}

// serve is one worker, until the inbox closes.
func (i *Inbox) serve() {
	for it := i.next(); it != nil; it = i.next() {
		i.work(it)
		i.mu.Lock()
		i.lines.done(it)
		i.more.Broadcast()
		i.mu.Unlock()
	}
}

// next waits for something to do; nil when the inbox closes.
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

// leave gives back what is in line and what rests when the inbox closes.
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
		i.giveBack(it)
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

// work brings one item as far as it gets now.
func (i *Inbox) work(it *item) {
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
	if !i.ready(it) {
		again = i.now().Add(slotLease)
		return
	}
	verdict, until, err := i.claim(it)
	switch {
	case err != nil:
		again = i.postpone(it, i.now().Add(lookAgain))
	case verdict == claimDone:
		again = i.remove(it)
	case verdict == claimBusy:
		again = i.postpone(it, until)
	case verdict == claimWorn:
		i.logDelivery(slog.LevelError, "The inbox drops a delivery: the server stopped each time it was handled", it)
		again = i.finish(it)
	default:
		err := i.run(it)
		if rests = i.rest(it, err); !rests {
			again = i.conclude(it, err)
		}
	}
}

// run calls the handler.
func (i *Inbox) run(it *item) (err error) {
	ctx, cancel := context.WithCancel(i.base)
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
func (i *Inbox) conclude(it *item, err error) time.Time {
	if err == nil {
		return i.finish(it)
	}
	it.mu.Lock()
	lost := it.over
	it.mu.Unlock()
	if lost {
		return i.now().Add(slotLease)
	}
	if wait, early := queue.Wait(err); early && i.now().Sub(it.delivery.Since()) < i.opts.MaxAge {
		return i.postpone(it, i.now().Add(wait))
	}
	var panicked panicError
	failures := it.delivery.Attempt + 1
	next := i.now().Add(backoff(failures))
	switch {
	case queue.IsPermanent(err):
		i.logDelivery(slog.LevelError, "The inbox drops a delivery: it can't be handled", it, "error", err.Error())
	case errors.As(err, &panicked) && failures >= maxPanics:
		i.logDelivery(slog.LevelError, "The inbox drops a delivery: its handling panics each time", it, "error", err.Error())
	case next.Sub(it.delivery.Since()) > i.opts.MaxAge:
		i.logDelivery(slog.LevelError, "The inbox drops a delivery: it failed for too long", it, "error", err.Error())
	default:
		if failures == 1 {
			i.logDelivery(slog.LevelInfo, "A delivery failed and will be retried", it, "error", err.Error())
		}
		it.mu.Lock()
		it.delivery.Attempt = failures
		it.mu.Unlock()
		return i.postpone(it, next)
	}
	return i.finish(it)
}

// backoff returns the wait after that many failures: it doubles from retryMin to retryMax, give or take a quarter.
func backoff(failures int) time.Duration {
	wait := min(retryMin<<min(failures-1, 20), retryMax)
	return wait*3/4 + rand.N(wait/2)
}

func (i *Inbox) logDelivery(level slog.Level, message string, it *item, pairs ...any) {
	d := it.delivery
	i.log.Log(i.base, level, message, append([]any{"delivery", d.ID, "kind", d.Kind, "key", d.Key, "attempt", d.Attempt + 1}, pairs...)...)
}

// ready makes sure that the lease lasts for a while; false means that another server has the delivery, or may have.
func (i *Inbox) ready(it *item) bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over {
		return false
	}
	if it.until.Sub(i.now()) > renewEvery {
		return true
	}
	renewed, err := i.lease(it)
	it.over = err != nil || !renewed
	return !it.over
}

// lease swaps a new lease of ours into the slot. The caller holds the item's lock, or is the only one to know it.
func (i *Inbox) lease(it *item) (bool, error) {
	until := i.now().Add(slotLease)
	return i.rewrite(it, slot{Job: it.delivery, Owner: i.owner, Until: until})
}

func (i *Inbox) rewrite(it *item, s slot) (bool, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return false, errors.Wrap(err, "encode the delivery")
	}
	swapped, err := i.kv.Swap(slotKey(it.n), it.raw, raw, i.slotTTL(s.Job))
	if err != nil || !swapped {
		return false, errors.Wrap(err, "renew the lease")
	}
	it.raw, it.until = raw, s.Until
	return true, nil
}

// postpone gives the item back, to be taken by anybody from the given time on, which it returns for us to try as well.
func (i *Inbox) postpone(it *item, until time.Time) time.Time {
	it.mu.Lock()
	it.delivery.NotBefore = until
	it.mu.Unlock()
	if !i.giveBack(it) {
		return i.now().Add(slotLease)
	}
	return until
}

// giveBack drops our claim and our lease. If that fails, the lease runs out by itself.
func (i *Inbox) giveBack(it *item) bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over {
		return false
	}
	it.over = true
	i.unclaim(it)
	swapped, err := i.rewrite(it, slot{Job: it.delivery})
	if err != nil {
		i.logDelivery(slog.LevelError, "The inbox can't return a delivery", it, "error", err.Error())
	}
	return swapped
}

// renew keeps the leases of everything that this server holds until its workers have ended, and its knowledge of the ring.
func (i *Inbox) renew() {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			for _, it := range i.snapshot() {
				i.renewItem(it)
			}
			i.learnSize()
		case <-i.finished:
			return
		case <-i.base.Done():
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

// renewItem renews the lease and the claim of one item, and cancels its handler when another server has taken it.
func (i *Inbox) renewItem(it *item) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over {
		return
	}
	renewed, err := i.lease(it)
	if err == nil && renewed && it.claim != nil {
		renewed, err = i.reclaim(it)
	}
	if err != nil && i.now().Before(it.until) {
		return // the table may answer again before the lease runs out
	}
	if !renewed {
		it.over = true
		if it.cancel != nil {
			it.cancel()
		}
	}
}
