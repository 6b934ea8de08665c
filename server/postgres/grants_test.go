package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/recordstest"
	"mattermost-plugin-zoom/server/session"
)

// modes are the parameters of a data source with which statements run in different ways: prepared, and as a pooler needs it.
var modes = map[string]string{"prepared": "", "pooled": "&binary_parameters=yes"}

func TestGrants(t *testing.T) {
	t.Parallel()
	for mode, parameters := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			recordstest.Grants(t, func(t *testing.T) recordstest.GrantsWorld {
				source := pgtest.Source(t)
				db := pgtest.Reopen(t, source+parameters)
				return recordstest.GrantsWorld{
					Grants: postgres.NewGrants(db), Keyring: postgres.NewKeyring(db), SignIns: postgres.NewSignIns(db),
					Passes: func(d time.Duration) { passes(t, source, d) },
				}
			})
		})
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	for mode, parameters := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			recordstest.Sites(t, func(t *testing.T) session.Sites {
				return postgres.NewSites(pgtest.Reopen(t, pgtest.Source(t)+parameters))
			})
		})
	}
}

func TestGrantsAreFoundByTheirKeys(t *testing.T) {
	t.Parallel()
	source := pgtest.Source(t)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `
		INSERT INTO zoom_grant (provider, site, name, sealed) SELECT 'zoom', '', 'user-' || n, 'v1.key.' || repeat('x', 500) FROM generate_series(1, 20000) n;
		INSERT INTO zoom_sign_in (id, sealed, expires_at) SELECT 'id-' || n, '', now() FROM generate_series(1, 20000) n;
		ANALYZE zoom_grant, zoom_sign_in`)
	require.NoError(t, err)
	for sql, index := range map[string]string{
		"SELECT sealed FROM zoom_grant WHERE provider = 'zoom' AND site = '' AND name = 'user-7'":     "zoom_grant_pkey",
		"UPDATE zoom_grant SET sealed = '' WHERE provider = 'zoom' AND site = '' AND name = 'user-7'": "zoom_grant_pkey",
		"SELECT EXISTS (SELECT 1 FROM zoom_sign_in WHERE id = 'id-7')":                                "zoom_sign_in_pkey",
		"SELECT id FROM zoom_sign_in WHERE expires_at <= now() ORDER BY expires_at LIMIT 1000":        "zoom_sign_in_expires",
	} {
		rows, err := conn.Query(t.Context(), "EXPLAIN "+sql)
		require.NoError(t, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Contains(t, strings.Join(plan, "\n"), index, sql)
	}
}
