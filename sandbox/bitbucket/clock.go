package bitbucket

import (
	"time"
)

// stamp writes t the way Cloud does: UTC, microseconds.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000-07:00")
}
