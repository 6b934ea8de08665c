package postgres

import (
	"context"

	"mattermost-plugin-zoom/server/oauth"
)

// Keyring is the record with the data keys; see oauth.Keyring.
type Keyring struct{ db *DB }

var _ oauth.Keyring = (*Keyring)(nil)

// NewKeyring returns the keyring in the database.
func NewKeyring(db *DB) *Keyring { return &Keyring{db} }

// Keyring implements oauth.Keyring.
func (k *Keyring) Keyring(ctx context.Context) (record string, version int64, err error) {
	rows, err := k.db.queries().Keyring(ctx)
	if err != nil || len(rows) == 0 {
		return "", 0, err
	}
	return rows[0].Record, rows[0].Version, nil
}

// SaveKeyring implements oauth.Keyring.
func (k *Keyring) SaveKeyring(ctx context.Context, record string, version int64) (saved bool, err error) {
	var rows int64
	if version == 0 {
		rows, err = k.db.queries().AddKeyring(ctx, record)
	} else {
		rows, err = k.db.queries().ReplaceKeyring(ctx, record, version)
	}
	return rows > 0, err
}
