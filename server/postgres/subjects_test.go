package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestSubjects(t *testing.T) {
	t.Parallel()
	recordstest.Subjects(t, func(t *testing.T) (one, another recordstest.SubjectStore, pass func(time.Duration)) {
		source := pgtest.Source(t)
		return postgres.NewSubjects(pgtest.Reopen(t, source)), postgres.NewSubjects(pgtest.Reopen(t, source)), func(d time.Duration) {
			ages(t, source, d)
		}
	})
}

// ages makes all subjects older.
func ages(t *testing.T, source string, d time.Duration) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `UPDATE zoom_subject SET held_until = held_until - $1::interval, held_since = held_since - $1::interval`, d)
	require.NoError(t, err)
	for _, table := range []string{"zoom_subject", "zoom_series", "zoom_alias", "zoom_card"} {
		_, err = conn.Exec(t.Context(), `UPDATE `+table+` SET expires_on = expires_on - $1::integer`, int(d/(24*time.Hour)))
		require.NoError(t, err)
	}
}
