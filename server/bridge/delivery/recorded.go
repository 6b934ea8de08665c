package delivery

import (
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/queue"
)

// renderError marks an error after which the records are right, and only what people see is not.
type renderError struct{ err error }

func (u renderError) Error() string { return u.err.Error() }
func (u renderError) Unwrap() error { return u.err }

// Recorded reports whether an attempt that ended with the error has done everything but show it: the records are right, and what people
// see follows.
func Recorded(err error) bool {
	_, early := queue.Wait(err)
	return early && !errors.As(err, new(subject.OtherServer)) || errors.As(err, new(renderError))
}

// worst returns the error that decides what is done next: a failure, then what came too early, then what is permanent.
func worst(a, b error) error {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

func weight(err error) int {
	_, early := queue.Wait(err)
	switch {
	case err == nil:
		return 0
	case queue.IsPermanent(err):
		return 1
	case early:
		return 2
	}
	return 3
}
