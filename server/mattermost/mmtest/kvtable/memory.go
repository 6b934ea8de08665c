// Package kvtable is Mattermost's key-value table in memory for tests: it expires records and fails on demand.
package kvtable

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"time"
)

// Op names one operation of the table.
type Op string

// The operations that are passed to a Fault.
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
	rows   map[string]record
	before Fault
	after  Fault
}

// record is a value until it expires.
type record struct {
	value   []byte
	expires time.Time
}

// NewMemoryKV returns an empty table whose records expire by the given clock.
func NewMemoryKV(now func() time.Time) *MemoryKV {
	return &MemoryKV{now: now, rows: map[string]record{}}
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
		if value := m.at(key); value != nil {
			live[key] = bytes.Clone(value)
		}
	}
	return live
}

// Get returns the value, or nil.
func (m *MemoryKV) Get(key string) ([]byte, error) {
	var value []byte
	err := m.call(Get, key, func() { value = bytes.Clone(m.at(key)) })
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
		stored := m.at(key)
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
		panic("kvtable: key longer than Mattermost allows: " + key)
	}
	m.mu.Lock()
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

// at returns the value, nil for none or an expired one. The caller holds the lock.
func (m *MemoryKV) at(key string) []byte {
	row, ok := m.rows[key]
	if !ok || !row.expires.IsZero() && !m.now().Before(row.expires) {
		return nil
	}
	return row.value
}

// put stores the value; nil removes it. The caller holds the lock.
func (m *MemoryKV) put(key string, value []byte, ttl time.Duration) {
	if value == nil {
		delete(m.rows, key)
		return
	}
	row := record{value: append([]byte{}, value...)}
	if ttl > 0 {
		row.expires = m.now().Add(ttl)
	}
	m.rows[key] = row
}
