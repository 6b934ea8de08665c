package postgres_test

import (
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
	_, err = conn.Exec(t.Context(), `
		INSERT INTO zoom_grant (provider, site, name, owner, sealed) SELECT 'zoom', '', 'user-' || n, 'zoom-' || n, 'v1.key.' || repeat('x', 500) FROM generate_series(1, 20000) n;
		INSERT INTO zoom_sign_in (id, sealed, expires_at) SELECT 'id-' || n, '', now() FROM generate_series(1, 20000) n;
		ANALYZE zoom_grant, zoom_sign_in`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	requireIndexed(t, source, "Grant", "SaveGrant", "AddGrant", "GrantsOf", "ReplaceGrant", "LeaseGrant", "ReleaseGrant", "DeleteGrant", "UseState", "StateUsed",
		"TryHandover", "EndHandover", "PruneSignIns")
}
