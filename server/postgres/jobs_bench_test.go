package postgres_test

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/queue"
)

// BenchmarkAcceptAndHandle shows what the queue costs at eight requests at a time: transactions per job, and the rate.
func BenchmarkAcceptAndHandle(b *testing.B) {
	source := pgtest.Source(b)
	var left sync.WaitGroup
	e := queue.New(queue.Dependencies{
		Store: postgres.NewJobs(pgtest.Reopen(b, source)), Handle: func(context.Context, queue.Job) error { left.Done(); return nil },
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}, queue.Options{})
	e.Start()
	body := strings.Repeat("x", 4000)
	before := transactions(b, source)
	b.SetParallelism(4) // times the two processors that tests count on
	var sent atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(requests *testing.PB) {
		for requests.Next() {
			n := strconv.FormatInt(sent.Add(1), 10)
			left.Add(1)
			_, err := e.Accept(context.Background(), queue.Job{Kind: "bridge", Source: "bridge.con", Key: n, Body: []byte(n + body)})
			require.NoError(b, err)
		}
	})
	left.Wait()
	require.NoError(b, e.Close(context.Background()))
	b.ReportMetric(float64(transactions(b, source)-before)/float64(b.N), "transactions/op")
}

// transactions returns how many the database has committed.
func transactions(b *testing.B, source string) int64 {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), source)
	require.NoError(b, err)
	defer func() { _ = conn.Close(context.Background()) }()
	var count int64
	require.NoError(b, conn.QueryRow(b.Context(),
		`SELECT pg_stat_get_db_xact_commit(oid) FROM pg_database WHERE datname = current_database()`).Scan(&count))
	return count
}
