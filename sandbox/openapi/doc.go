// Package openapi compares what a sandbox answers, and what a client asks for,
// with the OpenAPI document that the vendor publishes: field by field, and more
// strictly than a validator, for which a field that no document knows is fine.
//
// The documents are not part of this project. They are looked for in
// ../shared/vendor-openapi beside the repository; tests that need one are
// skipped with a message where it is missing. The package is for tests only.
package openapi

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

// schema is a JSON object of the document.
type schema = map[string]any

// Document is the description of an API, of OpenAPI 3.
type Document struct{ root schema }

// Load reads a document.
func Load(path string) (*Document, error) {
	text, err := os.ReadFile(path) //nolint:gosec // a test names it
	if err != nil {
		return nil, errors.Wrap(err, "read a document")
	}
	d := &Document{}
	if err := json.Unmarshal(text, &d.root); err != nil {
		return nil, errors.Wrap(err, "read a document")
	}
	if paths, _ := d.root["paths"].(schema); len(paths) == 0 {
		return nil, errors.Errorf("%s describes no paths", filepath.Base(path))
	}
	return d, nil
}

// Require loads the document with this name for a test, or skips the test and
// says so.
func Require(t testing.TB, name string) *Document {
	t.Helper()
	path, found := find(name)
	if !found {
		t.Skipf("SKIPPED, NOT PASSED: %s is not beside this repository (../shared/vendor-openapi), so nothing was compared with it", name)
	}
	d, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// find returns where the document is: beside the repository that the working
// directory is in.
func find(name string) (path string, found bool) {
	at, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			path = filepath.Join(at, "..", "shared", "vendor-openapi", name)
			if _, err := os.Stat(path); err == nil {
				return path, true
			}
		}
		parent := filepath.Dir(at)
		if parent == at {
			return "", false
		}
		at = parent
	}
}

// resolved follows a reference, as far as it leads.
func (d *Document) resolved(s schema) schema {
	for range 20 {
		ref, ok := s["$ref"].(string)
		if !ok {
			return s
		}
		inner, _ := d.at(ref).(schema)
		if inner == nil {
			return schema{}
		}
		s = inner
	}
	return s
}

// at returns what a reference such as "#/components/schemas/User" points to.
func (d *Document) at(ref string) any {
	var here any = d.root
	for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~", "%7B", "{", "%7D", "}").Replace(step)
		switch v := here.(type) {
		case schema:
			here = v[step]
		case []any:
			n := 0
			for _, c := range step {
				n = n*10 + int(c-'0')
			}
			if n < 0 || n >= len(v) {
				return nil
			}
			here = v[n]
		default:
			return nil
		}
	}
	return here
}
