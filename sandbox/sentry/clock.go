package sentry

import (
	"time"
)

// stamp writes t the way Sentry does: UTC, microseconds, "Z".
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
