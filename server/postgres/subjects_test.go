package postgres_test

import (
	"context"
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
	// Behind PgBouncer, statements aren't prepared.
	for name, parameters := range map[string]string{"prepared": "", "not prepared": "&binary_parameters=yes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recordstest.Subjects(t, func(t *testing.T) (one, another recordstest.SubjectStore, pass func(time.Duration)) {
				source := pgtest.Source(t)
				return postgres.NewSubjects(pgtest.Reopen(t, source+parameters)), postgres.NewSubjects(pgtest.Reopen(t, source+parameters)),
					func(d time.Duration) { ages(t, source, d) }
			})
		})
	}
}

func TestSubjectsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	source := pgtest.Source(t)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), `
		INSERT INTO zoom_subject (id, connection, body, holder, held_since, held_until, expires_on)
			SELECT 'id-' || n, 'c' || n % 100, '{}', '', now(), now(), current_date + n % 30 FROM generate_series(1, 20000) n;
		INSERT INTO zoom_series (id, connection, state, expires_on) SELECT 'id-' || n, 'c1', '{}', current_date + n % 180 FROM generate_series(1, 20000) n;
		INSERT INTO zoom_alias (id, connection, subject, expires_on) SELECT 'id-' || n, 'c1', '""', current_date + n % 30 FROM generate_series(1, 20000) n;
		INSERT INTO zoom_card (surface, message, channel, connection, body, open, posted_at, expires_on)
			SELECT 'mattermost', 'id-' || n, 'channel-' || n % 300, 'c1', '{}', n % 20 = 0, now() - n * interval '1 min', current_date + n % 30
			FROM generate_series(1, 20000) n;
		ANALYZE zoom_subject, zoom_series, zoom_alias, zoom_card`)
	require.NoError(t, err)
	requireIndexed(t, source, "Subject", "HoldSubjects", "SaveSubjects", "Series", "SaveSeries", "Alias", "SetAlias", "CardOfMessage", "OpenCards", "CloseCard",
		"PruneSubjects", "PruneSeries", "PruneAliases", "PruneCards")
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
