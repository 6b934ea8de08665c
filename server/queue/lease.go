package queue

import (
	"context"
	"maps"
	"slices"
	"time"
)

// renewEvery is how often a server renews the leases that it holds.
const renewEvery = Lease / 3

// renew renews this server's leases until its workers have ended, and reads what waits in the store.
func (e *Engine) renew(ctx context.Context) {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			e.renewAll(ctx)
			e.countWaiting(ctx)
		case <-e.idle:
			return
		case <-ctx.Done():
			return
		}
	}
}

// renewAll renews with one statement the leases that have been held for a while; most jobs are finished long before. What another server
// has taken meanwhile is lost, and so is what couldn't be renewed in time: another server may have taken it.
func (e *Engine) renewAll(ctx context.Context) {
	ids := e.holdings.ending(time.Now().Add(Lease - renewEvery/2))
	if len(ids) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	until := time.Now().Add(Lease)
	kept, err := e.Store.Renew(ctx, e.holder, ids)
	if err != nil {
		e.Log.Warn("The leases of jobs couldn't be renewed; the next try follows in 10 seconds", "jobs", len(ids), "error", err.Error())
	}
	e.holdings.renewed(ids, kept, until, err == nil)
}

// countWaiting reads how much of each source waits in the store, while any is known to wait: other servers take and add to it.
func (e *Engine) countWaiting(ctx context.Context) {
	if !e.holdings.waits() {
		return
	}
	if amounts, err := e.Store.Waiting(ctx); err == nil { // otherwise the next look at the queue logs it
		e.holdings.waiting(amounts)
	}
}

// ending returns the IDs of the jobs whose lease ends before that time.
func (h *holdings) ending(before time.Time) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(h.items)) {
		if it := h.items[id]; it.until.Before(before) && !it.lost {
			ids = append(ids, id)
		}
	}
	return ids
}

// renewed notes which of these jobs have a lease until then. The others are lost if certain, and otherwise when their lease ends.
func (h *holdings) renewed(ids, kept []string, until time.Time, certain bool) {
	has := map[string]bool{}
	for _, id := range kept {
		has[id] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		switch it := h.items[id]; {
		case it == nil:
		case has[id]:
			it.until = until
		case certain || !time.Now().Before(it.until):
			it.lose()
		}
	}
}

// lose notes that another server has the job.
func (h *holdings) lose(it *item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	it.lose()
}

// lose notes that another server has the job, or may have it, and cancels its handler.
func (it *item) lose() {
	it.lost = true
	if it.cancel != nil {
		it.cancel()
	}
}

// waits reports whether anything is known to wait in the store for another attempt.
func (h *holdings) waits() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.room.waits) > 0
}

// waiting notes what waits there, by source.
func (h *holdings) waiting(amounts map[string]Amount) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.room.waits = amounts
}
