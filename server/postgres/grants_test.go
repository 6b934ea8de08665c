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

func TestGrants(t *testing.T) {
	t.Parallel()
	recordstest.Grants(t, func(t *testing.T) recordstest.GrantsWorld {
		source := pgtest.Source(t)
		db := pgtest.Reopen(t, source)
		return recordstest.GrantsWorld{
			Grants: postgres.NewGrants(db), Keyring: postgres.NewKeyring(db), SignIns: postgres.NewSignIns(db),
			Passes: func(d time.Duration) {
				conn, err := pgx.Connect(t.Context(), source)
				require.NoError(t, err)
				for _, sql := range []string{"UPDATE zoom_grant SET leased_until = leased_until - $1::interval", "UPDATE zoom_sign_in SET expires_at = expires_at - $1::interval"} {
					_, err := conn.Exec(t.Context(), sql, d)
					require.NoError(t, err)
				}
				require.NoError(t, conn.Close(t.Context()))
			},
		}
	})
}

func TestSites(t *testing.T) {
	t.Parallel()
	recordstest.Sites(t, func(t *testing.T) session.Sites { return postgres.NewSites(pgtest.Open(t)) })
}
