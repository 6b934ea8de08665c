package postgres_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/recordstest"
)

func openConnections(t *testing.T) (recordstest.ConnectionStore, recordstest.LogStore) {
	db := pgtest.Open(t)
	return postgres.NewConnections(db), postgres.NewDeliveries(db)
}

func TestConnections(t *testing.T) {
	t.Parallel()
	recordstest.Connections(t, openConnections)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	recordstest.Deliveries(t, openConnections)
}

// Behind a pooler nothing is prepared, and the types of parameters come from Go.
func TestConnectionsAndDeliveriesBehindAPooler(t *testing.T) {
	t.Parallel()
	pooled := func(t *testing.T) (recordstest.ConnectionStore, recordstest.LogStore) {
		db := pgtest.Reopen(t, pgtest.Source(t)+"&binary_parameters=yes")
		return postgres.NewConnections(db), postgres.NewDeliveries(db)
	}
	recordstest.Connections(t, pooled)
	recordstest.Deliveries(t, pooled)
}

// crowded returns a database with so many connections, each followed by two of 5,000 channels, with 20 deliveries each and 50,000 of the
// first.
func crowded(t *testing.T, connections int) (source string) {
	t.Helper()
	source = pgtest.Source(t)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	for _, sql := range []string{
		`INSERT INTO zoom_connection (id, provider, site, name, name_key, created_by, created_at, sealed, record)
			SELECT 'c' || n, (ARRAY['jenkins', 'bitbucket', 'sentry', 'pagerduty'])[1 + n % 4], 'https://ci.test', 'Build ' || n, 'build ' || n, 'ada', now(),
				repeat('x', 300), '{"id":"c' || n || '","provider":"' || (ARRAY['jenkins', 'bitbucket', 'sentry', 'pagerduty'])[1 + n % 4] || '","name":"Build ' || n || '"}'
			FROM generate_series(1, CONNECTIONS) AS n`,
		`INSERT INTO zoom_subscription (connection, id, surface, channel, record)
			SELECT 'c' || n, 's' || k, 'test', 'room' || (n * k) % 5000,
				'{"id":"s' || k || '","place":{"surface":"test","channel":"room' || (n * k) % 5000 || '"},"events":null}'
			FROM generate_series(1, CONNECTIONS) AS n, generate_series(1, 2) AS k`,
		`INSERT INTO zoom_rotation (id, provider, surface, channel, record)
			SELECT 'r' || n, 'pagerduty', 'test', 'room' || n, '{}' FROM generate_series(1, 1000) AS n`,
		`INSERT INTO zoom_claim (key, expires_at) SELECT 'k' || n, now() + interval '1 day' FROM generate_series(1, 10000) AS n`,
		`INSERT INTO zoom_entry (connection, at, channels, first, result, event, proof, old, count, record)
			SELECT 'c' || n, now() - make_interval(mins => k), ARRAY['test.room' || n % 5000], true,
				CASE WHEN (n + k) % 500 = 0 THEN 'failed' ELSE 'posted' END, 'build', 'header', false, 1, '{"title":"Build"}'
			FROM generate_series(1, CONNECTIONS) AS n, generate_series(1, 20) AS k`,
		`INSERT INTO zoom_entry (connection, at, channels, first, result, event, proof, old, count, record)
			SELECT 'c1', now() - make_interval(secs => k), ARRAY['test.room1'], true, 'posted', 'build', 'header', false, 1, '{"title":"Build"}'
			FROM generate_series(1, 50000) AS k`,
		"ANALYZE",
	} {
		_, err := conn.Exec(t.Context(), strings.ReplaceAll(sql, "CONNECTIONS", strconv.Itoa(connections)))
		require.NoError(t, err, sql)
	}
	return source
}

func TestConnectionsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	source := crowded(t, 10000)
	requireIndexed(t, source, "Connection", "FollowedConnections", "NamedConnections", "LockConnection", "SubscriptionsOf", "PutConnection",
		"PutSubscriptions", "DropSubscriptions", "DropConnection", "Claim", "RotationsIn", "Rotation", "Entries", "LogSummaries")

	db := pgtest.Reopen(t, source)
	connections, log := postgres.NewConnections(db), postgres.NewDeliveries(db)
	measure := func(what string, do func() error) {
		t.Helper()
		require.NoError(t, do(), what) // prepares the statement
		began := time.Now()
		require.NoError(t, do(), what)
		t.Logf("%s: %s", what, time.Since(began))
	}
	var places []chat.Place
	for n := range 1000 {
		places = append(places, chat.Place{Surface: "test", Channel: fmt.Sprint("room", n)})
	}
	measure("one connection", func() error { _, _, err := connections.Connection(t.Context(), "c77"); return err })
	measure("a channel", func() error { _, err := connections.Following(t.Context(), "", places[7]); return err })
	measure("a thousand channels", func() error { _, err := connections.Following(t.Context(), "jenkins", places...); return err })
	measure("a log", func() error {
		_, err := log.Entries(t.Context(), bridge.LogQuery{Connections: []string{"c1", "c2"}, Place: places[1], Most: 20})
		return err
	})
	measure("summaries", func() error { _, err := log.Summaries(t.Context(), []string{"c1", "c2", "c3"}); return err })
	for name, q := range map[string]bridge.OverviewQuery{
		"overview": {Most: 20}, "its last page": {Most: 20, Skip: 9980}, "of those that fail": {Most: 20, Failing: true}, "by text": {Most: 20, Text: "build 77"},
	} {
		measure(name, func() error {
			page, err := connections.Overview(t.Context(), q)
			require.Len(t, page.Connections, 20)
			return err
		})
	}
}

// A server that was off for long finds all lines too old; what is kept of each connection must not be looked at again and again.
func TestALargeLogIsPrunedInOneGo(t *testing.T) {
	t.Parallel()
	source := crowded(t, 1000)
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	for _, sql := range []string{
		"UPDATE zoom_entry SET at = at - interval '80 hours'",
		"INSERT INTO zoom_entry (connection, at, first, result, event, proof, old, count, record) SELECT 'ended', now() - interval '80 hours', true, 'posted', '', '', false, 1, '{}' FROM generate_series(1, 25000)",
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	log := postgres.NewDeliveries(pgtest.Reopen(t, source))
	began := time.Now()
	require.NoError(t, log.Prune(t.Context()))
	t.Logf("pruned in %s", time.Since(began))
	var left, most int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT sum(n), max(n) FROM (SELECT count(*) AS n FROM zoom_entry GROUP BY connection) AS c").Scan(&left, &most))
	require.Equal(t, []int{20000, 20}, []int{left, most}, "the last twenty of each connection stay")
}

// A change opens the connection's keys, for which a key may have to be read: the changes under way must leave room for that in the pool.
func TestManyChangesThatReadOtherRecordsFinish(t *testing.T) {
	t.Parallel()
	connections := postgres.NewConnections(pgtest.Open(t))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for n := range 40 {
		all.Go(func() {
			id := fmt.Sprint("c", n)
			_, err := connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
				time.Sleep(10 * time.Millisecond)
				_, _, err := connections.Connection(ctx, "another")
				c.ID = id
				return true, err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
