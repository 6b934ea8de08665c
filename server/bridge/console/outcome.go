package console

import (
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/queue"
)

// unshown marks an error after which the records are right, and only what people see is not.
type unshown struct{ err error }

func (u unshown) Error() string { return u.err.Error() }
func (u unshown) Unwrap() error { return u.err }

// recorded reports whether an attempt that ended with the error has done all but show it: the records are right, and what people see
// follows.
func recorded(err error) bool {
	_, early := queue.Wait(err)
	return early || errors.As(err, new(unshown))
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
