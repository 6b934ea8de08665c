package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/postgres"
)

// databaseIn is a database in this state.
type databaseIn struct {
	noDatabase
	health postgres.Health
	err    error
}

func (d databaseIn) Check(context.Context) (postgres.Health, error) { return d.health, d.err }

func TestTheSelfCheckSaysHowTheDatabaseAndTheQueueDo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		database databaseIn
		want     map[string]meeting.Verdict
		says     string
	}{
		"idle": {
			databaseIn{health: postgres.Health{Schema: 6, Rows: 12, Bytes: 3<<20 + 1}}, map[string]meeting.Verdict{"database": meeting.OK, "queue": meeting.OK}, "check.queue",
		},
		"busy": {
			databaseIn{health: postgres.Health{Waiting: 7, Oldest: time.Minute}}, map[string]meeting.Verdict{"database": meeting.OK, "queue": meeting.OK}, "check.queue.waiting",
		},
		"late": {
			databaseIn{health: postgres.Health{Waiting: 7, Oldest: time.Hour}}, map[string]meeting.Verdict{"database": meeting.OK, "queue": meeting.Warn}, "check.queue.waiting",
		},
		"down": {databaseIn{err: fault.New(fault.DatabaseUnavailable)}, map[string]meeting.Verdict{"database": meeting.Fail}, "check.database.down"},
	} {
		check := &selfCheck{database: row.database, now: time.Now}
		checks, err := check.recordChecks(t.Context())
		require.Equal(t, row.database.err, err, name)
		got := map[string]meeting.Verdict{}
		for _, c := range checks {
			got[c.ID] = c.Verdict
			require.Equal(t, c.Verdict == meeting.OK, c.Fix.Zero(), "%s: what is wrong has a fix", name)
		}
		require.Equal(t, row.want, got, name)
		require.Equal(t, row.says, checks[len(checks)-1].Message.ID, name)
	}
}

func TestAnAdminSeesTheDatabaseInTheSelfCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.admin.Types("/zoom doctor", w.town)
	requireSays(t, lastNote(w.admin), "The database is reachable. The plugin's tables have version 1", "No events or deliveries are waiting")
}
