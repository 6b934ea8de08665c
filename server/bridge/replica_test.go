package bridge_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/queue"
)

// lag is how far the replica of these tests is behind.
const lag = 30 * time.Millisecond

// behind has reads answered by a replica that knows all there is now, and what comes only after a while.
func (w *world) behind() {
	w.replicas = true
	time.Sleep(lag)
	w.table.Lag(lag)
}

func TestWhatWasPostedIsRecordedAlthoughTheReplicaDoesNotKnowTheSubjectYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.behind()
	w.hear(said{ID: "1", Thing: "a", Is: "broken", Say: "one"})
	begun := w.now()
	w.work()
	require.Equal(t, []string{"one"}, w.surface.thread(theRoom))
	w.table.Lag(0)
	subject, ok, err := w.records.Subject(context.Background(), "con1", "a")
	require.NoError(t, err)
	require.True(t, ok)
	require.Len(t, subject.Shown, 1)
	require.Equal(t, "p1", subject.Shown[0].Message.ID, "its buttons find it")
	require.Empty(t, subject.Shown[0].Owner, "the next news need not wait")
	require.Empty(t, subject.Shown[0].Waiting)
	require.Less(t, w.now().Sub(begun), 5*time.Second)
	w.onlyOnce()
}

func TestAThreadBeginsAtOnceAlthoughTheReplicaDoesNotKnowOfItYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, bridge.Subscription{Style: bridge.Thread})
	w.behind()
	begun := w.now()
	w.hear(said{ID: "1", Thing: "a", Series: "s", Is: "broken"})
	w.work()
	time.Sleep(lag) // the clock of these tests is no match for the replica's
	w.hear(said{ID: "2", Thing: "b", Series: "s", Is: "fine"})
	w.work()
	require.Equal(t, []string{"s"}, w.surface.titles(theRoom))
	require.Equal(t, []string{"a is broken", "b is fine"}, each(w.surface.in(theRoom, "p1"), func(p *post) string { return p.title }))
	require.Less(t, w.now().Sub(begun), 5*time.Second, "nobody waits for a lease to run out")
	w.onlyOnce()
}

func TestADeliveryIsNotDroppedWhereTheReplicaDoesNotKnowItsConnectionYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.replicas = true
	w.hear(said{ID: "1", Thing: "a", Is: "fine"})
	c, _, err := w.records.Connection(context.Background(), "con1")
	require.NoError(t, err)
	require.NoError(t, w.table.Delete("con.con1"))
	j, _ := w.queue.pop()
	wait, early := queue.Wait(w.server.Handle(context.Background(), j))
	require.True(t, early)
	w.pass(wait)
	w.queue.push(j)
	w.connect("con1", c.Subscriptions)
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))

	w.hear(said{ID: "2", Thing: "b", Is: "fine"})
	require.NoError(t, w.table.Delete("con.con1"))
	w.work() // ends, since it was disconnected
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
}
