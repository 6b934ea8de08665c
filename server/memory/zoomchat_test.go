package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestZoomChat(t *testing.T) {
	t.Parallel()
	recordstest.ZoomChat(t, func(*testing.T) recordstest.ZoomChatWorld {
		var passed atomic.Int64
		start := time.Now()
		m := memory.New(func() time.Time { return start.Add(time.Duration(passed.Load())) })
		return recordstest.ZoomChatWorld{Records: m.ZoomChat, Passes: func(d time.Duration) { passed.Add(int64(d)) }}
	})
}
