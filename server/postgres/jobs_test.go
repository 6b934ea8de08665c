package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/build/exhaustive"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestJobs(t *testing.T) {
	t.Parallel()
	for name, parameter := range map[string]string{"prepared": "", "behind PgBouncer": "&binary_parameters=yes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobs(t, parameter)
		})
	}
}

// jobs runs the contract on databases whose data source has this parameter.
func jobs(t *testing.T, parameter string) {
	t.Helper()
	recordstest.Jobs(t, func(t *testing.T) recordstest.JobsWorld {
		t.Helper()
		source := pgtest.Source(t)
		open := func() queue.Store { return postgres.NewJobs(pgtest.Reopen(t, source+parameter)) }
		return recordstest.JobsWorld{
			Stores: [2]queue.Store{open(), open()},
			Now:    time.Now,
			Passes: func(d time.Duration) {
				run(t, source, `UPDATE zoom_job SET next_at = next_at - $1::interval, due_at = due_at - $1::interval,
					received_at = received_at - $1::interval, finished_at = finished_at - $1::interval`, d)
			},
		}
	})
}

// run runs a statement on a connection of its own.
func run(t testing.TB, source, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), statement, args...)
	require.NoError(t, err)
}

// A day of heavy traffic is finished in the table: what is left to do must be found as fast as in an empty one.
func TestAMillionFinishedJobsDoNotSlowTheQueueDown(t *testing.T) {
	t.Parallel()
	exhaustive.Test(t)
	source := pgtest.Source(t)
	run(t, source, `ALTER TABLE zoom_job SET UNLOGGED`) // the test writes faster
	run(t, source, `INSERT INTO zoom_job (id, kind, source, key, header, body, received_at, due_at, attempts, holder, next_at, finished_at, result)
		SELECT 'job ' || n + 1000000, 'bridge', 'bridge.' || n % 10000, '', '', '', at, at, 1, '', at, at + interval '1 second', 'handled'
		FROM (SELECT n, now() - n * interval '0.2 seconds' AS at FROM generate_series(1, 1000000) AS n) AS finished`)
	run(t, source, `INSERT INTO zoom_job (id, kind, source, key, header, body, received_at, due_at, holder, next_at)
		SELECT 'later ' || n, 'bridge', 'bridge.' || n, n::text, '{}', 'body', now(), now() + n * interval '1 minute', '', now() + n * interval '1 minute'
		FROM generate_series(1, 10000) AS n`)
	run(t, source, `ANALYZE zoom_job`)
	requireIndexed(t, source, "InsertJobs", "TakeJobs", "StartJob", "RenewJobs", "FinishJobs", "ReleaseJobs", "WaitingJobs", "PruneJobs")
}

// count returns the number that a query gives.
func count(t *testing.T, source, statement string) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), statement).Scan(&n))
	return n
}
