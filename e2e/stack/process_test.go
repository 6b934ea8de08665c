package stack

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// The stack is killed: the guard notices that its pipe closed, ends what was
// started, and removes the folder.
func TestTheGuardCleansUpAfterAKilledStack(t *testing.T) {
	t.Parallel()
	work := filepath.Join(t.TempDir(), "work")
	require.NoError(t, os.Mkdir(work, 0o755))
	guard, err := newGuard(work)
	require.NoError(t, err)
	sleeper, err := launch(command{name: "sleeper", path: "/bin/sh", args: []string{"-c", "sleep 300 & wait"}, dir: "/"}, t.TempDir(), guard)
	require.NoError(t, err)

	require.NoError(t, guard.pipe.Close()) // what the system does for a killed process
	require.NoError(t, eventually(context.Background(), 15*time.Second, 50*time.Millisecond, func() error {
		if sleeper.alive() {
			return errors.New("the program still runs")
		}
		if _, err := os.Stat(work); err == nil {
			return errors.New("the folder is still there")
		}
		return nil
	}))
	require.NoError(t, guard.cmd.Wait())
}

// A program that does not listen is ended nevertheless, with its children.
func TestEndingAProgramEndsItsGroup(t *testing.T) {
	t.Parallel()
	guard, err := newGuard(filepath.Join(t.TempDir(), "work"))
	require.NoError(t, err)
	defer guard.dismiss()
	p, err := launch(command{
		name: "parent", path: "/bin/sh", args: []string{"-c", "sleep 300 & echo $!; wait"}, dir: "/", stop: syscall.SIGTERM,
	}, t.TempDir(), guard)
	require.NoError(t, err)
	require.NoError(t, eventually(context.Background(), 10*time.Second, 20*time.Millisecond, func() error {
		if p.tail() == "" {
			return errors.New("the child has not started")
		}
		return nil
	}))
	p.end()
	require.False(t, p.alive())
	require.NoError(t, eventually(context.Background(), 10*time.Second, 20*time.Millisecond, func() error {
		if syscall.Kill(-p.pid(), 0) == nil {
			return errors.New("the child still runs")
		}
		return nil
	}))
}

// PostgreSQL's user cannot enter a folder that is closed to others.
func TestAClosedFolderIsNotReachableByOthers(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, os.MkdirAll(filepath.Join(closed, "inside"), 0o755))
	require.NoError(t, os.Chmod(closed, 0o700))
	require.False(t, (&account{}).reaches(filepath.Join(closed, "inside")))
	require.True(t, (&account{}).reaches("/"))
	var whoeverRunsIt *account
	require.True(t, whoeverRunsIt.reaches(closed))
}

// Each line of the progress says how long it has been.
func TestProgressShowsTheSeconds(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	go NewProgress(w).Sayf("starting %s", "PostgreSQL")
	line := make([]byte, 64)
	n, err := r.Read(line)
	require.NoError(t, err)
	require.Equal(t, "[   0s] starting PostgreSQL\n", string(line[:n]))
}
