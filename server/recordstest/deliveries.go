package recordstest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// LogStore is what Deliveries examines.
type LogStore interface {
	assembly.Deliveries
	// Prune removes lines that are too old.
	Prune(ctx context.Context) error
}

// Deliveries runs the suite on logs that open returns, each empty.
func Deliveries(t *testing.T, open func(t *testing.T) (ConnectionStore, LogStore)) {
	for name, story := range map[string]func(t *testing.T, connections ConnectionStore, log LogStore){
		"a channel reads what is for it":          logIsRead,
		"the log is narrowed down":                logIsNarrowed,
		"the latest deliveries are summed up":     logIsSummedUp,
		"old lines go, but for the latest":        logIsPruned,
		"a log is as large as the deliveries are": logIsLarge,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connections, log := open(t)
			story(t, connections, log)
		})
	}
}

// moment is a time as the database keeps it.
func moment() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// titles returns the titles of the connection's entries that the query selects.
func titles(t *testing.T, log LogStore, q bridge.LogQuery) []string {
	t.Helper()
	q.Connections, q.Most = []string{"c1"}, max(q.Most, 10)
	found, err := log.Entries(t.Context(), q)
	require.NoError(t, err)
	var all []string
	for _, e := range found["c1"] {
		all = append(all, e.Title)
	}
	return all
}

func logIsRead(t *testing.T, _ ConnectionStore, log LogStore) {
	now := moment()
	about := func(n int, e bridge.Entry) bridge.Entry { return at(e, now.Add(time.Duration(n)*time.Second)) }
	reason := chat.Say("bridge.deliver.flood", "All", "7", "Most", "5")
	require.NoError(t, log.Log(t.Context(), nil))
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{
		"c1": {
			about(1, bridge.Entry{Result: bridge.Posted, By: provider.ByPath, Old: true, Count: 3, Reason: reason, Views: []bridge.View{
				{Channels: []chat.Place{place("dev"), place("ops")}, Result: bridge.Posted, Known: true, Event: "build", Title: `one "§"`},
				{Channels: []chat.Place{place("lab")}, Result: bridge.Unwanted},
			}}),
			about(2, bridge.Entry{Result: bridge.Refused, Count: 1}),
			about(3, bridge.Entry{Result: bridge.Posted, Count: 1, Views: []bridge.View{}}),
		},
		"c2": {about(1, bridge.Entry{Result: bridge.Ignored, Count: 1, Title: "other"})},
	}))
	refused := about(2, bridge.Entry{Result: bridge.Refused, Count: 1})
	for channel, want := range map[string][]bridge.Entry{
		"dev": {refused, about(1, bridge.Entry{Result: bridge.Posted, By: provider.ByPath, Old: true, Count: 3, Event: "build", Title: `one "§"`, Reason: reason})},
		"ops": {refused, about(1, bridge.Entry{Result: bridge.Posted, By: provider.ByPath, Old: true, Count: 3, Event: "build", Title: `one "§"`, Reason: reason})},
		"lab": {refused, about(1, bridge.Entry{Result: bridge.Unwanted, By: provider.ByPath, Old: true, Count: 3})},
		"xxx": {refused},
	} {
		found, err := log.Entries(t.Context(), bridge.LogQuery{Connections: []string{"c1", "c2", "c3"}, Most: 10, Place: place(channel)})
		require.NoError(t, err)
		require.Len(t, found["c2"], 1)
		require.Empty(t, found["c3"])
		for i := range found["c1"] {
			found["c1"][i].At = found["c1"][i].At.UTC()
		}
		require.Equal(t, want, found["c1"], channel)
	}
	few, err := log.Entries(t.Context(), bridge.LogQuery{Connections: []string{"c1", "c2"}, Most: 1, Place: place("dev")})
	require.NoError(t, err)
	require.Len(t, few["c1"], 1)
	require.Len(t, few["c2"], 1)
}

