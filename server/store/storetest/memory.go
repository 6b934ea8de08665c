// Package storetest has a key-value table in memory for tests: it expires, counts, lags and fails on demand.
package storetest

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

// The operations that are counted and that a Fault is told of.
const (
	Get    Op = "get"
	Set    Op = "set"
	Swap   Op = "swap"
	Delete Op = "delete"
)

// Fault is asked before (and, with OnAnswer, after) each operation; an error that it returns is the operation's error.
// It may sleep, to play a slow database. It is called without any lock held.
type Fault func(op Op, key string) error

// MemoryKV is the table. Several servers under test share one.
// It is safe for use by several goroutines.
type MemoryKV struct {
	now func() time.Time

	mu     sync.Mutex
	rows   map[string][]version
	counts map[Op]int
	before Fault
	after  Fault
	lag    time.Duration
}

// version is what a key held from a moment on; a nil value is a deletion.
type version struct {
	value   []byte
	expires time.Time
	since   time.Time
}

// NewMemoryKV returns an empty table whose records expire by the given clock.
func NewMemoryKV(now func() time.Time) *MemoryKV {
	return &MemoryKV{now: now, rows: map[string][]version{}, counts: map[Op]int{}}
}

// Lag makes Get answer as a replica that is behind by d of real time; Swap stays on the master. 0 ends it.
func (m *MemoryKV) Lag(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lag = d
}

// OnCall has the fault asked before each operation: with its error nothing happens to the table. nil ends it.
func (m *MemoryKV) OnCall(f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before = f
}

// OnAnswer has the fault asked after each operation: with its error the table has changed all the same, as when a
// connection breaks after the commit. nil ends it.
func (m *MemoryKV) OnAnswer(f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.after = f
}

// Count returns how many calls of the operation there were since the start or the last ResetCounts.
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

// Clone returns an independent table with the same live records, as a restored backup would be.
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

// Get returns the value, or nil; with a Lag, the one of that long ago.
func (m *MemoryKV) Get(key string) ([]byte, error) {
	var value []byte
	err := m.call(Get, key, func() { value = bytes.Clone(m.at(key, m.lag)) })
	if err != nil {
		return nil, err
	}
	return value, nil
}

// Set writes the value, whatever was there.
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

// at returns the value that the key had lag ago, nil when it had none or has expired. The caller holds the lock.
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

// put appends a version and drops those that no lag in use reaches back to. The caller holds the lock.
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
