// Package memory keeps the plugin's records in memory, for tests that need no database. Its types satisfy the same ports as those of
// package postgres, and the contract suites of package recordstest run on both. Several servers of a test share one Memory.
package memory

import (
	"maps"
	"sync"
	"time"
)

// Memory is everything that one database would hold.
type Memory struct {
	*Faults
	Jobs        *Jobs
	Grants      *Grants
	Keyring     *Keyring
	SignIns     *SignIns
	Sites       *Sites
	Subjects    *Subjects
	Meetings    *Meetings
	LastEvents  *LastEvents
	Predecessor *Predecessor
	Connections *Connections
	Deliveries  *Deliveries
	ZoomChat    *ZoomChat
}

// New returns an empty Memory with this clock.
func New(now func() time.Time) *Memory {
	faults := &Faults{}
	log, grants := newDeliveries(faults, now), newGrants(faults, now)
	meetings := newMeetings(faults, grants, now)
	return &Memory{
		Faults: faults, Jobs: newJobs(faults, now),
		Grants: grants, Keyring: newKeyring(faults), SignIns: newSignIns(faults, now), Sites: newSites(faults),
		Subjects: newSubjects(faults, now), Connections: newConnections(faults, log, now), Deliveries: log,
		Meetings: meetings, LastEvents: &LastEvents{Faults: faults, now: now},
		Predecessor: &Predecessor{Faults: faults, now: now}, ZoomChat: newZoomChat(faults, now),
	}
}

// Dump returns all that is stored, by what it is, for assertions about what must not be.
func (m *Memory) Dump() map[string]string {
	dump := map[string]string{}
	for _, records := range []map[string]string{m.Jobs.Dump(), m.Grants.Dump(), m.Keyring.Dump(), m.SignIns.Dump(), m.Sites.Dump(), m.Subjects.Dump(), m.Connections.Dump(), m.Deliveries.Dump(), m.ZoomChat.Dump()} {
		maps.Copy(dump, records)
	}
	return dump
}

// Faults lets a test delay or fail calls, as a database can. It is safe for concurrent use.
type Faults struct {
	mu     sync.Mutex
	onCall func(call, key string) error
	// onReturn is like onCall for calls that were carried out.
	onReturn func(call, key string) error
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
