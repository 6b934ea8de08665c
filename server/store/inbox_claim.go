package store

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/kv"
)

// done is the claim of a delivery that was handled.
const done = "done"

// doneTries is how often the end of a delivery is written before it is left to a later sweep.
const doneTries = 5

// verdict is the result of a claim.
type verdict int

const (
	claimMine verdict = iota
	claimBusy
	claimDone
	claimWorn
)

// claimRecord is the claim of a delivery that is being handled.
type claimRecord struct {
	Owner string    `json:"owner"`
	Until time.Time `json:"until"`
	// Tries is the number of servers that crashed while they held the claim.
	Tries int `json:"tries,omitempty"`
}

func claimKey(id string) string { return "clm." + kv.Hash(id) }

// claim makes this server the one to handle the delivery, unless it was handled or another server handles it (until the returned time).
// The claim of a server whose slot lease has expired counts as expired, too: both are renewed together.
func (l *leases) claim(ctx context.Context, it *item) (verdict, time.Time, error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.claim != nil {
		return claimMine, time.Time{}, nil // it has rested
	}
	key := claimKey(it.delivery.ID)
	var old []byte
	for try := range doneTries {
		if try > 1 { // the second try needs no pause: the first had no previous value
			if err := pause(ctx, try); err != nil {
				return claimBusy, time.Time{}, err
			}
		}
		mine, err := l.swapClaim(it, old)
		if err != nil || mine {
			return claimMine, time.Time{}, err
		}
		if old, err = l.kv.Get(key); err != nil {
			return claimBusy, time.Time{}, errors.Wrap(err, "read the claim")
		}
		if string(old) == done {
			return claimDone, time.Time{}, nil
		}
		var other claimRecord
		if old == nil || json.Unmarshal(old, &other) != nil {
			it.tries = 0
			continue
		}
		if other.Owner == l.owner {
			// Deliveries with one ID are handled one after another here, so this is a claim that we took or released without a
			// confirmation from the table.
			it.tries = other.Tries
			continue
		}
		if other.Until.After(l.now()) && other.Owner != it.previous {
			// Usually it is handled long before that; if not, one more look costs little.
			return claimBusy, earlier(other.Until, l.now().Add(lookAgain)), nil
		}
		if it.tries = other.Tries + 1; it.tries >= maxCrashes {
			return claimWorn, time.Time{}, nil
		}
	}
	return claimBusy, l.now().Add(lookAgain), nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// swapClaim replaces old with our claim. The caller holds the item's lock.
func (l *leases) swapClaim(it *item, old []byte) (bool, error) {
	raw, err := json.Marshal(claimRecord{Owner: l.owner, Until: l.now().Add(claimLease), Tries: it.tries})
	if err != nil {
		return false, errors.Wrap(err, "encode the claim")
	}
	swapped, err := l.kv.Swap(claimKey(it.delivery.ID), old, raw, doneFor)
	if err != nil || !swapped {
		return false, errors.Wrap(err, "write the claim")
	}
	it.claim = raw
	return true, nil
}

// reclaim renews our claim. The caller holds the item's lock.
func (l *leases) reclaim(it *item) (bool, error) { return l.swapClaim(it, it.claim) }

// unclaim removes our claim, if we have one. The caller holds the item's lock. If it fails, the claim expires.
func (l *leases) unclaim(it *item) {
	if it.claim == nil {
		return
	}
	if _, err := l.kv.Swap(claimKey(it.delivery.ID), it.claim, nil, 0); err != nil {
		l.logDelivery(slog.LevelError, "The inbox can't release a delivery", it, "error", err.Error())
	}
	it.claim = nil
}

// finish records that the delivery is handled and frees its slot. It returns when to look at the slot again if the table failed, zero
// otherwise.
func (l *leases) finish(ctx context.Context, it *item) time.Time {
	err := l.insist(ctx, func() error { return l.kv.Set(claimKey(it.delivery.ID), []byte(done), doneFor) })
	if err != nil {
		l.logDelivery(slog.LevelError, "The inbox can't record that a delivery is done; it may be handled again", it, "error", err.Error())
		return l.now().Add(slotLease)
	}
	return l.remove(ctx, it)
}

// remove frees the slot. One that another server has taken over stays, for that server to find the delivery handled.
func (l *leases) remove(ctx context.Context, it *item) time.Time {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.over = true
	err := l.insist(ctx, func() error {
		_, err := l.kv.Swap(slotKey(it.n), it.raw, nil, 0)
		return err
	})
	if err != nil {
		l.logDelivery(slog.LevelError, "The inbox can't free a slot; a later sweep frees it", it, "error", err.Error())
		return l.now().Add(slotLease)
	}
	return time.Time{}
}

// insist tries the write several times.
func (l *leases) insist(ctx context.Context, write func() error) error {
	var err error
	for try := range doneTries {
		if try > 0 && pause(ctx, try+doneTries) != nil {
			break
		}
		if err = write(); err == nil {
			return nil
		}
	}
	return err
}
