// Package kvtable is a key-value table in memory for tests: it expires records, counts calls, and lags and fails on demand.
package kvtable

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Op names one operation of the table.
type Op string

// The operations that are counted and passed to a Fault.
const (
	Get    Op = "get"
	Set    Op = "set"
	Swap   Op = "swap"
	Delete Op = "delete"
)

// Fault is called before (and, with OnAnswer, after) each operation; an error that it returns is the operation's error. It may sleep, to
// simulate a slow database. It is called without locks.
type Fault func(op Op, key string) error

// MemoryKV is the table. Several servers under test share one. It is safe for concurrent use.
type MemoryKV struct {
	now func() time.Time

	mu     sync.Mutex
	rows   map[string][]version
	counts map[Op]int
	before Fault
	after  Fault
	lag    time.Duration
}

// version is a key's value from a moment on; a nil value is a deletion.
type version struct {
	value   []byte
	expires time.Time
	since   time.Time
}

// NewMemoryKV returns an empty table whose records expire by the given clock.
func NewMemoryKV(now func() time.Time) *MemoryKV {
	return &MemoryKV{now: now, rows: map[string][]version{}, counts: map[Op]int{}}
}

// Lag makes Get respond like a replica that lags behind by d of real time; Swap uses the primary. 0 ends it.
func (m *MemoryKV) Lag(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lag = d
}

// OnCall calls the fault before each operation; if it returns an error, the table isn't changed. nil ends it.
func (m *MemoryKV) OnCall(f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before = f
}

// OnAnswer calls the fault after each operation; if it returns an error, the table has changed anyway, as if the connection broke after
// the commit. nil ends it.
func (m *MemoryKV) OnAnswer(f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.after = f
}

// Count returns the number of calls of the operation since the start or the last ResetCounts.
func (m *MemoryKV) Count(op Op) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts[op]
}

// ResetCounts sets all counts to 0.
func (m *MemoryKV) ResetCounts() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts = map[Op]int{}
}

// Keys returns the live keys with the prefix, sorted.
func (m *MemoryKV) Keys(prefix string) []string {
	var keys []string
	for key := range m.Dump() {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Dump returns a copy of all live records, for assertions on what is (not) stored.
func (m *MemoryKV) Dump() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	live := map[string][]byte{}
	for key := range m.rows {
		if value := m.at(key, 0); value != nil {
			live[key] = bytes.Clone(value)
		}
	}
	return live
}

// Clone returns an independent table with the same live records, like a restored backup.
func (m *MemoryKV) Clone() *MemoryKV {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := NewMemoryKV(m.now)
	c.rows = maps.Clone(m.rows)
	for key, versions := range c.rows {
		c.rows[key] = slices.Clone(versions)
	}
	return c
}

// Get returns the value, or nil; with a Lag, the value of that long ago.
func (m *MemoryKV) Get(key string) ([]byte, error) {
	var value []byte
	err := m.call(Get, key, func() { value = bytes.Clone(m.at(key, m.lag)) })
	if err != nil {
		return nil, err
	}
	return value, nil
}

// Set writes the value unconditionally.
func (m *MemoryKV) Set(key string, value []byte, ttl time.Duration) error {
	return m.call(Set, key, func() { m.put(key, value, ttl) })
}

// Swap writes the value if the stored one equals old.
func (m *MemoryKV) Swap(key string, old, value []byte, ttl time.Duration) (bool, error) {
	swapped := false
	err := m.call(Swap, key, func() {
		stored := m.at(key, 0)
		if (stored == nil) != (old == nil) || !bytes.Equal(stored, old) || (stored == nil && value == nil) {
			return
		}
		m.put(key, value, ttl)
		swapped = true
	})
	return swapped && err == nil, err
}

// Delete removes the key.
func (m *MemoryKV) Delete(key string) error {
	return m.call(Delete, key, func() { m.put(key, nil, 0) })
}

func (m *MemoryKV) call(op Op, key string, do func()) error {
	if len([]rune(key)) > maxKey {
		panic("storetest: key longer than Mattermost allows: " + key)
	}
	m.mu.Lock()
	m.counts[op]++
	before, after := m.before, m.after
	m.mu.Unlock()
	if before != nil {
		if err := before(op, key); err != nil {
			return err
		}
	}
	m.mu.Lock()
	do()
	m.mu.Unlock()
	if after != nil {
		return after(op, key)
	}
	return nil
}

// maxKey is the longest key that Mattermost stores, in runes.
const maxKey = 150

// at returns the value that the key had lag ago, nil for none or an expired one. The caller holds the lock.
func (m *MemoryKV) at(key string, lag time.Duration) []byte {
	versions := m.rows[key]
	moment := time.Now().Add(-lag)
	for _, v := range slices.Backward(versions) {
		if lag > 0 && v.since.After(moment) {
			continue
		}
		if !v.expires.IsZero() && !m.now().Before(v.expires) {
			return nil
		}
		return v.value
	}
	return nil
}

// put appends a version and removes those that no lag in use reaches. The caller holds the lock.
func (m *MemoryKV) put(key string, value []byte, ttl time.Duration) {
	v := version{value: bytes.Clone(value), since: time.Now()}
	if value != nil && v.value == nil {
		v.value = []byte{}
	}
	if ttl > 0 {
		v.expires = m.now().Add(ttl)
	}
	versions := m.rows[key]
	if m.lag == 0 {
		versions = nil
	}
	m.rows[key] = append(versions, v)
}
