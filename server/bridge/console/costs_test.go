package console_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
)

// costs returns how often the records are asked for what do does, by call. Each call is one statement, but for UpdateConnection: a
// transaction of three statements and those that write what changed.
func (o *office) costs(do func()) map[string]int {
	count := map[string]int{}
	o.memory.OnCall(func(call, _ string) error {
		count[call]++
		return nil
	})
	defer o.memory.OnCall(nil)
	do()
	return count
}

func TestAChannelWithManyConnectionsCostsNoMoreStatements(t *testing.T) {
	t.Parallel()
	for _, connections := range []int{1, 15} {
		o := newOffice(t)
		for n := range connections {
			o.types(ada, lab, fmt.Sprintf("/builder connect server %02d", n))
		}
		o.types(ada, lab, "/coder connect "+webRepo)
		ask := func(line string) func() { return func() { o.types(ada, lab, line) } }
		for what, row := range map[string]struct {
			do   func()
			cost map[string]int
		}{
			"list":            {ask("/builder list"), map[string]int{"Connections.Following": 1}},
			"status":          {ask("/builder status"), map[string]int{"Connections.Following": 1, "Deliveries.Summaries": 1, "Deliveries.Entries": 1}},
			"a log":           {ask("/builder deliveries 00"), map[string]int{"Connections.Following": 1, "Deliveries.Entries": 1}},
			"disconnecting":   {ask("/builder disconnect all"), map[string]int{"Connections.Following": 1}},
			"of all channels": {ask("/builder configure all"), map[string]int{"Connections.Following": 1}},
			"a window": {func() {
				_, err := o.bridge.Page(t.Context(), actor(ada), "builder", place(lab))
				require.NoError(t, err)
			}, map[string]int{"Connections.Following": 1}},
			"the sidebar": {func() {
				_, err := o.bridge.ChannelTools(t.Context(), actor(ada), place(lab))
				require.NoError(t, err)
			}, map[string]int{"Connections.Following": 1, "Subjects.OpenCards": 1}},
			"the overview": {func() {
				_, err := o.bridge.Overview(t.Context(), actor("root"), bridge.OverviewQuery{Most: 20}, 1)
				require.NoError(t, err)
			}, map[string]int{"Connections.Overview": 1}},
		} {
			require.Equal(t, row.cost, o.costs(row.do), "%s with %d connections", what, connections)
		}
	}
}

func TestAChangeOfASubscriptionCostsOneTransaction(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.Equal(t, map[string]int{"Connections.Following": 2, "Connections.Named": 1, "Connections.UpdateConnection": 1},
		o.costs(func() { o.types(ada, lab, "/builder connect ci") }), "a connection is made")
	o.surface.trigger = "t"
	o.types(ada, lab, "/builder configure")
	require.Equal(t, map[string]int{"Connections.Connection": 1, "Connections.UpdateConnection": 1}, o.costs(func() {
		slips, err := o.answers(ada, map[string]string{"events": "queued", "style": "live", "mention": "nobody"})
		require.NoError(t, err)
		require.Empty(t, slips)
	}), "its notifications are chosen")
	o.types(ada, lab, "/builder disconnect")
	require.Equal(t, map[string]int{"Connections.Following": 1, "Connections.UpdateConnection": 1}, o.costs(func() { o.presses(ada, "Disconnect") }), "it ends")
}
