// Package exhaustive marks tests that try many inputs, one after another, in a single goroutine. The race detector
// finds nothing in them and makes them about five times as slow, so they run once, without it: `make exhaustive`.
//
// It is not for tests that are slow because they wait: those need a clock that moves.
package exhaustive

import "testing"

// Test skips the calling test or subtest under the race detector, and says which command runs it.
func Test(t testing.TB) {
	t.Helper()
	if underRace {
		t.Skip("exhaustive: skipped under the race detector; `make exhaustive` runs it without")
	}
}
