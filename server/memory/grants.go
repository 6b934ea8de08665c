package memory

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/oauth"
)

// Grants are the users' grants; see oauth.Grants.
type Grants struct {
	faults *Faults
	now    func() time.Time

	mu      sync.Mutex
	rows    map[oauth.GrantKey]grant
	version int64
}

// grant is a row.
type grant struct {
	owner   string
	sealed  string
	given   int64
	version int64
	holder  string
	until   time.Time
}

var _ oauth.Grants = (*Grants)(nil)

func newGrants(faults *Faults, now func() time.Time) *Grants {
	return &Grants{faults: faults, now: now, rows: map[oauth.GrantKey]grant{}}
}

// Grant implements oauth.Grants.
func (m *Grants) Grant(ctx context.Context, key oauth.GrantKey) (stored oauth.StoredGrant, err error) {
	err = m.do(ctx, "Grants.Grant", key, func() {
		row := m.rows[key]
		stored = oauth.StoredGrant{Key: key, Sealed: row.sealed, Version: row.version, Renewing: m.now().Before(row.until)}
	})
	return stored, err
}

// SaveGrant implements oauth.Grants.
func (m *Grants) SaveGrant(ctx context.Context, key oauth.GrantKey, owner, sealed string) error {
	return m.do(ctx, "Grants.SaveGrant", key, func() { m.add(key, owner, sealed) })
}

// AddGrant implements oauth.Grants.
func (m *Grants) AddGrant(ctx context.Context, key oauth.GrantKey, owner, sealed string) error {
	return m.do(ctx, "Grants.AddGrant", key, func() {
		if _, ok := m.rows[key]; !ok {
			m.add(key, owner, sealed)
		}
	})
}

// GrantsOf implements oauth.Grants.
func (m *Grants) GrantsOf(ctx context.Context, providerID, site, owner string) (names []string, err error) {
	err = m.do(ctx, "Grants.GrantsOf", oauth.GrantKey{Provider: providerID, Site: site, Name: owner}, func() {
		byGiven := func(a, b oauth.GrantKey) int { return cmp.Compare(m.rows[a].given, m.rows[b].given) }
		for _, key := range slices.SortedFunc(maps.Keys(m.rows), byGiven) {
			if key.Provider == providerID && key.Site == site && owner != "" && m.rows[key].owner == owner {
				names = append(names, key.Name)
			}
		}
	})
	return names, err
}

// ReplaceGrant implements oauth.Grants.
func (m *Grants) ReplaceGrant(ctx context.Context, key oauth.GrantKey, version int64, sealed string) (replaced bool, err error) {
	err = m.do(ctx, "Grants.ReplaceGrant", key, func() {
		if row, ok := m.rows[key]; ok && row.version == version {
			m.put(key, row, sealed)
			replaced = true
		}
	})
	return replaced, err
}

// LeaseGrant implements oauth.Grants.
func (m *Grants) LeaseGrant(ctx context.Context, key oauth.GrantKey, version int64, holder string, period time.Duration) (leased int64, err error) {
	err = m.do(ctx, "Grants.LeaseGrant", key, func() {
		row := m.rows[key]
		if row.version != version || m.now().Before(row.until) {
			return
		}
		if version == 0 {
			row = m.add(key, "", "")
		}
		row.holder, row.until = holder, m.now().Add(period)
		m.rows[key], leased = row, row.version
	})
	return leased, err
}

// ReleaseGrant implements oauth.Grants.
func (m *Grants) ReleaseGrant(ctx context.Context, key oauth.GrantKey, holder string) error {
	return m.do(ctx, "Grants.ReleaseGrant", key, func() {
		if row, ok := m.rows[key]; ok && row.holder == holder {
			row.holder, row.until = "", time.Time{}
			m.rows[key] = row
		}
	})
}

// DeleteGrant implements oauth.Grants.
func (m *Grants) DeleteGrant(ctx context.Context, key oauth.GrantKey) error {
	return m.do(ctx, "Grants.DeleteGrant", key, func() { delete(m.rows, key) })
}

// GrantsNotSealedWith implements oauth.Grants.
func (m *Grants) GrantsNotSealedWith(ctx context.Context, prefix string, after oauth.GrantKey, limit int) (found []oauth.StoredGrant, err error) {
	err = m.do(ctx, "Grants.GrantsNotSealedWith", after, func() {
		for _, key := range slices.SortedFunc(maps.Keys(m.rows), compareGrants) {
			row := m.rows[key]
			if compareGrants(key, after) > 0 && row.sealed != "" && !strings.HasPrefix(row.sealed, prefix) && len(found) < limit {
				found = append(found, oauth.StoredGrant{Key: key, Sealed: row.sealed, Version: row.version})
			}
		}
	})
	return found, err
}

// ResealGrant implements oauth.Grants.
func (m *Grants) ResealGrant(ctx context.Context, key oauth.GrantKey, sealed, fresh string) (resealed bool, err error) {
	err = m.do(ctx, "Grants.ResealGrant", key, func() {
		if row, ok := m.rows[key]; ok && row.sealed == sealed {
			row.sealed = fresh
			m.rows[key], resealed = row, true
		}
	})
	return resealed, err
}

// sealed returns what is stored of the grant.
func (m *Grants) sealed(key oauth.GrantKey) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[key].sealed
}

// Keys returns the keys of all stored grants.
func (m *Grants) Keys() []oauth.GrantKey {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Keys(m.rows), compareGrants)
}

// Dump returns what is stored for each grant, by "grant" and its key.
func (m *Grants) Dump() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	dump := map[string]string{}
	for key, row := range m.rows {
		dump["grant "+nameOf(key)] = row.sealed
	}
	return dump
}

// add stores a new grant. The caller holds the lock.
func (m *Grants) add(key oauth.GrantKey, owner, sealed string) grant {
	m.version++
	return m.put(key, grant{owner: owner, given: m.version}, sealed)
}

// put stores the row with a version of its own, and without a lease. The caller holds the lock.
func (m *Grants) put(key oauth.GrantKey, row grant, sealed string) grant {
	m.version++
	row.sealed, row.version, row.holder, row.until = sealed, m.version, "", time.Time{}
	m.rows[key] = row
	return row
}

func (m *Grants) do(ctx context.Context, call string, key oauth.GrantKey, what func()) (err error) {
	leave, err := m.faults.enter(ctx, &m.mu, call, nameOf(key))
	if err != nil {
		return err
	}
	defer leave(&err)
	what()
	return nil
}

// nameOf returns the key as one word, such as "zoom/ann".
func nameOf(key oauth.GrantKey) string { return path.Join(key.Provider, key.Site, key.Name) }

// compareGrants orders keys as the table does.
func compareGrants(a, b oauth.GrantKey) int {
	return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name))
}
