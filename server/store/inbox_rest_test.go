package store

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/store/storetest"
)

// early is a handler for which it is too early this many times, by this much each time.
func (w *world) early(times int, wait time.Duration) queue.Handler {
	left := times
	return func(ctx context.Context, d queue.Job) error {
		w.mu.Lock()
		left--
		soon := left >= 0
		w.mu.Unlock()
		if soon {
			return queue.RetryAfter(errors.New("too early"), wait)
		}
		return w.note(ctx, d)
	}
}

func TestAMomentsWaitCostsTheTableNothing(t *testing.T) {
	cost := func(t *testing.T, times int) int {
		calls := 0
		synctest.Test(t, func(t *testing.T) {
			w := &world{t: t, kv: storetest.NewMemoryKV(time.Now)}
			s := w.server(w.early(times, time.Second), Options{})
			before := w.kv.Count(storetest.Get) + w.kv.Count(storetest.Swap) + w.kv.Count(storetest.Set)
			w.send(s, "m", "ended")
			time.Sleep(time.Duration(times)*time.Second + time.Millisecond)
			require.Equal(t, []string{"ended"}, w.done())
			require.Empty(t, w.slots())
			calls = w.kv.Count(storetest.Get) + w.kv.Count(storetest.Swap) + w.kv.Count(storetest.Set) - before
		})
		return calls
	}
	t.Parallel()
	require.Equal(t, cost(t, 0), cost(t, 5))
}

func TestAnyServerTakesALongerWait(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		handle := w.early(1, time.Minute)
		first, second := w.server(handle, Options{}), w.server(handle, Options{})
		w.send(first, "m", "ended")
		require.Empty(t, w.done())
		second.Sweep(t.Context(), false)
		first.kill()
		time.Sleep(time.Minute + 10*time.Second)
		require.Equal(t, []string{"ended"}, w.done())
	})
}

func TestWhatRestsIsKnownAndKeptAlive(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		handle := w.early(200, time.Second)
		first, second := w.server(handle, Options{}), w.server(nil, Options{})
		w.send(first, "m", "ended")
		time.Sleep(2 * time.Minute) // longer than its lease and its claim
		duplicate, err := first.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("ended")})
		require.NoError(t, err)
		require.True(t, duplicate)
		second.Sweep(t.Context(), true)
		w.send(second, "m", "ended") // the same delivery reaches the other server
		require.Empty(t, w.done())
		time.Sleep(2 * time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Empty(t, w.slots())
	})
}

func TestWhatRestsWhenAServerStopsIsGivenBack(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(w.early(1, time.Second), Options{})
		w.send(first, "m", "ended")
		synctest.Wait()
		require.NoError(t, first.Close(t.Context()))
		second := w.server(nil, Options{})
		require.Equal(t, []string{"ended"}, w.done(), "at once: nobody has to wait for its lease")
		require.Empty(t, w.slots())
		require.NoError(t, second.Close(t.Context()))
	})
}

func TestWhatRestsWhenAServerDiesIsTakenOver(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(w.early(1, time.Second), Options{})
		w.send(first, "m", "ended")
		synctest.Wait()
		first.kill()
		w.server(nil, Options{})
		time.Sleep(slotLease + time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
	})
}

// The same delivery reached two servers, and one of them is slow: the other doesn't wait until the claim expires.
func TestAServerThatWasSecondLooksAgainSoon(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		slow := func(ctx context.Context, d queue.Job) error { time.Sleep(time.Second); return w.note(ctx, d) }
		one, two := w.server(slow, Options{}), w.server(slow, Options{})
		w.send(one, "m", "ended")
		w.send(two, "m", "ended")
		time.Sleep(2 * lookAgain)
		require.Equal(t, []string{"ended"}, w.done())
		require.Empty(t, w.slots())
	})
}
