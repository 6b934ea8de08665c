// Package queue defines durable background work for the code that submits it and the code that carries it out: a job, the port that
// accepts it, and the meaning of an attempt's error. It doesn't know what a job is about or how jobs are stored; package store does that.
package queue

import (
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Errors of Accept. Respond to the sender with 503, so that it retries.
var (
	// ErrFull means that the queue has no room for another job.
	ErrFull = errors.New("the queue is full")
	// ErrQuota means that the source has as many jobs waiting as it may.
	ErrQuota = fault.New(fault.TooManyWaiting)
	// ErrClosed means that the queue is shutting down.
	ErrClosed = errors.New("the queue is closed")
)

const (
	// waitMin and waitMax limit the wait after an attempt that was too early and names no wait.
	waitMin = 50 * time.Millisecond
	waitMax = time.Second
)

// ErrNotYet means that it is too early: another server works on the same object, or the object was changed a moment ago. It isn't a
// failure.
var ErrNotYet = errors.New("it is too early")

// permanent marks an error that a retry can't fix.
type permanent struct{ err error }

func (p permanent) Error() string { return p.err.Error() }
func (p permanent) Unwrap() error { return p.err }

// Permanent marks err as one that a retry can't fix: the job is dropped and the error logged.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent reports whether err was marked by Permanent.
func IsPermanent(err error) bool { return errors.As(err, &permanent{}) }

// early marks an error that isn't a failure.
type early struct {
	err  error
	wait time.Duration
}

func (e early) Error() string { return "wait " + e.wait.String() + ": " + e.err.Error() }
func (e early) Unwrap() error { return e.err }

// RetryAfter marks err as meaning only that it is too early: the job is retried after the wait, and no failure is counted or logged.
func RetryAfter(err error, wait time.Duration) error { return early{err: err, wait: wait} }

// NotYet returns ErrNotYet with a wait of at least 50 milliseconds.
func NotYet(wait time.Duration) error { return RetryAfter(ErrNotYet, max(wait, waitMin)) }

// Wait reports whether err means only that it is too early, and how long to wait before a retry: a second if err names no wait.
func Wait(err error) (time.Duration, bool) {
	var e early
	if errors.As(err, &e) {
		return e.wait, true
	}
	return waitMax, errors.Is(err, ErrNotYet)
}
