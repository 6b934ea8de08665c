package testdb

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"
)

// launch starts a server in a temporary folder. Nothing waits for the disk: the data doesn't outlive the tests.
func launch(ctx context.Context) (admin string, stop func(), err error) {
	as, err := unprivileged()
	if err != nil {
		return "", nil, err
	}
	work, err := os.MkdirTemp("", "zoom-postgres-")
	if err != nil {
		return "", nil, errors.Wrap(err, "make a folder for PostgreSQL")
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(work)
		}
	}()
	programs, err := programsFor(ctx, as, work)
	if err != nil {
		return "", nil, err
	}
	data := filepath.Join(work, "data")
	if err := as.makeFolder(work, data); err != nil {
		return "", nil, err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(programs, "bin", "initdb"),
		"--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.Env, initdb.SysProcAttr = data, environment(programs), as.attributes()
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", nil, errors.Wrapf(err, "initdb: %s", out)
	}
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	postgres := exec.Command(filepath.Join(programs, "bin", "postgres"), "-D", data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	postgres.Dir, postgres.Env, postgres.SysProcAttr = data, environment(programs), as.attributes()
	ended, err := run(postgres)
	if err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = postgres.Process.Signal(syscall.SIGQUIT) // it needs no checkpoint
		<-ended
		_ = os.RemoveAll(work)
	}
	admin = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	if err = answers(ctx, admin, ended); err != nil {
		stop()
		return "", nil, err
	}
	return admin, stop, nil
}

// run starts the program and returns a channel that is closed when it has ended. On Linux it also ends when this process dies; the thread
// that starts it must live as long, so it is locked.
func run(cmd *exec.Cmd) (<-chan struct{}, error) {
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		endWithParent(cmd.SysProcAttr)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended doesn't matter
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return nil, errors.Wrap(err, "start PostgreSQL")
	}
	return ended, nil
}

// answers waits until the server takes connections.
func answers(ctx context.Context, admin string, ended <-chan struct{}) error {
	for {
		conn, err := pgx.Connect(ctx, admin)
		if err == nil {
			return errors.Wrap(conn.Close(ctx), "close a connection")
		}
		select {
		case <-ended:
			return errors.New("PostgreSQL ended at once")
		case <-ctx.Done():
			return errors.Wrap(err, "connect to PostgreSQL")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func environment(programs string) []string {
	return []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin", "LD_LIBRARY_PATH=" + filepath.Join(programs, "lib")}
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, errors.Wrap(err, "find a free port")
	}
	defer listener.Close()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.New("the listener has no port")
	}
	return address.Port, nil
}
