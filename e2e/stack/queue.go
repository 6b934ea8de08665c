package stack

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

// unfinished is the condition for jobs of the plugin that wait or are under way. What is only for later, such as the daily check of a
// webhook, is not among them.
const unfinished = `finished_at IS NULL AND NOT (holder = '' AND next_at > now() + interval '1 minute')`

// Waiting returns the number of jobs that were accepted and are not handled yet.
func (d *Database) Waiting(ctx context.Context) (int, error) {
	var n int
	err := d.db.QueryRowContext(ctx, `/* e2e */ SELECT count(*) FROM zoom_job WHERE `+unfinished).Scan(&n)
	return n, errors.Wrap(err, "count the jobs that wait")
}

// AwaitIdle waits until all jobs that wait now are handled, with what follows from them. What other stories send meanwhile is not waited
// for.
func (d *Database) AwaitIdle(ctx context.Context) error {
	var busy map[string]bool // the sources that had jobs waiting at each look so far; nil before the first
	return eventually(ctx, 2*time.Minute, 50*time.Millisecond, func() error {
		sources, err := d.texts(ctx, `/* e2e */ SELECT DISTINCT CASE WHEN source <> kind THEN source ELSE kind || ' ' || key END FROM zoom_job WHERE `+unfinished)
		if err != nil {
			return err
		}
		still := map[string]bool{}
		for _, source := range sources {
			if busy == nil || busy[source] {
				still[source] = true
			}
		}
		if busy = still; len(busy) > 0 {
			return errors.Errorf("jobs of these sources wait: %v", busy)
		}
		return nil
	})
}

// EndLeases ends all leases on jobs and subjects, as if the plugins that have them had been dead for a while. No plugin may be working on
// anything.
func (d *Database) EndLeases(ctx context.Context) error {
	return d.Exec(ctx, `/* e2e */ UPDATE zoom_job SET next_at = now() WHERE finished_at IS NULL AND holder <> '';
		UPDATE zoom_subject SET held_until = now() WHERE holder <> ''`)
}

// Hurry has a task of the connection that is for later be due now. The plugin sees that within seconds. The task gets another ID: a periodic
// one is known by its time, and its successor, which now comes early, would pass for a repetition.
func (d *Database) Hurry(ctx context.Context, connection, task string) error {
	return d.one(ctx, "task "+task, `/* e2e */ UPDATE zoom_job SET id = 'early.' || gen_random_uuid(), next_at = now(), due_at = now() WHERE id = (
		SELECT id FROM zoom_job WHERE finished_at IS NULL AND holder = '' AND header <> ''
		AND (header::jsonb->>'job')::jsonb->>'conn' = $1 AND (header::jsonb->>'job')::jsonb->'task'->>'key' = $2 LIMIT 1)`, connection, task)
}

// HurryLook likewise has the look at the meeting of a post be due now.
func (d *Database) HurryLook(ctx context.Context, postID string) error {
	return d.one(ctx, "look at the meeting of post "+postID,
		`/* e2e */ UPDATE zoom_meeting_post SET recheck_at = now() WHERE message = $1 AND recheck_at IS NOT NULL`, postID)
}

// HurryRotation has the on-call list with this name be due now, as if it had been set up a day ago. The plugin sees that when it starts,
// or within half a minute.
func (d *Database) HurryRotation(ctx context.Context, name string) error {
	now := time.Now().UTC()
	return d.one(ctx, "rotation "+name, `/* e2e */ UPDATE zoom_rotation SET record = (record::jsonb || jsonb_build_object(
		'zone', 'UTC', 'hour', $2::int, 'minute', $3::int, 'created_at', $4::text))::text WHERE record::jsonb->>'name' = $1`,
		name, now.Hour(), now.Minute(), now.Add(-24*time.Hour).Format(time.RFC3339))
}

// one runs a statement that has to change one row.
func (d *Database) one(ctx context.Context, what, sql string, args ...any) error {
	result, err := d.db.ExecContext(ctx, sql, args...)
	if err != nil {
		return errors.Wrapf(err, "change a %s", what)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Errorf("there are %d rows for %s", n, what)
	}
	return nil
}
