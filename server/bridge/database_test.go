package bridge_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
)

// doomed is a server that is killed right after its n-th post, before it records that: nothing that it does from then on reaches anybody.
type doomed struct {
	bridge.Surface
	left atomic.Int32
}

func (d *doomed) dead() error {
	if d.left.Load() <= 0 {
		return context.Canceled
	}
	return nil
}

func (d *doomed) Post(ctx context.Context, p chat.Posting) (chat.MessageRef, error) {
	if err := d.dead(); err != nil {
		return chat.MessageRef{}, err
	}
	m, err := d.Surface.Post(ctx, p)
	if d.left.Add(-1) <= 0 {
		return chat.MessageRef{}, context.Canceled
	}
	return m, err
}

func (d *doomed) Reply(ctx context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	if err := d.dead(); err != nil {
		return chat.MessageRef{}, err
	}
	m, err := d.Surface.Reply(ctx, at, r, mark)
	if d.left.Add(-1) <= 0 {
		return chat.MessageRef{}, context.Canceled
	}
	return m, err
}

func (d *doomed) Update(ctx context.Context, m chat.MessageRef, p chat.Posting) error {
	if err := d.dead(); err != nil {
		return err
	}
	return d.Surface.Update(ctx, m, p)
}

// doomedSubjects are the subjects as that server sees them.
func doomedSubjects(d *doomed, subjects assembly.Subjects) *frail {
	return &frail{Subjects: subjects, at: func(_, when string) error {
		if when == "before" {
			return d.dead()
		}
		return nil
	}}
}

// Two servers on one database show shuffled and repeated events; one of them is killed in the middle of a post.
func TestServersOnOneDatabaseShowEachThingOnceAlthoughOneIsKilled(t *testing.T) {
	t.Parallel()
	if on != chat.Mattermost {
		t.Skip("the database is the same on any surface")
	}
	for _, style := range []bridge.Style{bridge.Live, bridge.Thread, bridge.Each} {
		t.Run(string(style), func(t *testing.T) {
			t.Parallel()
			databaseStory(t, style)
		})
	}
}

func databaseStory(t *testing.T, style bridge.Style) {
	const things, changes = 9, 4
	source := pgtest.Source(t)
	w := newWorld(t, bridge.Subscription{Style: style}, bridge.Subscription{Place: place("other"), Style: style})
	w.real, w.time, w.speed = true, time.Now(), 10
	w.connect("con1", everyKindOf(style, changes))
	for _, n := range append(rand.Perm(things*changes), rand.Perm(things*changes)...) {
		w.hear(said{
			ID: fmt.Sprint(n), Thing: fmt.Sprint("thing ", n%things), Series: fmt.Sprint("s", n%3), Is: fmt.Sprint("state ", n/things), N: n / things,
			Say: fmt.Sprintf("said %02d", n), Branch: fmt.Sprint(rand.Int()), // so that the repetition is another delivery
		})
	}
	victim := &doomed{Surface: w.surface}
	victim.left.Store(things)
	w.subjects = doomedSubjects(victim, postgres.NewSubjects(pgtest.Reopen(t, source)))
	first := w.newServerOn(victim)
	w.subjects = postgres.NewSubjects(pgtest.Reopen(t, source))
	second := w.newServer()

	var killed, running sync.WaitGroup
	for range 3 {
		killed.Go(func() { runUntil(w, first, victim.dead) })
		running.Go(func() { runUntilEmpty(w, second) })
	}
	killed.Wait()
	require.Error(t, victim.dead())
	runOut(t, source)
	running.Wait()
	runUntilEmpty(w, second) // what the dead server left behind

	for _, channel := range []string{theRoom, "other"} {
		var shown, want []string
		for _, p := range w.surface.posts {
			if p.at.Channel == channel && p.mark.Subject != "" && p.title != "" {
				shown = append(shown, p.title)
			}
		}
		for n := range things {
			want = append(want, fmt.Sprintf("thing %d is state %d", n, changes-1))
		}
		if style == bridge.Each {
			require.Subset(t, shown, want)
		} else {
			require.ElementsMatch(t, want, shown)
		}
		said := fmt.Sprint(w.surface.replies(channel))
		for n := range things * changes {
			least := 0
			if n >= things*(changes-1) {
				least = 1 // older ones may come too late
			}
			times := countOf(said, fmt.Sprintf("said %02d", n))
			require.True(t, least <= times && times <= 1, "said %d is said %d times", n, times)
		}
	}
	w.onlyOnce()
}

// runOut ends all holds, as if half a minute had passed.
func runOut(t *testing.T, source string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), source)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `UPDATE zoom_subject SET held_until = now() - interval '1 s'`)
	require.NoError(t, err)
}

// runUntil carries out jobs until the server is dead; what it doesn't finish stays in the queue.
func runUntil(w *world, server *assembly.Bridge, dead func() error) {
	for dead() == nil {
		j, ok := w.queue.pop()
		if !ok {
			return
		}
		if err := server.Handle(context.Background(), j); err != nil || dead() != nil {
			w.queue.push(j)
		}
	}
}
