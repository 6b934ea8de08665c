package postgres_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres/pgtest"
)

// The statements that the docs give to admins remove all that the migrations make, and the plugin can start again afterwards.
func TestTheDocsSayHowToDropAllTables(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```sql\nDROP TABLE")
	require.True(t, found)
	sql, _, found := strings.Cut(rest, "```")
	require.True(t, found)

	source := pgtest.Source(t)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE pluginkeyvaluestore (pluginid text); DROP TABLE"+sql)
	require.NoError(t, err)
	rows, err := conn.Query(t.Context(), `SELECT relname::text FROM pg_class WHERE relname LIKE 'zoom\_%' AND relkind IN ('r', 'S')`)
	require.NoError(t, err)
	left, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, left, "name them in docs/operations.md")
	require.NoError(t, conn.Close(t.Context()))
	pgtest.Reopen(t, source)
}
