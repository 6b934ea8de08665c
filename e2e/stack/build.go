package stack

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/pkg/errors"
)

// serverModule is the module that the Mattermost server is built from.
const serverModule = "github.com/mattermost/mattermost/server/v8"

// BuildServer returns the path of the Mattermost server's binary, which it
// builds when no binary of exactly these sources and this Go is in the cache.
func BuildServer(ctx context.Context, root string, progress *Progress) (string, error) {
	e2e := filepath.Join(root, "e2e")
	version, err := goOutput(ctx, e2e, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	sources, err := filepath.Glob(filepath.Join(e2e, "mattermost", "*.go"))
	if err != nil {
		return "", errors.Wrap(err, "look for the server's sources")
	}
	key, err := hashOf(version, append(sources, filepath.Join(e2e, "go.mod"), filepath.Join(e2e, "go.sum"))...)
	if err != nil {
		return "", err
	}
	unlock, err := lock(filepath.Join(root, ".cache"), "mattermost.lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	binary := filepath.Join(root, ".cache", "mattermost-"+key)
	if isFile(binary) {
		return binary, nil
	}
	what := "building the Mattermost server (about 5 minutes the first time, seconds later on)"
	if err := goBuild(ctx, e2e, "./mattermost", binary, what, progress); err != nil {
		return "", err
	}
	return binary, removeOthers(binary, filepath.Join(root, ".cache", "mattermost-????????????????"))
}

// removeOthers removes the binaries of earlier sources, 200 MB each.
func removeOthers(keep, pattern string) error {
	found, err := filepath.Glob(pattern)
	for _, path := range found {
		if path != keep && err == nil {
			err = os.Remove(path)
		}
	}
	return errors.Wrap(err, "remove outdated binaries")
}

// buildSandbox builds the sandbox each time; Go's own cache makes that quick.
func buildSandbox(ctx context.Context, root string, progress *Progress) (string, error) {
	binary := filepath.Join(root, ".cache", "sandbox")
	return binary, goBuild(ctx, root, "./sandbox/cmd/sandbox", binary, "building the sandbox", progress)
}

// goBuild builds without cgo, so that a machine needs Go and no C compiler, and
// puts the binary in its place only when it is whole.
func goBuild(ctx context.Context, dir, pkg, binary, what string, progress *Progress) error {
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		return errors.Wrap(err, "create the cache folder")
	}
	half := fmt.Sprintf("%s.%d", binary, os.Getpid())
	defer os.Remove(half)
	build := exec.CommandContext(ctx, "go", "build", "-v", "-buildvcs=false", "-o", half, pkg)
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	output, err := build.StderrPipe()
	if err != nil {
		return errors.Wrap(err, "open the build's output")
	}
	var count atomic.Int64
	var last atomic.Value
	last.Store("fetching modules")
	state := func() string { return fmt.Sprintf(": %d packages so far, now %s", count.Load(), last.Load()) }
	err = progress.during(what, state, func() error {
		if err := build.Start(); err != nil {
			return errors.Wrap(err, "start go build")
		}
		var complaints []string
		for lines := bufio.NewScanner(output); lines.Scan(); {
			line := lines.Text()
			if strings.ContainsAny(line, " \t#") { // a message; package paths have no spaces
				complaints = append(complaints, line)
				continue
			}
			count.Add(1)
			last.Store(line)
		}
		if err := build.Wait(); err != nil {
			return errors.Wrapf(err, "go build %s: %s", pkg, strings.Join(complaints, "\n"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Wrap(os.Rename(half, binary), "put the binary in its place")
}

// serverModuleDir is the folder of the server's texts, templates and fonts.
func serverModuleDir(ctx context.Context, root string) (string, error) {
	return goOutput(ctx, filepath.Join(root, "e2e"), "list", "-m", "-f", "{{.Dir}}", serverModule)
}

func goOutput(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), errors.Wrapf(err, "go %s", strings.Join(args, " "))
}

// hashOf names a set of sources by their content.
func hashOf(salt string, paths ...string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, salt)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", errors.Wrap(err, "read a source of the server")
		}
		fmt.Fprintf(sum, "%d\n", len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}
