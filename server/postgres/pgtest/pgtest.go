// Package pgtest gives tests a database with the plugin's tables.
package pgtest

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/testdb"
	"mattermost-plugin-zoom/server/postgres"
)

// Open returns a DB with empty tables that no other test uses.
func Open(t testing.TB) *postgres.DB {
	t.Helper()
	return Reopen(t, Source(t))
}

// Source returns the data source of a database with empty tables.
func Source(t testing.TB) string {
	t.Helper()
	return testdb.Filled(t, "migrated", func(source string) {
		db := start(t, source)
		db.Close()
	})
}

// Reopen returns another DB on the database, as a second server of a cluster has.
func Reopen(t testing.TB, source string) *postgres.DB {
	t.Helper()
	db := start(t, source)
	t.Cleanup(db.Close)
	return db
}

func start(t testing.TB, source string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(postgres.Options{DataSource: source, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	require.NoError(t, err)
	require.NoError(t, db.Start(t.Context()))
	return db
}