func logIsNarrowed(t *testing.T, _ ConnectionStore, log LogStore) {
	now := moment()
	var all []bridge.Entry
	for n, result := range []bridge.Result{bridge.Posted, bridge.Failed, bridge.Unwanted, bridge.Posted} {
		all = append(all, at(bridge.Entry{Result: result, Event: []string{"build", "test"}[n%2], Title: fmt.Sprint(n), Count: 1}, now.Add(time.Duration(n-4)*time.Hour)))
	}
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": all}))
	require.Equal(t, []string{"3", "2", "1", "0"}, titles(t, log, bridge.LogQuery{}))
	require.Equal(t, []string{"3", "0"}, titles(t, log, bridge.LogQuery{Results: []bridge.Result{bridge.Posted}}))
	require.Equal(t, []string{"1"}, titles(t, log, bridge.LogQuery{Results: bridge.Failures()}))
	require.Equal(t, []string{"2", "0"}, titles(t, log, bridge.LogQuery{Event: "build"}))
	require.Equal(t, []string{"3", "2"}, titles(t, log, bridge.LogQuery{Since: now.Add(-2 * time.Hour)}))
	require.Equal(t, []string{"1", "0"}, titles(t, log, bridge.LogQuery{Before: now.Add(-2 * time.Hour)}))
	require.Equal(t, []string{"2"}, titles(t, log, bridge.LogQuery{Since: now.Add(-2 * time.Hour), Event: "build"}))
}

func logIsSummedUp(t *testing.T, _ ConnectionStore, log LogStore) {
	now := moment()
	all := []bridge.Entry{at(bridge.Entry{Result: bridge.Posted, By: provider.ByPath, Count: 1}, now.Add(-time.Hour))}
	for n := range 19 {
		all = append(all, at(bridge.Entry{Result: bridge.Posted, Title: fmt.Sprint(n), Count: 1, Views: []bridge.View{}}, now.Add(time.Duration(n-30)*time.Minute)))
	}
	all[19].Old = true
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": all}))
	found, err := log.Summaries(t.Context(), []string{"c1", "c2"})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.True(t, all[19].At.Equal(found["c1"].Last))
	require.True(t, found["c1"].Old)
	require.True(t, found["c1"].ByPath, "one of the last twenty did, though nobody may see the others")
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": {at(bridge.Entry{Result: bridge.Posted, Count: 1}, now)}}))
	found, err = log.Summaries(t.Context(), []string{"c1"})
	require.NoError(t, err)
	require.False(t, found["c1"].ByPath)
	require.False(t, found["c1"].Old)
}

func logIsPruned(t *testing.T, connections ConnectionStore, log LogStore) {
	update(t, connections, "c1", follow("c1", "dev"))
	now := moment()
	var all []bridge.Entry
	for n := range 15 {
		all = append(all, at(bridge.Entry{Result: bridge.Posted, Title: "ancient", Count: 1}, now.Add(-181*24*time.Hour+time.Duration(n)*time.Second)))
	}
	for n := range 15 {
		all = append(all, at(bridge.Entry{Result: bridge.Posted, Title: fmt.Sprint(n), Count: 1}, now.Add(-80*time.Hour+time.Duration(n)*time.Second)))
	}
	for n := range 10 {
		all = append(all, at(bridge.Entry{Result: bridge.Posted, Title: "new", Count: 1}, now.Add(-time.Hour+time.Duration(n)*time.Second)))
	}
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": all}))
	require.NoError(t, log.Prune(t.Context()))
	left := titles(t, log, bridge.LogQuery{Most: 100})
	require.Len(t, left, 20)
	require.Equal(t, []string{"new", "14", "5"}, []string{left[0], left[10], left[19]})
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": all[15:25]}))
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": all[30:]}))
	require.NoError(t, log.Prune(t.Context()))
	require.Len(t, titles(t, log, bridge.LogQuery{Most: 100}), 20, "of those that are new none goes")
}

func logIsLarge(t *testing.T, _ ConnectionStore, log LogStore) {
	now := moment()
	var all []bridge.Entry
	for n := range 1201 {
		all = append(all, at(bridge.Entry{Result: bridge.Posted, Title: fmt.Sprint(n), Count: 1}, now.Add(time.Duration(n)*time.Millisecond)))
	}
	require.NoError(t, log.Log(t.Context(), map[string][]bridge.Entry{"c1": all}))
	require.Len(t, titles(t, log, bridge.LogQuery{Most: 2000}), 1201)
}
