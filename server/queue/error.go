package queue

import (
	"time"

	"github.com/pkg/errors"
)

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
