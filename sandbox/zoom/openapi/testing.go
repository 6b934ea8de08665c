package openapi

import (
	"net/http"
	"testing"
)

// RequireEndpoints loads the documents for a test, or skips it and says so.
func RequireEndpoints(t testing.TB) *Endpoints {
	t.Helper()
	e, err := LoadEndpoints(requireDir(t))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// RequireEvents is RequireEndpoints for notifications.
func RequireEvents(t testing.TB, names ...string) *Events {
	t.Helper()
	e, err := LoadEvents(requireDir(t), names...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// requireDir finds the documents or skips the test.
func requireDir(t testing.TB) string {
	t.Helper()
	dir, found := Find()
	if !found {
		t.Skip("SKIPPED, NOT PASSED: Zoom's OpenAPI documents are not beside this repository (../shared/zoom-openapi), " +
			"so nothing was compared with them")
	}
	return dir
}

// Strict wraps a simulated Zoom so that every request under /v2 which Zoom's
// documents do not allow fails the test of the client that made it.
func (e *Endpoints) Strict(t testing.TB, next http.Handler) http.Handler {
	return e.Requests(next, func(v Violation) {
		t.Errorf("Zoom's documents do not allow this %s %s: %v", v.Method, v.Path, v.Err)
	})
}
