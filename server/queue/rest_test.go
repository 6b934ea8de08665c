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

// early is a handler for which it is too early this many times, by this much each time.
func (w *world) early(times int, wait time.Duration) queue.Handler {
	left := times
	return func(ctx context.Context, j queue.Job) error {
		w.mu.Lock()
		left--
		soon := left >= 0
		w.mu.Unlock()
		if soon {
			return queue.RetryAfter(errors.New("too early"), wait)
		}
		return w.note(ctx, j)
	}
}

func TestAMomentsWaitCostsTheStoreNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(w.early(5, 500*time.Millisecond), queue.Options{})
		w.counts()
		w.send(s, "m", "ended")
		time.Sleep(2600 * time.Millisecond)
		require.Equal(t, []string{"ended"}, w.done())
		require.Empty(t, w.unfinished())
		require.Equal(t, map[string]int{"Insert": 1, "Finish": 1}, w.counts())
	})
}

func TestAnyServerTakesALongerWait(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		handle := w.early(1, time.Minute)
		first := w.server(handle, queue.Options{})
		w.server(handle, queue.Options{})
		w.send(first, "m", "ended")
		require.Empty(t, w.done())
		require.Len(t, w.unfinished(), 1)
		first.kill()
		time.Sleep(time.Minute + looked)
		require.Equal(t, []string{"ended"}, w.done())
	})
}

func TestWhatRestsIsKnownAndKeptAlive(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		handle := w.early(200, time.Second)
		first, second := w.server(handle, queue.Options{}), w.server(nil, queue.Options{})
		w.send(first, "m", "ended")
		time.Sleep(2 * time.Minute) // longer than its lease
		known, err := first.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("ended")})
		require.NoError(t, err)
		require.True(t, known)
		w.send(second, "m", "ended") // the same job reaches the other server
		require.Empty(t, w.done())
		time.Sleep(2 * time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Empty(t, w.unfinished())
	})
}

func TestWhatRestsWhenAServerStopsIsGivenBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(w.early(1, time.Second), queue.Options{})
		w.send(first, "m", "ended")
		synctest.Wait()
		require.NoError(t, first.Close(t.Context()))
		second := w.server(nil, queue.Options{})
		require.Equal(t, []string{"ended"}, w.done(), "at once: nobody has to wait for its lease")
		require.Empty(t, w.unfinished())
		require.NoError(t, second.Close(t.Context()))
	})
}

func TestWhatRestsWhenAServerDiesIsTakenOver(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(w.early(1, time.Second), queue.Options{})
		w.send(first, "m", "ended")
		synctest.Wait()
		first.kill()
		w.server(nil, queue.Options{})
		time.Sleep(queue.Lease + looked)
		require.Equal(t, []string{"ended"}, w.done())
	})
}
