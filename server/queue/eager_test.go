package queue_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
)

func eager(key, body string) queue.Job {
	return queue.Job{Kind: "zoom", Key: key, Body: []byte(body), Eager: true}
}

// slowly has the store take a second for each new job, and fail it with the error.
func (w *world) slowly(failure func() error) {
	w.onCall(func(call, _ string) error {
		if call != "Jobs.Insert" {
			return nil
		}
		time.Sleep(time.Second)
		return failure()
	})
}

func TestAnEagerJobIsHandledWhileItIsStored(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.slowly(func() error { return nil })
		var sending sync.WaitGroup
		sending.Go(func() {
			known, err := s.Accept(t.Context(), eager("m", "x"))
			require.NoError(t, err)
			require.False(t, known)
		})
		require.Equal(t, []string{"x"}, w.done(), "before it is acknowledged")
		w.mu.Lock()
		finished := w.calls["Finish"]
		w.mu.Unlock()
		require.Zero(t, finished, "but nothing is recorded of it yet")
		sending.Wait()
		require.Empty(t, w.unfinished())
		require.Equal(t, queue.Amount{}, s.Counted().Held)
		known, err := s.Accept(t.Context(), eager("m", "x"))
		require.NoError(t, err)
		require.True(t, known)
	})
}

func TestAnEagerJobThatIsNotStoredIsNotAcknowledged(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.slowly(func() error { return errors.New("database gone") })
		_, err := s.Accept(t.Context(), eager("m", "x"))
		require.ErrorContains(t, err, "database gone")
		require.Equal(t, []string{"x"}, w.done())
		require.Equal(t, queue.Amount{}, s.Counted().Held)
		w.onCall(nil)
		_, err = s.Accept(t.Context(), eager("m", "x"))
		require.NoError(t, err)
		require.Equal(t, []string{"x", "x"}, w.done(), "its sender repeats it, which the handler has to know")
		require.Empty(t, w.unfinished())
	})
}

// A repetition may only be acknowledged once the first is stored.
func TestARepetitionOfAnEagerJobWaitsForTheFirst(t *testing.T) {
	for name, failure := range map[string]error{"it is stored": nil, "it is not": errors.New("database gone")} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(nil, queue.Options{})
				first := true
				w.slowly(func() error {
					if first {
						first = false
						return failure
					}
					return nil
				})
				var sending sync.WaitGroup
				sending.Go(func() {
					_, err := s.Accept(t.Context(), eager("m", "x"))
					require.ErrorIs(t, err, failure)
				})
				time.Sleep(100 * time.Millisecond)
				known, err := s.Accept(t.Context(), eager("m", "x"))
				require.NoError(t, err)
				require.Equal(t, failure == nil, known)
				sending.Wait()
				require.Empty(t, w.unfinished())
				require.Equal(t, queue.Amount{}, s.Counted().Held)
			})
		})
	}
}

// What waits for a worker when it turns out that another server has it isn't begun.
func TestAnEagerJobOfAnotherServerIsDropped(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		other := w.server(nil, queue.Options{})
		_, err := other.Accept(t.Context(), eager("m", "x"))
		require.NoError(t, err)
		require.Equal(t, []string{"x"}, w.done())
		busy := make(chan struct{})
		s := w.server(func(ctx context.Context, j queue.Job) error {
			if string(j.Body) == "slow" {
				<-busy
			}
			return w.note(ctx, j)
		}, queue.Options{})
		_, err = s.Accept(t.Context(), eager("m", "slow"))
		require.NoError(t, err)
		known, err := s.Accept(t.Context(), eager("m", "x"))
		require.NoError(t, err)
		require.True(t, known)
		close(busy)
		require.Equal(t, []string{"x", "slow"}, w.done())
		require.Equal(t, queue.Amount{}, s.Counted().Held)
	})
}

func TestAServerThatStopsGivesEagerJobsBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.slowly(func() error { return nil })
		closed := make(chan struct{})
		go func() {
			time.Sleep(100 * time.Millisecond)
			require.NoError(t, s.Close(t.Context()))
			close(closed)
		}()
		known, err := s.Accept(t.Context(), eager("m", "x"))
		require.NoError(t, err)
		require.False(t, known)
		<-closed
		require.Equal(t, []string{"x"}, w.done())
		require.Empty(t, w.unfinished(), "it was handled before the server stopped")
	})
}

// A server that stops gives a job back only after it is stored; before, there would be nothing to give back.
func TestAnEagerJobThatIsBeingStoredWhenItsServerStopsIsGivenBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, j queue.Job) error {
			time.Sleep(100 * time.Millisecond)
			return w.note(ctx, j)
		}, queue.Options{Workers: 1})
		w.send(s, "m", "first")
		w.slowly(func() error { return nil })
		var sending sync.WaitGroup
		sending.Go(func() {
			_, err := s.Accept(t.Context(), eager("m", "second"))
			require.NoError(t, err)
		})
		time.Sleep(50 * time.Millisecond)
		require.NoError(t, s.Close(t.Context()))
		sending.Wait()
		w.server(nil, queue.Options{})
		require.Equal(t, []string{"first", "second"}, w.done(), "without waiting for a lease")
		require.Empty(t, w.unfinished())
	})
}
