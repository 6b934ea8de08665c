package stack

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

// fatal is an error that no further try will mend.
type fatal struct{ error }

// eventually calls check until it returns nil, and gives its last error when
// that does not happen within the limit.
func eventually(ctx context.Context, limit, pause time.Duration, check func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return nil
		}
		if stop, ok := err.(fatal); ok {
			return stop.error
		}
		if time.Now().After(deadline) {
			return errors.Wrapf(err, "not within %s", limit)
		}
		select {
		case <-ctx.Done():
			return errors.Wrap(ctx.Err(), "interrupted")
		case <-time.After(pause):
		}
	}
}

// Eventually calls check until it returns nil, and gives its last error when
// that does not happen within the limit.
func Eventually(ctx context.Context, limit time.Duration, check func() error) error {
	return eventually(ctx, limit, 50*time.Millisecond, check)
}

// freePort returns a loopback port that nobody listens on right now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, errors.Wrap(err, "find a free port")
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// portOr returns the wanted port when it is free, else any free one.
func portOr(want int) (int, error) {
	if want > 0 {
		if l, err := net.Listen("tcp", "127.0.0.1:"+itoa(want)); err == nil {
			l.Close()
			return want, nil
		}
	}
	return freePort()
}

func itoa(n int) string { return strconv.Itoa(n) }
