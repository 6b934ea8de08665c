package memory_test

import (
	"sync"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestJobs(t *testing.T) {
	t.Parallel()
	recordstest.Jobs(t, func(*testing.T) recordstest.JobsWorld {
		var mu sync.Mutex
		now := time.Now()
		clock := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
		jobs := memory.New(clock).Jobs
		return recordstest.JobsWorld{
			Stores: [2]queue.Store{jobs, jobs}, Now: clock,
			Passes: func(d time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				now = now.Add(d)
			},
		}
	})
}
