package stack

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lib/pq"
	"github.com/pkg/errors"
)

// pluginConnections begins the name that the plugin gives its connections to the database.
const pluginConnections = "mattermost-plugin-zoom"

// Exec runs SQL of a story.
func (d *Database) Exec(ctx context.Context, sql string, args ...any) error {
	_, err := d.db.ExecContext(ctx, sql, args...)
	return errors.Wrapf(err, "run %.60q", sql)
}

// Relations returns the names of the plugin's tables, indexes and sequences.
func (d *Database) Relations(ctx context.Context) ([]string, error) {
	var names []string
	err := d.db.QueryRowContext(ctx, `/* e2e */ SELECT coalesce(array_agg(relname ORDER BY relname), '{}') FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relname LIKE 'zoom\_%'`).Scan(pq.Array(&names))
	return names, errors.Wrap(err, "list the plugin's tables")
}

// Lock keeps the plugin out of the database: its connections end, and no new one is accepted. Everyone else can go on. It needs
// PostgreSQL 17. Call the function that it returns to let the plugin in again.
func (d *Database) Lock(ctx context.Context) (unlock func(context.Context) error, err error) {
	err = d.Exec(ctx, `
		CREATE OR REPLACE FUNCTION e2e_lock() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
			IF current_setting('application_name') LIKE '`+pluginConnections+`%' THEN
				RAISE EXCEPTION 'sorry, too many clients already' USING ERRCODE = '53300';
			END IF;
		END $$;
		CREATE EVENT TRIGGER e2e_lock ON login EXECUTE FUNCTION e2e_lock();
		ALTER EVENT TRIGGER e2e_lock ENABLE ALWAYS`)
	if err != nil {
		return nil, err
	}
	unlock = func(ctx context.Context) error {
		return d.Exec(ctx, `DROP EVENT TRIGGER IF EXISTS e2e_lock; DROP FUNCTION IF EXISTS e2e_lock()`)
	}
	return unlock, d.EndConnections(ctx)
}

// EndConnections ends the plugin's connections to the database, on all servers.
func (d *Database) EndConnections(ctx context.Context) error {
	return d.Exec(ctx, `/* e2e */ SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name LIKE '`+pluginConnections+`%'`)
}

// sqlBlock finds a block of SQL in Markdown.
var sqlBlock = regexp.MustCompile("(?m)^```sql\n((?:.|\n)*?)^```")

// Removal returns the SQL that docs/operations.md gives for removing all that the plugin has left in the database.
func (s *Stack) Removal() (string, error) {
	text, err := os.ReadFile(filepath.Join(s.root, "docs", "operations.md"))
	if err != nil {
		return "", errors.Wrap(err, "read the documentation")
	}
	_, rest, _ := strings.Cut(string(text), "Remove what is left")
	block := sqlBlock.FindStringSubmatch(rest)
	if block == nil {
		return "", errors.New("docs/operations.md gives no SQL under “Remove what is left”")
	}
	return block[1], nil
}

// RemovePlugin removes the plugin from all servers.
func (s *Stack) RemovePlugin(ctx context.Context) error {
	for _, server := range s.Servers {
		if _, err := server.admin.RemovePlugin(ctx, PluginID); err != nil {
			return errors.Wrapf(err, "remove the plugin from server %d", server.Number)
		}
	}
	return nil
}

// Reinstall installs the bundle again after RemovePlugin.
func (s *Stack) Reinstall(ctx context.Context) error {
	bundle := s.options.Bundle
	if bundle == "" {
		var err error
		if bundle, err = newestBundle(s.root); err != nil {
			return err
		}
	}
	return s.Install(ctx, bundle)
}
