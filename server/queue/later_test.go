package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
)

// later submits a job that is due after the wait.
func (w *world) later(s *server, key, body string, wait time.Duration) {
	w.t.Helper()
	j := queue.Job{Kind: "bridge", Key: key, Body: []byte(body), NotBefore: time.Now().Add(wait)}
	known, err := s.Accept(w.t.Context(), j)
	require.NoError(w.t, err)
	require.False(w.t, known)
}

// looked is longer than it takes until a server has looked for what is due.
const looked = 2 * queue.LookEvery

func TestWhatIsForLaterIsHandledWhenItIsDue(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		due, told := time.Now().Add(10*time.Minute), make(chan time.Time, 3)
		s := w.server(func(ctx context.Context, j queue.Job) error { told <- j.NotBefore; return w.note(ctx, j) }, queue.Options{Backlog: 1})
		w.later(s, "c", "builds of 3c5a", 10*time.Minute)
		w.later(s, "c", "builds of 77aa", 20*time.Minute)
		w.send(s, "m", "meeting.started")
		require.Equal(t, []string{"meeting.started"}, w.done(), "what waits takes no room from what does not")

		time.Sleep(9 * time.Minute)
		require.Len(t, w.done(), 1)
		time.Sleep(time.Minute + looked)
		require.Equal(t, []string{"meeting.started", "builds of 3c5a"}, w.done())
		require.Zero(t, <-told)
		require.True(t, due.Equal(<-told))
		time.Sleep(10 * time.Minute)
		require.Len(t, w.done(), 3)
		require.Empty(t, w.unfinished())
	})
}

func TestWhatIsForSoonIsHandledToTheMoment(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.later(s, "c", "soon", 3*time.Second)
		time.Sleep(2900 * time.Millisecond)
		require.Empty(t, w.done())
		time.Sleep(200 * time.Millisecond)
		require.Equal(t, []string{"soon"}, w.done())
	})
}

func TestWhatWasDueBeforeItArrivedIsHandledAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.later(s, "c", "late", -time.Hour)
		require.Equal(t, []string{"late"}, w.done())
	})
}

func TestWhatIsForLaterOutlivesItsServer(t *testing.T) {
	t.Run("a restart", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			first := w.server(nil, queue.Options{})
			w.later(first, "c", "look again", time.Hour)
			first.kill()
			w.server(nil, queue.Options{})
			time.Sleep(59 * time.Minute)
			require.Empty(t, w.done())
			time.Sleep(time.Minute + looked)
			require.Equal(t, []string{"look again"}, w.done())
		})
	})
	t.Run("another server", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			first := w.server(nil, queue.Options{})
			w.server(nil, queue.Options{})
			w.later(first, "c", "look again", time.Hour)
			first.kill()
			time.Sleep(time.Hour + looked)
			require.Equal(t, []string{"look again"}, w.done(), "as soon as it is due: nobody has a lease on it")
			require.Empty(t, w.unfinished())
		})
	})
	t.Run("both servers at once", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			first, second := w.server(nil, queue.Options{}), w.server(nil, queue.Options{})
			for _, body := range []string{"a", "b", "c", "d"} {
				j := queue.Job{Kind: "bridge", Key: "c", Body: []byte(body), NotBefore: time.Now().Add(time.Hour)}
				for _, s := range []*server{first, second} {
					known, err := s.Accept(t.Context(), j)
					require.NoError(t, err)
					require.Equal(t, s == second, known)
				}
			}
			time.Sleep(2 * time.Hour)
			require.ElementsMatch(t, []string{"a", "b", "c", "d"}, w.done())
			require.Empty(t, w.unfinished())
		})
	})
}

func TestHowLongItIsTriedCountsFromWhenItWasDue(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		tries := make(chan time.Time, 1000)
		s := w.server(func(context.Context, queue.Job) error {
			tries <- time.Now()
			return errors.New("the provider is down")
		}, queue.Options{})
		due := time.Now().Add(72 * time.Hour)
		w.later(s, "c", "look again", 72*time.Hour)
		time.Sleep(100 * time.Hour)
		synctest.Wait()
		require.WithinDuration(t, due, <-tries, looked)
		last := due
		for len(tries) > 0 {
			last = <-tries
		}
		require.WithinDuration(t, due.Add(24*time.Hour), last, 10*time.Minute)
		require.Equal(t, 1, w.logged("it failed for too long"))
		require.Empty(t, w.unfinished())
	})
}

func TestWhatIsForLaterIsRefusedAsAnythingElse(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		j := queue.Job{Kind: "bridge", Key: "c", Body: []byte("again")}
		_, err := s.Accept(t.Context(), j)
		require.NoError(t, err)
		require.Equal(t, []string{"again"}, w.done())
		j.NotBefore = time.Now().Add(time.Hour)
		known, err := s.Accept(t.Context(), j)
		require.NoError(t, err)
		require.True(t, known, "what was done is known")
		require.NoError(t, s.Close(t.Context()))
		_, err = s.Accept(t.Context(), j)
		require.ErrorIs(t, err, queue.ErrClosed)
	})
}

// A server without work costs the store one statement about every five seconds, and a cluster no more of them at once.
func TestIdleServersAskRarelyAndNotTogether(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for range 3 {
			w.server(nil, queue.Options{})
		}
		w.counts()
		time.Sleep(10 * time.Minute)
		calls := w.counts()
		require.InDelta(t, 3*120, calls["Take"], 60)
		require.Len(t, calls, 1, "and asks nothing else")
	})
}
