package stack

import (
	"context"

	"github.com/pkg/errors"
)

// Crowd fills the plugin's tables as on a large server: with this many more connections, each a copy of one that is there with its
// subscriptions in channels of its own, and with finished deliveries of the last days, each with a line in a delivery log and every tenth
// with a card. There must be a connection, a finished job, a line of a log, and a card.
func (d *Database) Crowd(ctx context.Context, connections, deliveries int) error {
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		// A row is a copy of a template, with some columns changed. Templates are picked by their place in the table.
		{"connections", `INSERT INTO zoom_connection SELECT r.* FROM (SELECT t FROM zoom_connection t LIMIT 1) one, generate_series(1, $1) n,
			jsonb_populate_record(one.t, jsonb_build_object(
			'id', 'crowd' || n, 'name', 'Crowd ' || n, 'name_key', 'crowd ' || n, 'record', replace((one.t).record, (one.t).id, 'crowd' || n))) r`, []any{connections}},
		{"subscriptions", `INSERT INTO zoom_subscription (connection, id, surface, channel, record)
			SELECT 'crowd' || n, s.id, s.surface, 'crowdchannel' || n, replace(s.record, s.channel, 'crowdchannel' || n)
			FROM (SELECT * FROM zoom_subscription LIMIT 1) s, generate_series(1, $1) n`, []any{connections}},
		{
			"deliveries", `INSERT INTO zoom_job SELECT r.* FROM (SELECT t FROM zoom_job t WHERE finished_at IS NOT NULL LIMIT 1) one, generate_series(1, $1) n, make_interval(secs => n % 250000) at,
			jsonb_populate_record(one.t, jsonb_build_object('id', 'crowd' || n, 'source', 'crowd' || n % $2,
			'received_at', now() - at, 'due_at', now() - at, 'next_at', now() - at, 'finished_at', now() - at)) r`,
			[]any{deliveries, connections},
		},
		{"delivery logs", `INSERT INTO zoom_entry OVERRIDING SYSTEM VALUE SELECT r.* FROM (SELECT t FROM zoom_entry t LIMIT 1) one, generate_series(1, $1) n,
			jsonb_populate_record(one.t, jsonb_build_object(
			'connection', 'crowd' || n % $2, 'at', now() - make_interval(secs => n % 250000), 'id', 1000000000 + n)) r`, []any{deliveries, connections}},
		{"cards", `INSERT INTO zoom_card SELECT r.* FROM (SELECT t FROM zoom_card t LIMIT 1) one, generate_series(1, $1 / 10) n,
			jsonb_populate_record(one.t, jsonb_build_object('message', 'crowd' || n,
			'channel', 'crowdchannel' || n % $2, 'connection', 'crowd' || n % $2)) r`, []any{deliveries, connections}},
		{"subjects", `INSERT INTO zoom_subject SELECT r.* FROM (SELECT t FROM zoom_subject t WHERE holder = '' LIMIT 1) one, generate_series(1, $1 / 10) n,
			jsonb_populate_record(one.t, jsonb_build_object('id', 'crowd' || n, 'connection', 'crowd' || n % $2)) r`, []any{deliveries, connections}},
	} {
		result, err := d.db.ExecContext(ctx, "/* e2e */ "+step.sql, step.args...)
		if err != nil {
			return errors.Wrapf(err, "add %s", step.what)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Errorf("there are no %s to copy", step.what)
		}
	}
	return d.Exec(ctx, `/* e2e */ VACUUM ANALYZE`)
}

// Sizes returns the bytes of each of the plugin's tables with its indexes, and its number of rows as of the last analysis.
func (d *Database) Sizes(ctx context.Context) (map[string]TableSize, error) {
	rows, err := d.db.QueryContext(ctx, `/* e2e */ SELECT relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname LIKE 'zoom\_%'`)
	if err != nil {
		return nil, errors.Wrap(err, "measure the plugin's tables")
	}
	defer rows.Close()
	sizes := map[string]TableSize{}
	for rows.Next() {
		var name string
		var size TableSize
		if err := rows.Scan(&name, &size.Bytes, &size.Rows); err != nil {
			return nil, errors.Wrap(err, "read the size of a table")
		}
		sizes[name] = size
	}
	return sizes, errors.Wrap(rows.Err(), "measure the plugin's tables")
}

// TableSize is the size of a table.
type TableSize struct{ Bytes, Rows int64 }
