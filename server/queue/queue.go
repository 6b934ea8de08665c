// Package queue is durable background work as those see it who hand it in and those who carry it out: a job, the port that takes it,
// and what the error of an attempt means. It doesn't know what a job is about, nor how jobs are kept; store does that.
package queue

import (
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Refusals of Accept. The sender should be answered with 503, so that it sends again.
var (
	// ErrFull is a queue without room for one more job.
	ErrFull = errors.New("the queue is full")
	// ErrQuota is a source that has as much waiting as it may.
	ErrQuota = fault.New(fault.TooManyWaiting)
	// ErrClosed is a queue that is shutting down.
	ErrClosed = errors.New("the queue is closed")
)

const (
	// waitMin and waitMax bound the wait of an attempt that came too early and doesn't say how much.
	waitMin = 50 * time.Millisecond
	waitMax = time.Second
)

// ErrNotYet says that it is too early: another server works on the same, or the same was changed a moment ago. It is no failure.
var ErrNotYet = errors.New("it is too early")

// permanent marks an error that another attempt would not fix.
type permanent struct{ err error }

func (p permanent) Error() string { return p.err.Error() }
func (p permanent) Unwrap() error { return p.err }

// Permanent marks err as one that another attempt would not fix: the job is dropped with a line in the log.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent reports whether err was marked by Permanent.
func IsPermanent(err error) bool { return errors.As(err, &permanent{}) }

// early marks an error that is no failure.
type early struct {
	err  error
	wait time.Duration
}

func (e early) Error() string { return "wait " + e.wait.String() + ": " + e.err.Error() }
func (e early) Unwrap() error { return e.err }

// RetryAfter marks err as one that says nothing but that it is too early: the job is attempted again after the wait, and no failure is
// counted or logged.
func RetryAfter(err error, wait time.Duration) error { return early{err: err, wait: wait} }

// NotYet returns ErrNotYet with a wait of at least 50 milliseconds.
func NotYet(wait time.Duration) error { return RetryAfter(ErrNotYet, max(wait, waitMin)) }

// Wait reports whether err says only that it is too early, and after how long to try again: a second where it does not say.
func Wait(err error) (time.Duration, bool) {
	var e early
	if errors.As(err, &e) {
		return e.wait, true
	}
	return waitMax, errors.Is(err, ErrNotYet)
}
