package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/recordstest"
)

func TestMeetings(t *testing.T) {
	t.Parallel()
	recordstest.Meetings(t, func(t *testing.T) recordstest.MeetingsWorld {
		source := pgtest.Source(t)
		db := pgtest.Reopen(t, source)
		return recordstest.MeetingsWorld{
			Index: postgres.NewMeetings(db), Grants: postgres.NewGrants(db), Now: time.Now,
			Passes: func(d time.Duration) { meetingsAge(t, source, d) },
		}
	})
}

// meetingsAge makes everything in the tables of meetings older: the database's clock can't be moved.
func meetingsAge(t *testing.T, source string, d time.Duration) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	for table, columns := range map[string][]string{
		"zoom_meeting": {"changed_at"}, "zoom_meeting_alias": {"until"}, "zoom_meeting_start": {"begun_at", "until"},
		"zoom_meeting_person": {"personal_until"},
		"zoom_meeting_post":   {"posted_at", "started_at", "ended_at", "open_until", "recheck_at", "changed_at"},
	} {
		for _, column := range columns {
			_, err := conn.Exec(t.Context(), fmt.Sprintf("UPDATE %s SET %[2]s = %[2]s - make_interval(secs => $1)", table, column), d.Seconds())
			require.NoError(t, err)
		}
	}
}

// A busy server's tables: 20,000 meetings with a post each, of which a hundredth is open.
func TestMeetingsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	source := pgtest.Source(t)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	for _, sql := range []string{
		`INSERT INTO zoom_meeting (number, personal) SELECT n, false FROM generate_series(1, 20000) n`,
		`INSERT INTO zoom_meeting_post (surface, message, channel, thread, meeting, posted_at, creator, person, topic, join_url, host, status, session,
			shown, open_until, recheck_at)
		SELECT 'mattermost', 'post' || n, 'channel' || n % 2000, '', n, now(), 'alice', 'alice', 'Weekly', 'https://zoom.us/j/1', 'host', 'ended',
			'session', 'ended', CASE WHEN n % 100 = 0 THEN now() + interval '1 hour' END, CASE WHEN n % 100 = 0 THEN now() + interval '1 hour' END
		FROM generate_series(1, 20000) n`,
		`INSERT INTO zoom_meeting_alias (number, surface, message, until)
		SELECT 100000 + n, 'mattermost', 'post' || n, now() + interval '1 hour' FROM generate_series(1, 20000) n`,
		`INSERT INTO zoom_meeting_person (person, choice) SELECT 'person' || n, 'unique' FROM generate_series(1, 20000) n`,
		`INSERT INTO zoom_meeting_start (surface, channel, slot, ticket, creator, person, until)
		SELECT 'mattermost', 'channel' || n, '', 'ticket' || n, 'alice', 'alice', now() + interval '1 minute' FROM generate_series(1, 20000) n`,
		`ANALYZE zoom_meeting, zoom_meeting_post, zoom_meeting_alias, zoom_meeting_person, zoom_meeting_start`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	require.NoError(t, conn.Close(t.Context()))
	requireIndexed(t, source, "BeginStart", "AbandonedStarts", "ReleaseStart", "AnnounceMeeting", "FindMeeting", "SaveMeeting", "CloseMeeting", "DueRechecks", "PlanRecheck",
		"MeetingChoice")
}
