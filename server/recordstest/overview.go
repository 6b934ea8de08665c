package recordstest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

func overviewIsPaged(t *testing.T, s ConnectionStore, log LogStore) {
	for n, name := range []string{"beta", "Alpha", "100%_ci"} {
		id := fmt.Sprint("c", n)
		update(t, s, id, follow(id, "dev"), func(c *bridge.Connection) (bool, error) {
			c.Name, c.Site, c.CreatedBy, c.Sealed = name, "https://ci.test", actor("ada"), "sealed"
			return true, nil
		})
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	failed := bridge.Entry{Result: bridge.Failed, Count: 2}
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{
		"c0": {at(failed, now.Add(-25*time.Hour)), at(failed, now.Add(-time.Hour)), at(failed, now.Add(-time.Minute)), at(bridge.Entry{Result: bridge.Posted, Count: 1}, now)},
		"c1": {at(bridge.Entry{Result: bridge.Posted, Count: 1, Views: []bridge.View{{Channels: []chat.Place{place("dev")}, Result: bridge.Updated}}}, now.Add(-100*time.Hour))},
		"xx": {at(failed, now)},
	}))
	names := func(q bridge.OverviewQuery) (found []string, all int) {
		t.Helper()
		if q.Most == 0 {
			q.Most = 10
		}
		page, err := s.Overview(t.Context(), q)
		require.NoError(t, err)
		for _, line := range page.Connections {
			found = append(found, line.Name)
		}
		return found, page.All
	}
	for _, row := range []struct {
		query bridge.OverviewQuery
		names []string
		all   int
	}{
		{bridge.OverviewQuery{}, []string{"100%_ci", "Alpha", "beta"}, 3},
		{bridge.OverviewQuery{Skip: 1, Most: 1}, []string{"Alpha"}, 3},
		{bridge.OverviewQuery{Text: "PH"}, []string{"Alpha"}, 1},
		{bridge.OverviewQuery{Text: "ci.test"}, []string{"100%_ci", "Alpha", "beta"}, 3},
		{bridge.OverviewQuery{Text: "jenkins"}, []string{"100%_ci", "Alpha", "beta"}, 3},
		{bridge.OverviewQuery{Text: "%_"}, []string{"100%_ci"}, 1},
		{bridge.OverviewQuery{Text: `\`}, nil, 0},
		{bridge.OverviewQuery{Failing: true}, []string{"beta"}, 1},
	} {
		found, all := names(row.query)
		require.Equal(t, row.names, found, "%+v", row.query)
		require.Equal(t, row.all, all, "%+v", row.query)
	}
	page, err := s.Overview(t.Context(), bridge.OverviewQuery{Most: 10})
	require.NoError(t, err)
	for i, want := range []bridge.OverviewLine{{}, {Last: now.Add(-100 * time.Hour), Result: bridge.Updated}, {Last: now, Result: bridge.Posted, Failures: 4}} {
		got := page.Connections[i]
		require.Equal(t, []any{want.Last.UTC(), want.Result, want.Failures}, []any{got.Last.UTC(), got.Result, got.Failures}, got.Name)
		require.Equal(t, []chat.Place{place("dev")}, got.Channels())
		require.Equal(t, "ada", got.CreatedBy.ID)
		require.Equal(t, "sealed", got.Sealed)
	}
}

func at(e bridge.Entry, when time.Time) bridge.Entry {
	e.At = when
	return e
}
