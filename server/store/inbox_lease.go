package store

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pkg/errors"
)

// leases are this server's rights to deliveries in the table: the lease of a slot, and the claim to handle a delivery.
type leases struct {
	kv    KV
	ring  *ring
	owner string
	now   func() time.Time
	log   *slog.Logger
}

// insert checks whether the delivery was handled (then the item is nil) and otherwise writes it to one of the first most slots.
func (l *leases) insert(ctx context.Context, s slot, most int) (*item, error) {
	seen, err := l.kv.Get(claimKey(s.ID))
	if err != nil {
		return nil, errors.Wrap(err, "look the delivery up")
	}
	if string(seen) == done {
		return nil, nil
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, errors.Wrap(err, "encode the delivery")
	}
	n, err := l.ring.place(ctx, tagOf(s.Job).source, raw, l.ring.slotTTL(s.Job), most)
	if err != nil {
		return nil, err
	}
	return &item{n: n, delivery: s.Job, raw: raw, until: s.Until}, nil
}

// ready makes sure that the lease lasts for a while; false means that another server has, or may have, the delivery.
func (l *leases) ready(it *item) bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over {
		return false
	}
	if it.until.Sub(l.now()) > renewEvery {
		return true
	}
	renewed, err := l.lease(it)
	it.over = err != nil || !renewed
	return !it.over
}

// lease swaps a new lease into the slot. The caller holds the item's lock, or is the only one to know the item.
func (l *leases) lease(it *item) (bool, error) {
	until := l.now().Add(slotLease)
	return l.rewrite(it, slot{Job: it.delivery, Owner: l.owner, Until: until})
}

func (l *leases) rewrite(it *item, s slot) (bool, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return false, errors.Wrap(err, "encode the delivery")
	}
	swapped, err := l.kv.Swap(slotKey(it.n), it.raw, raw, l.ring.slotTTL(s.Job))
	if err != nil || !swapped {
		return false, errors.Wrap(err, "renew the lease")
	}
	it.raw, it.until = raw, s.Until
	return true, nil
}

// postpone releases the item, to be taken by any server from the given time on, which it returns for this server to try as well.
func (l *leases) postpone(it *item, until time.Time) time.Time {
	it.mu.Lock()
	it.delivery.NotBefore = until
	it.mu.Unlock()
	if !l.giveBack(it) {
		return l.now().Add(slotLease)
	}
	return until
}

// giveBack releases our claim and our lease. If that fails, the lease expires.
func (l *leases) giveBack(it *item) bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over {
		return false
	}
	it.over = true
	l.unclaim(it)
	swapped, err := l.rewrite(it, slot{Job: it.delivery})
	if err != nil {
		l.logDelivery(slog.LevelError, "The inbox can't return a delivery", it, "error", err.Error())
	}
	return swapped
}

// renewItem renews the lease and the claim of one item, and cancels its handler if another server has taken it over.
func (l *leases) renewItem(it *item) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over {
		return
	}
	renewed, err := l.lease(it)
	if err == nil && renewed && it.claim != nil {
		renewed, err = l.reclaim(it)
	}
	if err != nil && l.now().Before(it.until) {
		return // the table may work again before the lease expires
	}
	if !renewed {
		it.over = true
		if it.cancel != nil {
			it.cancel()
		}
	}
}

// discard removes a slot that this version doesn't understand, such as one of a later version of the plugin.
func (l *leases) discard(n int, raw []byte, cause error) {
	l.log.Error("The inbox drops an unreadable record", "slot", n, "error", cause.Error())
	if _, err := l.kv.Swap(slotKey(n), raw, nil, 0); err != nil {
		l.log.Error("The inbox can't drop an unreadable record", "slot", n, "error", err.Error())
	}
}

func (l *leases) logDelivery(level slog.Level, message string, it *item, pairs ...any) {
	d := it.delivery
	l.log.Log(context.Background(), level, message, append([]any{"delivery", d.ID, "kind", d.Kind, "key", d.Key, "attempt", d.Attempt + 1}, pairs...)...)
}
