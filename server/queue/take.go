package queue

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

const (
	// takeAtOnce and takeBytes limit what one statement takes.
	takeAtOnce = 64
	takeBytes  = 1 << 20
	// roomWait is the wait for a job that was taken and whose source has no room.
	roomWait = time.Second
)

// takeAll takes what is due for as long as there is more, and room for it.
func (e *Engine) takeAll(ctx context.Context) {
	var except []string
	for !e.stopping() {
		want, ok := e.holdings.wanted(except)
		if !ok {
			return
		}
		until := time.Now().Add(Lease)
		taken, err := e.Store.Take(ctx, e.holder, want)
		if err != nil {
			if ctx.Err() == nil && !e.lookout.failing {
				e.lookout.failing = true
				e.Log.Warn("The queue can't be read; it is tried again every five seconds", "error", err.Error())
			}
			return
		}
		e.lookout.failing = false
		slices.SortStableFunc(taken, func(a, b Taken) int { return a.Since().Compare(b.Since()) })
		size := int64(0)
		for _, job := range taken {
			size += int64(len(job.Body))
			refused, fits := e.holdings.adopt(job, until)
			if refused != nil {
				e.refuse(refused, fits)
			}
			if !fits {
				except = append(except, job.Source)
			}
		}
		if len(taken) < want.Jobs && size < want.Bytes {
			return
		}
	}
}

// refuse gives a job back that was just taken, or drops it if it may be what crashes servers.
func (e *Engine) refuse(it *item, fits bool) {
	switch {
	case it.Crashes >= maxCrashes:
		e.logJob(slog.LevelError, "A job was dropped: the server stopped each time it was handled", it)
		e.finish(it, Crashed)
	case fits:
		e.giveBack(it)
	default:
		e.release(it, Released{Wait: roomWait, Attempt: it.Attempt, Crashes: it.Crashes}, false)
	}
}

// wanted returns what there is room for, false for nothing. Where that isn't everything, drop reports when there is more room.
func (h *holdings) wanted(except []string) (Want, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := Want{Except: append(h.room.full(), except...)}
	left := h.room.all.less(h.room.held)
	switch common := h.room.common().less(h.room.shared); {
	case common.some():
		left = Amount{min(left.Jobs, common.Jobs), min(left.Bytes, common.Bytes)}
	case h.room.reserved != "":
		w.Only = h.room.reserved
	default:
		left = Amount{}
	}
	h.left, h.skipped = w.Only != "" || !left.some(), w.Except
	w.Jobs, w.Bytes = min(left.Jobs, takeAtOnce), min(left.Bytes, takeBytes)
	return w, left.some()
}

// adopt adds a job that was just leased to this server, or makes the lease last if the server has the job already. It returns the item if
// it isn't to be handled here: then fits says whether its source has room.
func (h *holdings) adopt(job Taken, until time.Time) (refused *item, fits bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if it := h.items[job.ID]; it != nil {
		// The lease had run out, and no other server had taken the job.
		it.until, it.lost = until, false
		return nil, true
	}
	it := &item{Taken: job, tag: tagOf(job.Job), until: until}
	h.items[it.ID] = it
	h.room.ended(it.tag)
	fits = h.room.fits(it.tag, false) == nil
	h.room.hold(it.tag)
	if !fits || h.closed || job.Crashes >= maxCrashes {
		return it, fits
	}
	h.queue(it)
	return nil, true
}
