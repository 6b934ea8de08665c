package memory

import (
	"context"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/oauth"
)

// SignIns are the authorizations under way; see oauth.SignIns.
type SignIns struct {
	faults *Faults
	now    func() time.Time

	mu   sync.Mutex
	rows map[string]signIn
}

// signIn is a row: a used state if it holds nothing.
type signIn struct {
	sealed  string
	tries   int
	expires time.Time
}

var _ oauth.SignIns = (*SignIns)(nil)

func newSignIns(faults *Faults, now func() time.Time) *SignIns {
	return &SignIns{faults: faults, now: now, rows: map[string]signIn{}}
}

// UseState implements oauth.SignIns.
func (m *SignIns) UseState(ctx context.Context, id string, keep time.Duration) (first bool, err error) {
	err = m.do(ctx, "SignIns.UseState", id, func() {
		if _, used := m.live(id); !used {
			m.rows[id], first = signIn{expires: m.now().Add(keep)}, true
		}
	})
	return first, err
}

// StateUsed implements oauth.SignIns.
func (m *SignIns) StateUsed(ctx context.Context, id string) (used bool, err error) {
	err = m.do(ctx, "SignIns.StateUsed", id, func() { _, used = m.live(id) })
	return used, err
}

// SaveHandover implements oauth.SignIns.
func (m *SignIns) SaveHandover(ctx context.Context, id, sealed string, keep time.Duration) error {
	return m.do(ctx, "SignIns.SaveHandover", id, func() { m.rows[id] = signIn{sealed: sealed, expires: m.now().Add(keep)} })
}

// TryHandover implements oauth.SignIns.
func (m *SignIns) TryHandover(ctx context.Context, id string) (sealed string, tries int, err error) {
	err = m.do(ctx, "SignIns.TryHandover", id, func() {
		if row, ok := m.live(id); ok {
			row.tries++
			m.rows[id], sealed, tries = row, row.sealed, row.tries
		}
	})
	return sealed, tries, err
}

// EndHandover implements oauth.SignIns.
func (m *SignIns) EndHandover(ctx context.Context, id, sealed string) (ended bool, err error) {
	err = m.do(ctx, "SignIns.EndHandover", id, func() {
		if row, ok := m.live(id); ok && row.sealed == sealed {
			delete(m.rows, id)
			ended = true
		}
	})
	return ended, err
}

// Prune removes what has expired.
func (m *SignIns) Prune(ctx context.Context) error {
	return m.do(ctx, "SignIns.Prune", "", func() {
		for id := range m.rows {
			m.live(id)
		}
	})
}

// Dump returns what is stored of each sign-in that has not expired, by "sign-in" and its ID.
func (m *SignIns) Dump() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	dump := map[string]string{}
	for id := range m.rows {
		if row, ok := m.live(id); ok {
			dump["sign-in "+id] = row.sealed
		}
	}
	return dump
}

// live returns the row unless it has expired; then it is removed. The caller holds the lock.
func (m *SignIns) live(id string) (signIn, bool) {
	row, ok := m.rows[id]
	if ok && !m.now().Before(row.expires) {
		delete(m.rows, id)
		return signIn{}, false
	}
	return row, ok
}

func (m *SignIns) do(ctx context.Context, call, id string, what func()) (err error) {
	leave, err := m.faults.enter(ctx, &m.mu, call, id)
	if err != nil {
		return err
	}
	defer leave(&err)
	what()
	return nil
}
