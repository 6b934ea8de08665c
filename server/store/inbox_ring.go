package store

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/queue"
)

const (
	// highKey is the record of the number of slots in use, counted from the first.
	highKey = "inb.high"
	// minHigh is the smallest number of slots in use.
	minHigh = 64
	// probes is how many slots are tried before the ring grows.
	probes = 4
	// lastProbes is how many slots are tried when all are in use.
	lastProbes = 32
)

// slot is the record of one acknowledged delivery.
type slot struct {
	queue.Job
	// Owner holds the lease until Until; both are zero while no one works on the delivery.
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

// due returns when any server may take the delivery.
func (s slot) due() time.Time {
	if s.Until.After(s.NotBefore) {
		return s.Until
	}
	return s.NotBefore
}

func slotKey(n int) string { return "inb." + strconv.Itoa(n) }

// ring is the part of the key-value table that holds deliveries. Its first slots, up to high, are in use.
type ring struct {
	kv    KV
	store *Store
	now   func() time.Time
	opts  Options
	// holds reports whether this server holds the delivery in the slot.
	holds func(n int) bool

	mu   sync.Mutex
	high int
}

// place writes the value to a free slot and returns its number. It guesses slots: while most of those in use are free, that takes one
// swap, and no server needs to know what the others took. After several misses it doubles the ring, up to most.
func (r *ring) place(ctx context.Context, source string, value []byte, ttl time.Duration, most int) (int, error) {
	for {
		high := r.size()
		tries := probes
		if high >= most {
			tries = lastProbes
		}
		for range tries {
			n, ok := r.guess(source, min(high, most))
			if !ok || r.holds(n) {
				continue
			}
			free, err := r.kv.Swap(slotKey(n), nil, value, ttl)
			if err != nil {
				return 0, errors.Wrap(err, "write the delivery")
			}
			if free {
				return n, nil
			}
		}
		switch {
		case high >= most && r.rationed(source):
			return 0, queue.ErrQuota
		case high >= most:
			return 0, queue.ErrFull
		}
		if err := r.resize(ctx, high, min(high*2, r.opts.Slots)); err != nil {
			return 0, err
		}
	}
}

// guess returns a random slot of the first n that the source may use.
func (r *ring) guess(source string, most int) (int, bool) {
	for range 8 * spread {
		if n := rand.IntN(most); r.allots(source, n) {
			return n, true
		}
	}
	return 0, false
}

// laterKept is how long a delivery for later outlives its due time. Such a delivery continues by submitting the next: a plugin that was
// turned off over the holidays should still do its scheduled work afterwards.
const laterKept = 90 * 24 * time.Hour

// slotTTL is the longest time a slot is kept: longer than the delivery waits and is retried.
func (r *ring) slotTTL(d queue.Job) time.Duration {
	kept := 2 * r.opts.MaxAge
	if !d.Due.IsZero() {
		kept = max(kept, laterKept)
	}
	return max(d.Since().Sub(r.now()), 0) + kept
}

// size returns the number of slots in use, as far as this server knows.
func (r *ring) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.high
}

// read reads the number of slots in use from the table.
func (r *ring) read() (int, error) {
	high, _, err := load[int](r.store, highKey)
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.high = r.bounded(high)
	return r.high, nil
}

// resize changes the number of slots in use, unless another server was first, and adopts the recorded number.
func (r *ring) resize(ctx context.Context, from, to int) error {
	high, err := update(ctx, r.store, highKey, 0, func(high *int) (bool, error) {
		if r.bounded(*high) != from {
			return false, nil
		}
		*high = to
		return from != to, nil
	})
	if err != nil {
		return errors.Wrap(err, "change the size of the ring")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.high = r.bounded(high)
	return nil
}

func (r *ring) bounded(high int) int {
	return min(max(high, minHigh), r.opts.Slots)
}

// learnSize adopts the number of slots in use after another server has shrunk the ring: a delivery that this server places beyond it
// isn't found before the next full sweep if this server crashes. If that read fails, there will be another.
func (r *ring) learnSize() {
	known := r.size()
	if known <= minHigh {
		return // there can't be fewer
	}
	high, _, err := load[int](r.store, highKey)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && r.high == known {
		r.high = r.bounded(high)
	}
}

// allots reports whether the source may use the slot. All servers agree without communicating: each source has its own eighth of the
// ring, spread so that two sources share few slots, and the reserved kind has some to itself.
func (r *ring) allots(source string, n int) bool {
	switch {
	case !r.rationed(source):
		return true
	case n%roomShare == roomShare-1:
		return false
	}
	sum := sha256.Sum256([]byte(source + "/" + strconv.Itoa(n)))
	return sum[0]%spread == 0
}

// rationed reports whether the source may use only part of the ring.
func (r *ring) rationed(source string) bool {
	return r.opts.ReservedFor != "" && r.opts.Slots >= spreadFrom && source != r.opts.ReservedFor
}
