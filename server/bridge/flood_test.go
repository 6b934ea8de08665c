package bridge_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
)

func TestADeliveryOfHundredsOfThingsShowsTheFirstAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var things []string
	for n := range 150 {
		things = append(things, fmt.Sprintf(`{"Thing":"%d","Is":"fine"}`, n))
	}
	require.NoError(t, w.deliverBytes(theSecret, []byte("["+strings.Join(things, ",")+"]")))
	w.work()
	require.Len(t, w.surface.titles(theRoom), 100)
	entry := w.journal()[0]
	require.Equal(t, bridge.Posted, entry.Result)
	require.Equal(t, "bridge.deliver.flood", entry.Reason.ID)
	require.Equal(t, "150", entry.Reason.Params["All"].String())
}

func TestASubjectGrowsNoFurtherWhileTheInboxTakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.queue.full = true
	for n := range 60 {
		j := jobOf(said{ID: fmt.Sprint(n), Thing: "a", Is: "fine", N: n, Poll: "builds"})
		require.Error(t, w.server.Handle(context.Background(), j))
	}
	w.queue.full = false
	subject, _, err := w.memory.Subjects.Subject(context.Background(), "con1", "a")
	require.NoError(t, err)
	require.Len(t, subject.FollowUps, 20)
}

// jobOf returns what the inbox holds of a delivery.
func jobOf(says ...said) bridge.Job {
	return bridge.Job{ID: fmt.Sprint(says), Connection: "con1", Events: eventsOf(says)}
}
