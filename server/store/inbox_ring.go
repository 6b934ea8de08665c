package store

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/queue"
)

const (
	// highKey is the record of how many slots, from the first on, are in use.
	highKey = "inb.high"
	// minHigh is the smallest number of slots in use.
	minHigh = 64
	// probes is how many slots are tried before more are taken into use.
	probes = 4
	// lastProbes is how many are tried when all are in use.
	lastProbes = 32
)

// slot is the record of one acknowledged delivery.
type slot struct {
	queue.Job
	// Owner holds the lease until Until; both are zero while nobody works on the delivery.
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// due returns when anybody may take the delivery.
func (s slot) due() time.Time {
	if s.Until.After(s.NotBefore) {
		return s.Until
	}
	return s.NotBefore
}

func slotKey(n int) string { return "inb." + strconv.Itoa(n) }

// place writes the value to a free slot and returns its number. Slots are guessed: as long as most of those in use are
// free, that takes one swap and no server needs to know what the others took. After several misses twice as many are used, up to most.
func (i *Inbox) place(ctx context.Context, source string, value []byte, ttl time.Duration, most int) (int, error) {
	for {
		i.mu.Lock()
		high := i.high
		i.mu.Unlock()
		tries := probes
		if high >= most {
			tries = lastProbes
		}
		for range tries {
			n, ok := i.guess(source, min(high, most))
			if !ok || i.holds(n) {
				continue
			}
			free, err := i.kv.Swap(slotKey(n), nil, value, ttl)
			if err != nil {
				return 0, errors.Wrap(err, "write the delivery")
			}
			if free {
				return n, nil
			}
		}
		switch {
		case high >= most && i.rationed(source):
			return 0, queue.ErrQuota
		case high >= most:
			return 0, queue.ErrFull
		}
		if err := i.resize(ctx, high, min(high*2, i.opts.Slots)); err != nil {
			return 0, err
		}
	}
}

// guess returns any of the first so many slots that the source may use.
func (i *Inbox) guess(source string, most int) (int, bool) {
	for range 8 * spread {
		if n := rand.IntN(most); i.allots(source, n) {
			return n, true
		}
	}
	return 0, false
}

// laterKept is how long a delivery for later outlives the time it was asked for. Such a one goes on by handing in the next: a plugin that
// was switched off over the holidays shall still look after what it looked after before.
const laterKept = 90 * 24 * time.Hour

// slotTTL is how long a slot is kept at most: longer than the delivery waits and is tried.
func (i *Inbox) slotTTL(d queue.Job) time.Duration {
	kept := 2 * i.opts.MaxAge
	if !d.Due.IsZero() {
		kept = max(kept, laterKept)
	}
	return max(d.Since().Sub(i.now()), 0) + kept
}

func (i *Inbox) holds(n int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.held[n] != nil
}

// resize changes the number of slots in use, unless another server was first, and takes over what is recorded then.
func (i *Inbox) resize(ctx context.Context, from, to int) error {
	high, err := update(ctx, i.store, highKey, 0, func(high *int) (bool, error) {
		if i.bounded(*high) != from {
			return false, nil
		}
		*high = to
		return from != to, nil
	})
	if err != nil {
		return errors.Wrap(err, "change the size of the ring")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.high = i.bounded(high)
	return nil
}

func (i *Inbox) bounded(high int) int {
	return min(max(high, minHigh), i.opts.Slots)
}

// Sweep takes over every delivery whose lease ran out or whose next attempt is due, oldest first, and looks at the others
// again when they will be. It reads the slots in use; a full sweep reads all of them, for the rare delivery that was placed
// by a server that did not know yet that fewer are in use. Meant for the start, every minute or so, and full every hour.
func (i *Inbox) Sweep(ctx context.Context, full bool) {
	i.sweeping.Lock()
	defer i.sweeping.Unlock()
	high, _, err := load[int](i.store, highKey)
	if err != nil {
		i.log.Error("The inbox can't read its size", "error", err.Error())
		return
	}
	high = i.bounded(high)
	i.mu.Lock()
	i.high = high
	i.mu.Unlock()
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
	if err := i.resize(ctx, high, enough); err != nil {
		i.log.Warn("The inbox can't shrink", "error", err.Error())
	}
}

// learnSize takes over how many slots are in use, after another server has found that fewer are enough: what this one places beyond
// them is not looked at before the next full sweep, should it die. Where that read fails, there will be another.
func (i *Inbox) learnSize() {
	i.mu.Lock()
	known := i.high
	i.mu.Unlock()
	if known <= minHigh {
		return // there cannot be fewer
	}
	high, _, err := load[int](i.store, highKey)
	i.mu.Lock()
	defer i.mu.Unlock()
	if err == nil && i.high == known {
		i.high = i.bounded(high)
	}
}

// finding is a slot that may be taken over.
type finding struct {
	n     int
	tag   tag
	since time.Time
}

// scan reads the slots below limit. It returns those that are due and the highest that is taken (-1 for none), and has
// the others watched; false means that it could not finish.
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
			i.discard(n, raw, err)
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

// discard removes a slot that is not one of ours any more, such as one of a later version of the plugin.
func (i *Inbox) discard(n int, raw []byte, cause error) {
	i.log.Error("The inbox drops an unreadable record", "slot", n, "error", cause.Error())
	if _, err := i.kv.Swap(slotKey(n), raw, nil, 0); err != nil {
		i.log.Error("The inbox can't drop an unreadable record", "slot", n, "error", err.Error())
	}
}

// watching is one slot that will be looked at again, and what lies there as far as we know.
type watching struct {
	at    time.Time
	tag   tag
	timer *time.Timer
}

// watch looks at the slot once more at the given time, or earlier if that was planned already. What lies there counts as waiting until then.
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
	w.timer = time.AfterFunc(max(at.Sub(i.now()), 0)+rand.N(lookAgain/10), func() {
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

// look takes the delivery in the slot over, if it is due and there is room, and queues it. While there is no room for what is known to
// lie there, nothing is read.
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

// takeOver takes room for what lies in the slot and swaps our lease into it, or returns nil.
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
		i.discard(n, raw, err)
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
	swapped, err := i.lease(it)
	if err != nil || !swapped {
		// Another server was first, or the read was behind: by then it is done or its lease has run out.
		i.unreserve(s.Job)
		i.watch(n, i.now().Add(slotLease), t)
		return nil
	}
	return it
}
