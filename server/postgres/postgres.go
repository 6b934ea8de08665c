// Package postgres keeps the plugin's records in tables of its own in the Mattermost server's PostgreSQL database, through a small pool of
// its own. It makes no decisions about them: packages that use records declare ports, and the types here satisfy them.
//
// All servers of a cluster share the tables and nothing else. Leases and expiry are decided by the database's clock, so that servers whose
// clocks differ agree. Everything reads and writes the primary.
package postgres

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/postgres/query"
)

// Options are what a DB works with.
type Options struct {
	// DataSource is the Mattermost server's own: SqlSettings.DataSource.
	DataSource string
	Log        *slog.Logger
}

// DB is the pool and the state of the schema. It is safe for concurrent use.
type DB struct {
	pool *pgxpool.Pool
	log  *slog.Logger

	// ready says that the schema is the one that this version of the plugin needs.
	ready  atomic.Bool
	end    context.CancelFunc
	closed sync.WaitGroup
}

// Open returns a DB for the data source. It connects to nothing yet: see Start. Errors: ErrNotPostgres, and one for a data source that
// can't be read.
func Open(o Options) (*DB, error) {
	config, err := poolConfig(o.DataSource)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, errors.Wrap(err, "make a pool of database connections")
	}
	return &DB{pool: pool, log: o.Log, end: func() {}}, nil
}

// Start migrates the schema. Where the database can't be reached within the time that a start may take, Start returns nil and goes on in
// the background; until it succeeds, all records answer with fault.DatabaseUnavailable. Error: ErrNewerSchema.
func (db *DB) Start(ctx context.Context) error {
	err := db.migrate(ctx)
	if err == nil || errors.Is(err, ErrNewerSchema) {
		return err
	}
	db.log.Error("The database can't be used yet; the next try follows in a few seconds", "error", err.Error())
	ctx, db.end = context.WithCancel(context.Background())
	db.closed.Go(func() { db.retryMigration(ctx) })
	return nil
}

// Close ends the pool, after the statements under way.
func (db *DB) Close() {
	db.end()
	db.closed.Wait()
	db.pool.Close()
}

// queries returns the statements, each a transaction of its own.
func (db *DB) queries() *query.Queries { return query.New(guarded{db}) }

// inTx runs do in a transaction, which is committed if do returns nil. It is run again after a deadlock, so it must depend on nothing
// but what it reads in the transaction.
func (db *DB) inTx(ctx context.Context, do func(q *query.Queries) error) error {
	if !db.ready.Load() {
		return fault.New(fault.DatabaseUnavailable)
	}
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error { return do(query.New(tx)) })
		if try < maxTries && isConflict(err) {
			continue
		}
		return classify(err)
	}
}

// maxTries is how often a transaction is run that meets another one.
const maxTries = 5

// isConflict reports whether the database ended the transaction in favor of another: a deadlock, or a failed serialization.
func isConflict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// guarded runs statements only once the schema is there, and classifies their errors.
type guarded struct{ db *DB }

// Exec implements query.DBTX.
func (g guarded) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if !g.db.ready.Load() {
		return pgconn.CommandTag{}, fault.New(fault.DatabaseUnavailable)
	}
	tag, err := g.db.pool.Exec(ctx, sql, args...)
	return tag, classify(err)
}

// Query implements query.DBTX.
func (g guarded) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if !g.db.ready.Load() {
		return nil, fault.New(fault.DatabaseUnavailable)
	}
	rows, err := g.db.pool.Query(ctx, sql, args...)
	return classifiedRows{rows}, classify(err)
}

// QueryRow implements query.DBTX.
func (g guarded) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if !g.db.ready.Load() {
		return failedRow{fault.New(fault.DatabaseUnavailable)}
	}
	return classifiedRow{g.db.pool.QueryRow(ctx, sql, args...)}
}

// classifiedRows are rows whose error is classified: most errors of a query show only when its rows are read.
type classifiedRows struct{ pgx.Rows }

// Err implements pgx.Rows.
func (r classifiedRows) Err() error { return classify(r.Rows.Err()) }

type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

type classifiedRow struct{ row pgx.Row }

func (r classifiedRow) Scan(to ...any) error { return classify(r.row.Scan(to...)) }

// classify marks the errors of a database that can't be reached with fault.DatabaseUnavailable, and returns all others unchanged.
func classify(err error) error {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case err == nil, errors.Is(err, pgx.ErrNoRows), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &pg):
		if !outage(pg.Code) {
			return err
		}
	case errors.As(err, &connect), errors.Is(err, context.DeadlineExceeded), pgconn.SafeToRetry(err), isNetwork(err):
	default:
		return err
	}
	return fault.Wrap(err, fault.DatabaseUnavailable)
}

// healthTimeout bounds Check.
const healthTimeout = 3 * time.Second

// Health is the state of the database as the self-check shows it.
type Health struct {
	// Schema is the version of the tables.
	Schema int64
	// Rows is how many rows all the plugin's tables have, by the database's estimate; Bytes is their size with their indexes.
	Rows, Bytes int64
	// Waiting is how many jobs are due and not finished, Oldest how long the first has been.
	Waiting int64
	Oldest  time.Duration
}

// Check asks the database for its state. Fault: DatabaseUnavailable.
func (db *DB) Check(ctx context.Context) (Health, error) {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	row, err := db.queries().Health(ctx)
	return Health{
		Schema: row.Version, Rows: row.Rows, Bytes: row.Bytes, Waiting: row.Waiting, Oldest: time.Duration(row.OldestSeconds * float64(time.Second)),
	}, err
}
