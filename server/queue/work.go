package queue

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/pkg/errors"
)

const (
	// maxCrashes is how many servers may crash while they handle a job before it is dropped as the cause.
	maxCrashes = 5
	// maxPanics is the number of attempts after which a job whose handler panics is dropped.
	maxPanics = 5
	// maxRest is the longest wait for which a server keeps a job itself.
	maxRest = 2 * time.Second
	// retryMin and retryMax limit the wait between two attempts.
	retryMin = time.Second
	retryMax = 5 * time.Minute
)

// panicError is the error of a handler that panicked.
type panicError struct {
	value any
	stack []byte
}

func (p panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// serve is one worker; it runs until the engine closes.
func (e *Engine) serve(ctx context.Context) {
	for it := e.holdings.next(); it != nil; it = e.holdings.next() {
		e.work(ctx, it)
		e.holdings.freed(it)
	}
}

// work handles one item as far as possible now.
func (e *Engine) work(ctx context.Context, it *item) {
	if it.Crashes > 0 {
		// A job that another server left may be the reason that it crashed.
		switch mine, err := e.Store.Start(ctx, e.holder, it.ID); {
		case err != nil:
			e.release(it, Released{Wait: lookEvery, Attempt: it.Attempt, Crashes: it.Crashes}, true)
			return
		case !mine:
			e.holdings.lose(it)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !e.holdings.begin(it, cancel) {
		return
	}
	if err := e.run(ctx, it.Job); e.holdings.keeps(it) {
		e.conclude(ctx, it, err)
	}
}

// run calls the handler.
func (e *Engine) run(ctx context.Context, j Job) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicError{value: value, stack: debug.Stack()}
		}
	}()
	return e.Handle(ctx, j)
}

// conclude decides what follows from how the handler ended.
func (e *Engine) conclude(ctx context.Context, it *item, err error) {
	if err == nil {
		e.finish(it, Handled)
		return
	}
	age := e.Now().Sub(it.Since())
	if wait, early := Wait(err); early && age < e.opts.MaxAge {
		if wait > maxRest || !e.holdings.rest(it, wait) {
			e.postpone(it, wait, it.Attempt)
		}
		return
	}
	if ctx.Err() != nil {
		e.postpone(it, 0, it.Attempt) // this server stops, or has lost it
		return
	}
	var panicked panicError
	failures := it.Attempt + 1
	wait := backoff(failures)
	switch {
	case IsPermanent(err):
		e.logJob(slog.LevelError, "A job was dropped: it can't be handled", it, "error", err.Error())
		e.finish(it, Rejected)
	case errors.As(err, &panicked) && failures >= maxPanics:
		e.logJob(slog.LevelError, "A job was dropped: its handler panics each time", it, "error", err.Error())
		e.finish(it, Panicked)
	case age+wait > e.opts.MaxAge:
		e.logJob(slog.LevelError, "A job was dropped: it failed for too long", it, "error", err.Error())
		e.finish(it, Expired)
	default:
		if failures == 1 {
			e.logJob(slog.LevelInfo, "A job failed and will be retried", it, "error", err.Error())
		}
		e.postpone(it, wait, failures)
	}
}

// finish has the end of the job recorded; the worker goes on at once. If this server crashes before that, the job is handled again.
func (e *Engine) finish(it *item, r Result) {
	if e.holdings.settle(it, false) {
		e.recorder.add(record{finished: &Finished{ID: it.ID, Result: r, Attempts: it.Attempt + 1}})
	}
}

// postpone releases the job, to be taken by any server after the wait.
func (e *Engine) postpone(it *item, wait time.Duration, attempt int) {
	e.release(it, Released{Wait: wait, Attempt: attempt}, true)
}

// giveBack releases a job that wasn't started.
func (e *Engine) giveBack(it *item) {
	e.release(it, Released{Attempt: it.Attempt, Crashes: it.Crashes}, false)
}

func (e *Engine) release(it *item, r Released, waits bool) {
	r.ID = it.ID
	if e.holdings.settle(it, waits) {
		e.recorder.add(record{released: &r})
	}
}

// recorded forgets the jobs whose end is stored.
func (e *Engine) recorded(finished []Finished, released []Released) {
	var ids []string
	for _, f := range finished {
		ids = append(ids, f.ID)
	}
	for _, r := range released {
		ids = append(ids, r.ID)
	}
	if e.holdings.drop(ids) {
		e.lookout.wake()
	}
	if len(released) > 0 && e.stopping() && e.Left != nil {
		e.Left()
	}
	for _, r := range released {
		e.lookout.lookIn(r.Wait)
	}
}

// backoff returns the wait after that many failures: it doubles from retryMin to retryMax, with 25% jitter.
func backoff(failures int) time.Duration {
	wait := min(retryMin<<min(failures-1, 20), retryMax)
	return wait*3/4 + rand.N(wait/2)
}

func (e *Engine) logJob(level slog.Level, message string, it *item, pairs ...any) {
	e.Log.Log(context.Background(), level, message, append([]any{"job", it.ID, "kind", it.Kind, "key", it.Key, "attempt", it.Attempt + 1}, pairs...)...)
}
