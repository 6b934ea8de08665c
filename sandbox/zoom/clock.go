package zoom

import (
	"time"
)

// stamp writes t the way Zoom's API does: UTC, whole seconds.
func stamp(t time.Time) string {
	return t.UTC().Format(time.RFC3339)
}
