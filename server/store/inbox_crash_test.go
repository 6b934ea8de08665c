package store

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
)

// stuck is a handler that ends only with its context.
func stuck(ctx context.Context, _ queue.Job) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestAfterACrashTheRestartedServerGoesOn(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(stuck, Options{Workers: 1})
		for n := range 5 {
			w.send(first, "m", strconv.Itoa(n)) // one is being handled, four wait
			time.Sleep(time.Millisecond)
		}
		first.kill()
		require.Len(t, w.slots(), 5)

		w.server(nil, Options{}) // no one calls Sweep again
		require.Empty(t, w.done(), "the leases of the dead still hold")
		time.Sleep(35 * time.Second)
		require.ElementsMatch(t, []string{"0", "1", "2", "3", "4"}, w.done())
		require.Empty(t, w.slots())
	})
}

func TestAfterALongOutageEverythingIsDoneAtOnceInOrder(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(stuck, Options{})
		for n := range 9 {
			w.send(first, "m", strconv.Itoa(n))
			time.Sleep(time.Second)
		}
		first.kill()
		time.Sleep(time.Hour)
		w.server(nil, Options{})
		require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}, w.done())
	})
}

func TestAnotherServerTakesOverFromADeadOne(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first, second := w.server(stuck, Options{}), w.server(nil, Options{})
		w.send(first, "m", "ended")
		first.kill()
		for range 2 { // the scheduled sweeps
			time.Sleep(time.Minute)
			second.Sweep(t.Context(), false)
		}
		require.Equal(t, []string{"ended"}, w.done())
	})
}

func TestACrashWhileWaitingForTheNextAttempt(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(func(context.Context, queue.Job) error { return errors.New("down") }, Options{})
		w.send(first, "m", "ended")
		time.Sleep(10 * time.Second)
		first.kill()
		var attempt int
		w.server(func(ctx context.Context, d queue.Job) error { attempt = d.Attempt; return w.note(ctx, d) }, Options{})
		time.Sleep(time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Greater(t, attempt, 1, "the attempts of the dead server count")
	})
}

func TestADeliveryThatKillsItsServerIsGivenUp(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		killer := func(ctx context.Context, d queue.Job) error {
			if string(d.Body) == "poison" {
				return stuck(ctx, d)
			}
			return w.note(ctx, d)
		}
		s := w.server(killer, Options{Workers: 1})
		w.send(s, "m", "poison")
		w.send(s, "m", "innocent")
		for range maxCrashes {
			synctest.Wait()
			s.kill()
			require.Zero(t, w.logged("drops a delivery"))
			time.Sleep(time.Minute)
			s = w.server(killer, Options{Workers: 1})
		}
		require.Equal(t, 1, w.logged("the server stopped each time"))
		require.Equal(t, []string{"innocent"}, w.done(), "what waited behind it is not given up")
		require.Empty(t, w.slots())
	})
}

func TestALongHandlerKeepsItsDelivery(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		slow := func(ctx context.Context, d queue.Job) error { time.Sleep(5 * time.Minute); return w.note(ctx, d) }
		one, two := w.server(slow, Options{}), w.server(slow, Options{})
		w.send(one, "m", "first")
		w.send(one, "m", "behind it") // its lease is kept, too
		for range 15 {
			time.Sleep(time.Minute)
			two.Sweep(t.Context(), true)
		}
		require.Equal(t, []string{"first", "behind it"}, w.done())
	})
}

// A server that lost its database for longer than its lease must not continue as if it still held the delivery.
func TestAServerThatIsCutOffIsReplaced(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var cancelled atomic.Bool
		one := w.server(func(ctx context.Context, d queue.Job) error {
			err := stuck(ctx, d)
			cancelled.Store(true)
			return err
		}, Options{})
		two := w.server(nil, Options{})
		w.send(one, "m", "ended")
		synctest.Wait()
		one.kv.cut.Store(true)
		time.Sleep(time.Minute)
		require.True(t, cancelled.Load())
		two.Sweep(t.Context(), false)
		require.Equal(t, []string{"ended"}, w.done())
		one.kv.cut.Store(false)
		time.Sleep(5 * time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Empty(t, w.slots())
	})
}

