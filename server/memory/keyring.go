package memory

import (
	"context"
	"sync"

	"mattermost-plugin-zoom/server/oauth"
)

// Keyring is the record with the data keys; see oauth.Keyring.
type Keyring struct {
	faults *Faults

	mu      sync.Mutex
	record  string
	version int64
}

var _ oauth.Keyring = (*Keyring)(nil)

func newKeyring(faults *Faults) *Keyring { return &Keyring{faults: faults} }

// Keyring implements oauth.Keyring.
func (m *Keyring) Keyring(ctx context.Context) (record string, version int64, err error) {
	leave, err := m.faults.enter(ctx, &m.mu, "Keyring.Keyring", "")
	if err != nil {
		return "", 0, err
	}
	defer leave(&err)
	return m.record, m.version, nil
}

// SaveKeyring implements oauth.Keyring.
func (m *Keyring) SaveKeyring(ctx context.Context, record string, version int64) (saved bool, err error) {
	leave, err := m.faults.enter(ctx, &m.mu, "Keyring.SaveKeyring", "")
	if err != nil {
		return false, err
	}
	defer leave(&err)
	if version != m.version {
		return false, nil
	}
	m.record, m.version = record, version+1
	return true, nil
}

// Dump returns the record.
func (m *Keyring) Dump() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return map[string]string{"keyring": m.record}
}
