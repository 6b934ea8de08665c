package bridge

import (
	"errors"
	"time"
)

// waiting is an error that says nothing but that it is too early.
type waiting struct{ wait time.Duration }

func (w waiting) Error() string { return "wait " + w.wait.String() + ": " + ErrNotYet.Error() }
func (w waiting) Unwrap() error { return ErrNotYet }

// tooEarly returns an error that has the same tried again after the wait.
func tooEarly(wait time.Duration) error { return waiting{wait: max(wait, waitMin)} }

// Wait reports whether err says that it is only too early, and after how long to try again.
func Wait(err error) (time.Duration, bool) {
	var w waiting
	if errors.As(err, &w) {
		return w.wait, true
	}
	return waitMax, errors.Is(err, ErrNotYet)
}

// hopeless marks an error that trying again would not mend.
type hopeless struct{ err error }

func (h hopeless) Error() string { return h.err.Error() }
func (h hopeless) Unwrap() error { return h.err }

// Permanent reports whether trying again would not mend what err says.
func Permanent(err error) bool { return errors.As(err, new(hopeless)) }

// unshown marks an error after which the records are right, and only what people see is not.
type unshown struct{ err error }

func (u unshown) Error() string { return u.err.Error() }
func (u unshown) Unwrap() error { return u.err }

// worst returns the error that decides what is done next: a failure, then what waits, then what is hopeless.
func worst(a, b error) error {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

func weight(err error) int {
	_, early := Wait(err)
	switch {
	case err == nil:
		return 0
	case Permanent(err):
		return 1
	case early:
		return 2
	}
	return 3
}