func TestClosing(t *testing.T) {
	t.Run("waits for what is at work and gives the rest back", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(func(ctx context.Context, d queue.Job) error { time.Sleep(time.Second); return w.note(ctx, d) }, Options{})
			for n := range 3 {
				w.send(s, "m", strconv.Itoa(n))
				time.Sleep(time.Millisecond)
			}
			require.NoError(t, s.Close(t.Context()))
			require.Equal(t, []string{"0"}, w.done())
			require.NoError(t, s.Close(t.Context()), "twice does no harm")
			_, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("late")})
			require.ErrorIs(t, err, queue.ErrClosed)

			w.server(nil, Options{})
			require.Equal(t, []string{"0", "1", "2"}, w.done(), "the next server need not wait for any lease")
		})
	})
	t.Run("cancels what takes too long", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(stuck, Options{})
			w.send(s, "m", "slow")
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			require.ErrorIs(t, s.Close(ctx), context.DeadlineExceeded)
			synctest.Wait()
			w.server(nil, Options{})
			time.Sleep(time.Minute)
			require.Equal(t, []string{"slow"}, w.done())
		})
	})
	t.Run("schedules nothing any more", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(func(context.Context, queue.Job) error { return errors.New("down") }, Options{})
			w.send(s, "m", "x")
			synctest.Wait()
			require.NoError(t, s.Close(t.Context()))
			s.watch(0, time.Now(), tag{})
			s.look(0, tag{})
			s.Sweep(t.Context(), true)
			time.Sleep(time.Hour)
			require.Len(t, w.slots(), 1)
		})
	})
}

func TestTheRingGrowsAndShrinks(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		one := w.server(func(ctx context.Context, d queue.Job) error { <-release; return w.note(ctx, d) }, Options{})
		two := w.server(nil, Options{})
		for n := range 300 {
			w.send(one, "m", strconv.Itoa(n))
		}
		high, _, err := load[int](two.ring.store, highKey)
		require.NoError(t, err)
		require.GreaterOrEqual(t, high, 512)
		close(release)
		require.Len(t, w.done(), 300)
		two.Sweep(t.Context(), false)
		high, _, err = load[int](two.ring.store, highKey)
		require.NoError(t, err)
		require.Equal(t, minHigh, high)

		// The other server learns of it, so that what it leaves from now on is found there.
		time.Sleep(2 * renewEvery)
		for n := range 20 {
			raw, err := json.Marshal(slot{Job: queue.Job{ID: strconv.Itoa(n), Kind: "zoom", Key: "m", Body: []byte("late")}})
			require.NoError(t, err)
			_, err = one.ring.place(t.Context(), "zoom", raw, time.Hour, one.opts.Slots)
			require.NoError(t, err)
		}
		two.Sweep(t.Context(), false)
		require.Len(t, w.done(), 320)
	})
}

// One server may place a delivery beyond the size to which another has just shrunk the ring.
func TestAFullSweepFindsWhatIsBeyondTheRing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		one := w.server(stuck, Options{})
		one.ring.mu.Lock()
		one.ring.high = 4096
		one.ring.mu.Unlock()
		for n := range 20 {
			w.send(one, "m", strconv.Itoa(n))
		}
		one.kill()
		time.Sleep(time.Minute)
		w.server(nil, Options{}) // which starts with a full sweep
		require.Len(t, w.done(), 20)
	})
}

func TestARecordThatIsNotOursIsDropped(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		require.NoError(t, w.kv.Set(slotKey(5), []byte("{broken"), 0))
		w.server(nil, Options{})
		require.Equal(t, 1, w.logged("unreadable"))
		require.Empty(t, w.slots())
	})
}

func FuzzSlot(f *testing.F) {
	f.Add([]byte(`{"id":"a","kind":"zoom","key":"m","body":"eA==","received_at":"2026-01-02T03:04:05Z","owner":"x","until":"2026-01-02T03:04:05Z"}`), []byte(`{"owner":"x"}`))
	// A lease that ends in 4,000 years is longer than a time.Duration.
	f.Add([]byte(`{"id":"a","kind":"zoom","key":"m","body":"eA==","owner":"x","until":"6026-01-02T03:04:05Z"}`), []byte(`{"owner":"x"}`))
	f.Add([]byte(`null`), []byte(`done`))
	f.Add([]byte(`{"body":7}`), []byte(`{"until":"2999-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, record, claim []byte) {
		synctest.Test(t, func(t *testing.T) {
			w := &world{t: t, kv: newTable(t, record, claim)}
			w.server(nil, Options{Slots: 2})
			require.LessOrEqual(t, len(w.done()), 1)
		})
	})
}
