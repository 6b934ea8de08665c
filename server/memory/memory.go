// Package memory keeps the plugin's records in memory, for tests that need no database. Its types satisfy the same ports as those of
// package postgres, and the contract suites of package recordstest run on both. Several servers of a test share one Memory.
package memory

import (
	"sync"
	"time"
)

// Memory is everything that one database would hold.
type Memory struct {
	*Faults
	Subjects *Subjects
}

// New returns an empty Memory with this clock.
func New(now func() time.Time) *Memory {
	faults := &Faults{}
	return &Memory{Faults: faults, Subjects: newSubjects(faults, now)}
}

// Faults lets a test delay or fail calls, as a database can. It is safe for concurrent use.
type Faults struct {
	mu     sync.Mutex
	onCall func(call, key string) error
}

// OnCall has the function called before each call of a record, with the name of the type and method ("Meetings.Open") and the key of
// what it is about; the call fails with its error. Nil ends that.
func (f *Faults) OnCall(do func(call, key string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onCall = do
}

// before returns the error with which the call fails, nil for none.
func (f *Faults) before(call, key string) error {
	f.mu.Lock()
	do := f.onCall
	f.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(call, key)
}
