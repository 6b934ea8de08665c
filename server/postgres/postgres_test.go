package postgres_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/testdb"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
)

func open(t *testing.T, source string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(postgres.Options{DataSource: source, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

func TestTheTablesAreMadeAtTheFirstStart(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.Empty(t))
	_, err := db.Check(t.Context())
	require.True(t, fault.Is(err, fault.DatabaseUnavailable), "before the start there are no tables")
	require.NoError(t, db.Start(t.Context()))
	health, err := db.Check(t.Context())
	require.NoError(t, err)
	require.Positive(t, health.Schema)
	require.Positive(t, health.Bytes)
}

func TestServersThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	source := testdb.Empty(t)
	started := make(chan error)
	for range 3 {
		go func() { started <- open(t, source).Start(t.Context()) }()
	}
	for range 3 {
		require.NoError(t, <-started)
	}
}

func TestAPluginOlderThanTheTablesRefusesToStart(t *testing.T) {
	t.Parallel()
	source := pgtest.Source(t)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "INSERT INTO zoom_migration (version_id, is_applied) VALUES (9999, true)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	require.ErrorIs(t, open(t, source).Start(t.Context()), postgres.ErrNewerSchema)
}

func TestADatabaseThatIsNotThereStopsNoStart(t *testing.T) {
	t.Parallel()
	db := open(t, "postgres://nobody@127.0.0.1:1/none?sslmode=disable")
	require.NoError(t, db.Start(t.Context()))
	_, err := db.Check(t.Context())
	require.True(t, fault.Is(err, fault.DatabaseUnavailable))
}

func TestADataSourceMayHaveTheParametersOfTheServersDriver(t *testing.T) {
	t.Parallel()
	for name, parameters := range map[string]string{
		"a pooler":    "&binary_parameters=yes",
		"a schema":    "&search_path=public",
		"its results": "&disable_prepared_binary_result=yes&connect_timeout=10",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, testdb.Empty(t)+parameters)
			require.NoError(t, db.Start(t.Context()))
			_, err := db.Check(context.Background())
			require.NoError(t, err)
		})
	}
}

func TestAnotherDatabaseIsNamedAsSuchAndNoPasswordIsTold(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"", "mmuser:hunter2@tcp(localhost:3306)/mattermost", "postgres://mmuser:hunter2@host:port:port/x"} {
		_, err := postgres.Open(postgres.Options{DataSource: source, Log: slog.Default()})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
