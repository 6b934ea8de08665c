package store_test

import (
	"testing"
	"time"

	"mattermost-plugin-zoom/server/store"
	"mattermost-plugin-zoom/server/store/storetest"
)

// table is a store over a table in memory, with a clock that only moves on request.
type table struct {
	*store.Store
	kv  *storetest.MemoryKV
	now time.Time
}

func newTable(t *testing.T) *table {
	t.Helper()
	tbl := &table{now: time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return tbl.now }
	tbl.kv = storetest.NewMemoryKV(clock)
	tbl.Store = store.New(tbl.kv, clock)
	return tbl
}
