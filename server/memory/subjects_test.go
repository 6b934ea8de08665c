package memory_test

import (
	"sync"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestSubjects(t *testing.T) {
	t.Parallel()
	recordstest.Subjects(t, func(*testing.T) (one, another recordstest.SubjectStore, pass func(time.Duration)) {
		var mu sync.Mutex
		now := time.Now()
		m := memory.New(func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		})
		return m.Subjects, m.Subjects, func(d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(d)
		}
	})
}
