package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/recordstest"
	"mattermost-plugin-zoom/server/session"
)

func TestGrants(t *testing.T) {
	t.Parallel()
	recordstest.Grants(t, func(*testing.T) recordstest.GrantsWorld {
		var passed atomic.Int64
		start := time.Now()
		m := memory.New(func() time.Time { return start.Add(time.Duration(passed.Load())) })
		return recordstest.GrantsWorld{
			Grants: m.Grants, Keyring: m.Keyring, SignIns: m.SignIns, Passes: func(d time.Duration) { passed.Add(int64(d)) },
		}
	})
}

func TestSites(t *testing.T) {
	t.Parallel()
	recordstest.Sites(t, func(*testing.T) session.Sites { return memory.New(time.Now).Sites })
}
