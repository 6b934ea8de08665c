package stack

import (
	"os"
	"path/filepath"

	"github.com/pkg/errors"
)

// Root returns the project's root folder: the nearest folder at or above the
// working directory that has both a plugin.json and an e2e module.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", errors.Wrap(err, "find the working directory")
	}
	for {
		if isFile(filepath.Join(dir, "plugin.json")) && isFile(filepath.Join(dir, "e2e", "go.mod")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not inside the project: no folder above has plugin.json and e2e/go.mod")
		}
		dir = parent
	}
}

// newestBundle returns the plugin bundle that BUNDLE names, else the one in
// dist/ that was written last.
func newestBundle(root string) (string, error) {
	if named := os.Getenv("BUNDLE"); named != "" {
		return named, nil // an absolute path: tests run in their package's folder
	}
	found, err := filepath.Glob(filepath.Join(root, "dist", "*.tar.gz"))
	if err != nil {
		return "", errors.Wrap(err, "look for a bundle")
	}
	newest, at := "", int64(0)
	for _, path := range found {
		info, err := os.Stat(path)
		if err == nil && info.ModTime().UnixNano() > at {
			newest, at = path, info.ModTime().UnixNano()
		}
	}
	if newest == "" {
		return "", errors.New("no bundle in dist/: run `make dist` first")
	}
	return newest, nil
}

// webClient returns the web client to serve, or "" when there is none: what
// MM_CLIENT_DIR names, else the project's own host page.
func webClient(root string) string {
	if dir := os.Getenv("MM_CLIENT_DIR"); dir != "" {
		return dir
	}
	for _, dir := range []string{filepath.Join(root, "e2e", "host", "dist"), filepath.Join(root, "e2e", "host")} {
		if isFile(filepath.Join(dir, "root.html")) {
			return dir
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
