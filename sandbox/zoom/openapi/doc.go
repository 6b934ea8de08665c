// Package openapi compares traffic with Zoom's OpenAPI documents: requests
// that a client makes, answers that the simulated Zoom gives, and notifications
// that it sends.
//
// The documents are not part of this project. They are looked for in
// ../shared/zoom-openapi beside the repository; tests that need them are
// skipped with a message where they are missing. The package is for tests; the
// plugin itself never imports it.
package openapi

import (
	"os"
	"path/filepath"
)

// Find returns the folder of Zoom's documents: shared/zoom-openapi beside the
// repository that the working directory is in.
func Find() (dir string, found bool) {
	at, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			dir = filepath.Join(at, "..", "shared", "zoom-openapi")
			if info, err := os.Stat(dir); err == nil && info.IsDir() {
				return dir, true
			}
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", false
		}
		at = parent
	}
}
