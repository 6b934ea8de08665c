package postgres

import (
	"context"
	"embed"
	"io/fs"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pkg/errors"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrNewerSchema means that a newer version of the plugin has migrated the tables: this one can't read them.
var ErrNewerSchema = errors.New("the plugin's tables are from a newer version of the plugin; install that version or a later one")

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// migrationTable has a row for each migration that was run.
	migrationTable = "zoom_migration"
	// lockTable lets one server migrate at a time. A row is used, since a pooler such as PgBouncer breaks the locks of sessions.
	lockTable = "zoom_migration_lock"
	// migrateTimeout bounds the migration at the start: a blocked OnActivate blocks the whole Mattermost server.
	migrateTimeout = 15 * time.Second
	// retryMin and retryMax limit the wait between two attempts in the background.
	retryMin = time.Second
	retryMax = 30 * time.Second
	// lockTries is how often another server's migration is waited for, a second each time.
	lockTries = 120
)

// migrate brings the schema to this version. A migration is one transaction: one that fails leaves nothing behind and is run again at the
// next attempt.
func (db *DB) migrate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return errors.Wrap(err, "find the migrations")
	}
	locker, err := lock.NewPostgresTableLocker(lock.WithTableName(lockTable), lock.WithTableLockTimeout(time.Second, lockTries))
	if err != nil {
		return errors.Wrap(err, "make the lock for migrations")
	}
	conn := stdlib.OpenDBFromPool(db.pool)
	defer conn.Close()
	if err := conn.PingContext(ctx); err != nil {
		return errors.Wrap(classify(err), "connect to the database")
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, files, goose.WithTableName(migrationTable), goose.WithLocker(locker),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return errors.Wrap(err, "read the migrations")
	}
	if err := checkNotNewer(ctx, provider); err != nil {
		return err
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return errors.Wrap(err, "migrate the plugin's tables")
	}
	for _, m := range done {
		db.log.Info("The plugin's tables were migrated", "migration", m.Source.Path, "duration", m.Duration.String())
	}
	db.ready.Store(true)
	return nil
}

// checkNotNewer returns ErrNewerSchema if the tables are from a newer version of the plugin.
func checkNotNewer(ctx context.Context, provider *goose.Provider) error {
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return errors.Wrap(err, "read the version of the plugin's tables")
	}
	var know int64
	for _, source := range provider.ListSources() {
		know = max(know, source.Version)
	}
	if have > know {
		return errors.Wrapf(ErrNewerSchema, "the tables have version %d, this plugin knows version %d", have, know)
	}
	return nil
}

// retryMigration tries again until it succeeds or can't ever.
func (db *DB) retryMigration(ctx context.Context) {
	wait := retryMin
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait/2 + rand.N(wait/2)): //nolint:gosec // it only spreads servers apart
		}
		err := db.migrate(ctx)
		if err == nil {
			db.log.Info("The database can be used now")
			return
		}
		if errors.Is(err, ErrNewerSchema) {
			db.log.Error("The plugin can't use its tables", "error", err.Error())
			return
		}
		wait = min(2*wait, retryMax)
		db.log.Warn("The database can't be used yet", "error", err.Error(), "next_try_within", wait.String())
	}
}
