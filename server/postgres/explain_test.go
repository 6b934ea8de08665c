package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// requireIndexed checks that the database finds the rows of these statements (by their names in queries/*.sql) by indexes, and reads no
// table from its beginning to its end. The tables have to be filled and analyzed before. The plan is the one for any arguments.
func requireIndexed(t *testing.T, source string, names ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	statements := statements(t)
	for _, name := range names {
		require.Contains(t, statements, name)
		results, err := conn.PgConn().Exec(t.Context(), "EXPLAIN (GENERIC_PLAN) "+statements[name]).ReadAll()
		require.NoError(t, err, name)
		var plan []string
		for _, row := range results[0].Rows {
			plan = append(plan, string(row[0]))
		}
		text := strings.Join(plan, "\n")
		require.NotRegexp(t, `Seq Scan on zoom_`, text, name)
		require.Regexp(t, `Index|Conflict Arbiter`, text, name)
	}
}

var named = regexp.MustCompile("(?s)= `-- name: (\\w+) :\\w+\n(.*?)`")

// statements returns the SQL that the generated code sends, by name.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("query/*.sql.go")
	require.NoError(t, err)
	all := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range named.FindAllStringSubmatch(string(content), -1) {
			all[match[1]] = match[2]
		}
	}
	require.NotEmpty(t, all)
	return all
}
