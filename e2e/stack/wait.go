package stack

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/pkg/errors"
)

// fatal is an error that retrying won't fix.
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
		var stop fatal
		if errors.As(err, &stop) {
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

// EventuallyEvery is Eventually with another pause between the calls.
func EventuallyEvery(ctx context.Context, limit, pause time.Duration, check func() error) error {
	return eventually(ctx, limit, pause, check)
}

// freePort returns a loopback port that nobody listens on right now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, errors.Wrap(err, "find a free port")
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, errors.Wrap(err, "find a free port")
	}
	number, err := strconv.Atoi(port)
	return number, errors.Wrap(err, "find a free port")
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

// lock waits until no other stack, in whatever process, holds the lock, so that
// two test binaries do not build the same thing side by side.
func lock(dir, name string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, errors.Wrap(err, "create the cache folder")
	}
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errors.Wrap(err, "open the lock")
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, errors.Wrap(err, "wait for the lock")
	}
	return func() { file.Close() }, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
