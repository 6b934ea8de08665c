package memory_test

import (
	"sync"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestMeetings(t *testing.T) {
	t.Parallel()
	recordstest.Meetings(t, func(*testing.T) recordstest.MeetingsWorld {
		var mu sync.Mutex
		now := time.Now()
		clock := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
		m := memory.New(clock)
		return recordstest.MeetingsWorld{
			Index: m.Meetings, Grants: m.Grants, Now: clock,
			Passes: func(d time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				now = now.Add(d)
			},
		}
	})
}
