package store

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"time"
)

// Sweep takes over every delivery whose lease has expired or whose next attempt is due, oldest first, and schedules a look at the others.
// It reads the slots in use; a full sweep reads all of them, for the rare delivery placed by a server that didn't know yet that the ring
// had shrunk. Call it at the start and about every minute, and in full every hour.
func (i *Inbox) Sweep(ctx context.Context, full bool) {
	i.sweeping.Lock()
	defer i.sweeping.Unlock()
	high, err := i.ring.read()
	if err != nil {
		i.log.Error("The inbox can't read its size", "error", err.Error())
		return
	}
	limit := high
	if full {
		limit = i.opts.Slots
	}
	due, top, ok := i.scan(ctx, limit)
	if !ok {
		return
	}
	slices.SortFunc(due, func(a, b finding) int { return a.since.Compare(b.since) })
	for _, f := range due {
		i.look(f.n, f.tag)
	}
	enough := high
	for enough/2 >= minHigh && top < enough/2 {
		enough /= 2
	}
	if enough == high {
		return
	}
	if err := i.ring.resize(ctx, high, enough); err != nil {
		i.log.Warn("The inbox can't shrink", "error", err.Error())
	}
}

// finding is a slot that may be taken over.
type finding struct {
	n     int
	tag   tag
	since time.Time
}

// scan reads the slots below limit. It returns those that are due and the highest slot taken (-1 for none), and has the others watched;
// false means that it couldn't finish.
func (i *Inbox) scan(ctx context.Context, limit int) (due []finding, top int, ok bool) {
	top = -1
	for n := range limit {
		if i.stopping() || ctx.Err() != nil {
			return nil, 0, false
		}
		raw, err := i.kv.Get(slotKey(n))
		if err != nil {
			i.log.Error("The inbox can't read a slot", "slot", n, "error", err.Error())
			return nil, 0, false
		}
		if raw == nil {
			continue
		}
		top = n
		if i.holds(n) {
			continue
		}
		var s slot
		if err := json.Unmarshal(raw, &s); err != nil {
			i.leases.discard(n, raw, err)
			continue
		}
		if at := s.due(); at.After(i.now()) {
			i.watch(n, at, tagOf(s.Job))
			continue
		}
		due = append(due, finding{n: n, tag: tagOf(s.Job), since: s.Since()})
	}
	return due, top, true
}

// watching is a slot that will be looked at again, and what it holds as far as known.
type watching struct {
	at    time.Time
	tag   tag
	timer *time.Timer
}

// longestWatch bounds the wait for a slot: no delivery is kept longer, and a time far beyond overflows a duration.
const longestWatch = 100 * 24 * time.Hour

// watch schedules another look at the slot at the given time, or earlier if one was scheduled. What it holds counts as waiting until
// then.
func (i *Inbox) watch(n int, at time.Time, t tag) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return
	}
	if planned := i.watched[n]; planned != nil {
		if !at.Before(planned.at) {
			return
		}
		planned.timer.Stop()
		i.room.ended(planned.tag)
	}
	w := &watching{at: at, tag: t}
	wait := min(max(at.Sub(i.now()), 0), longestWatch)
	w.timer = time.AfterFunc(wait+rand.N(lookAgain/10), func() {
		i.mu.Lock()
		if i.watched[n] == w {
			delete(i.watched, n)
			i.room.ended(t)
		}
		i.mu.Unlock()
		i.look(n, t)
	})
	i.watched[n] = w
	i.room.wait(t)
}

// look takes over the delivery in the slot if it is due and there is room, and queues it. While there is no room for it, nothing is read.
func (i *Inbox) look(n int, t tag) {
	i.mu.Lock()
	err := i.room.fits(t, false)
	i.mu.Unlock()
	if err != nil {
		i.watch(n, i.now().Add(lookAgain), t)
		return
	}
	if it := i.takeOver(n, t); it != nil {
		i.enqueue(it)
	}
}

// takeOver takes room for the slot's delivery and swaps our lease into it, or returns nil.
func (i *Inbox) takeOver(n int, t tag) *item {
	if i.stopping() || i.holds(n) {
		return nil
	}
	raw, err := i.kv.Get(slotKey(n))
	if err != nil {
		i.watch(n, i.now().Add(lookAgain), t)
		return nil
	}
	if raw == nil {
		return nil
	}
	var s slot
	if err := json.Unmarshal(raw, &s); err != nil {
		i.leases.discard(n, raw, err)
		return nil
	}
	t = tagOf(s.Job)
	if at := s.due(); at.After(i.now()) {
		i.watch(n, at, t)
		return nil
	}
	if _, err := i.reserve(s.Job, false); err != nil {
		i.watch(n, i.now().Add(lookAgain), t)
		return nil
	}
	it := &item{n: n, delivery: s.Job, raw: raw, previous: s.Owner}
	swapped, err := i.leases.lease(it)
	if err != nil || !swapped {
		// Another server was first, or the read was stale: by then it is handled or its lease has expired.
		i.unreserve(s.Job)
		i.watch(n, i.now().Add(slotLease), t)
		return nil
	}
	return it
}

func (i *Inbox) holds(n int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.held[n] != nil
}
