package queue_test

import (
	"context"
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
		first := w.server(stuck, queue.Options{Workers: 1})
		for n := range 5 {
			w.send(first, "m", strconv.Itoa(n)) // one is being handled, four wait
			time.Sleep(time.Millisecond)
		}
		first.kill()
		require.Len(t, w.unfinished(), 5)

		w.server(nil, queue.Options{})
		require.Empty(t, w.done(), "the leases of the dead still hold")
		time.Sleep(40 * time.Second)
		require.ElementsMatch(t, []string{"0", "1", "2", "3", "4"}, w.done())
		require.Empty(t, w.unfinished())
	})
}

func TestAfterALongOutageEverythingIsDoneAtOnceInOrder(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(stuck, queue.Options{})
		for n := range 9 {
			w.send(first, "m", strconv.Itoa(n))
			time.Sleep(time.Second)
		}
		first.kill()
		time.Sleep(time.Hour)
		w.server(nil, queue.Options{})
		require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}, w.done())
	})
}

func TestAnotherServerTakesOverFromADeadOneWithinAMinute(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(stuck, queue.Options{})
		w.server(nil, queue.Options{})
		time.Sleep(25 * time.Second)
		w.send(first, "m", "ended")
		first.kill()
		time.Sleep(time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
	})
}

func TestACrashWhileWaitingForTheNextAttempt(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(func(context.Context, queue.Job) error { return errors.New("down") }, queue.Options{})
		w.send(first, "m", "ended")
		time.Sleep(10 * time.Second)
		first.kill()
		var attempt int
		w.server(func(ctx context.Context, j queue.Job) error { attempt = j.Attempt; return w.note(ctx, j) }, queue.Options{})
		time.Sleep(time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Greater(t, attempt, 1, "the attempts of the dead server count")
	})
}

// What has ended is recorded a moment later; a server that dies before has those jobs handled once more.
func TestACrashBeforeTheEndIsRecordedRepeatsTheJob(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(nil, queue.Options{})
		w.onCall(func(call, _ string) error {
			if call == "Jobs.Finish" {
				first.cut.Store(true)
				return errCut
			}
			return nil
		})
		w.send(first, "m", "ended")
		require.Equal(t, []string{"ended"}, w.done())
		first.kill()
		w.onCall(nil)
		w.server(nil, queue.Options{})
		time.Sleep(time.Minute)
		require.Equal(t, []string{"ended", "ended"}, w.done())
		require.Empty(t, w.unfinished())
	})
}

func TestAJobThatKillsItsServerIsGivenUp(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		killer := func(ctx context.Context, j queue.Job) error {
			if string(j.Body) == "poison" {
				return stuck(ctx, j)
			}
			return w.note(ctx, j)
		}
		s := w.server(killer, queue.Options{Workers: 1})
		w.send(s, "m", "poison")
		w.send(s, "m", "innocent")
		for range queue.MaxCrashes {
			synctest.Wait()
			s.kill()
			require.Zero(t, w.logged("A job was dropped"))
			time.Sleep(time.Minute)
			s = w.server(killer, queue.Options{Workers: 1})
		}
		require.Equal(t, 1, w.logged("the server stopped each time"))
		require.Equal(t, []string{"innocent"}, w.done(), "what waited behind it is not given up")
		require.Empty(t, w.unfinished())
		require.Equal(t, queue.Crashed, w.memory.Jobs.Finished(queue.JobID("zoom", []byte("poison"))).Result)
	})
}

// Only a job that may have crashed a server costs a statement before it is handled.
func TestWhatADeadServerLeftIsMarkedBeforeItIsHandled(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(stuck, queue.Options{})
		w.send(first, "m", "a")
		w.send(first, "n", "b")
		first.kill()
		time.Sleep(time.Minute)
		w.counts()
		second := w.server(nil, queue.Options{})
		w.send(second, "o", "c")
		require.ElementsMatch(t, []string{"a", "b", "c"}, w.done())
		require.Equal(t, 2, w.counts()["Start"])
	})
}

func TestAJobThatCannotBeMarkedIsHandledLater(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(stuck, queue.Options{})
		w.send(first, "m", "a")
		first.kill()
		time.Sleep(time.Minute)
		w.onCall(func(call, _ string) error {
			if call == "Jobs.Start" {
				return errors.New("database gone")
			}
			return nil
		})
		w.server(nil, queue.Options{})
		require.Empty(t, w.done())
		w.onCall(nil)
		time.Sleep(3 * queue.LookEvery)
		require.Equal(t, []string{"a"}, w.done())
	})
}

func TestALongHandlerKeepsItsJob(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		slow := func(ctx context.Context, j queue.Job) error { time.Sleep(5 * time.Minute); return w.note(ctx, j) }
		one := w.server(slow, queue.Options{})
		w.server(slow, queue.Options{})
		w.send(one, "m", "first")
		w.send(one, "m", "behind it") // its lease is kept, too
		time.Sleep(15 * time.Minute)
		require.Equal(t, []string{"first", "behind it"}, w.done())
	})
}

func TestAllLeasesOfAServerAreRenewedByOneStatement(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(stuck, queue.Options{})
		for n := range 100 {
			w.send(s, "m", strconv.Itoa(n))
		}
		w.counts()
		time.Sleep(3 * queue.RenewEvery)
		require.Equal(t, 3, w.counts()["Renew"])
	})
}

// A server that lost its database for longer than its lease must not continue as if it still had the job.
func TestAServerThatIsCutOffIsReplaced(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var cancelled atomic.Bool
		one := w.server(func(ctx context.Context, j queue.Job) error {
			err := stuck(ctx, j)
			cancelled.Store(true)
			return err
		}, queue.Options{})
		w.server(nil, queue.Options{})
		w.send(one, "m", "ended")
		synctest.Wait()
		one.cut.Store(true)
		time.Sleep(time.Minute)
		require.True(t, cancelled.Load())
		require.Equal(t, []string{"ended"}, w.done())
		one.cut.Store(false)
		time.Sleep(5 * time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Empty(t, w.unfinished())
		require.Zero(t, one.Counted().Held)
	})
}

func TestClosing(t *testing.T) {
	t.Run("waits for what is at work and gives the rest back", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(func(ctx context.Context, j queue.Job) error { time.Sleep(time.Second); return w.note(ctx, j) }, queue.Options{})
			for n := range 3 {
				w.send(s, "m", strconv.Itoa(n))
				time.Sleep(time.Millisecond)
			}
			require.NoError(t, s.Close(t.Context()))
			require.Equal(t, []string{"0"}, w.done())
			require.NoError(t, s.Close(t.Context()), "twice does no harm")
			_, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("late")})
			require.ErrorIs(t, err, queue.ErrClosed)

			w.server(nil, queue.Options{})
			require.Equal(t, []string{"0", "1", "2"}, w.done(), "the next server need not wait for any lease")
			require.Empty(t, w.unfinished())
		})
	})
	t.Run("lets another server go on at once", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			other := w.server(nil, queue.Options{})
			s := w.server(func(ctx context.Context, j queue.Job) error { time.Sleep(time.Second); return w.note(ctx, j) }, queue.Options{})
			s.Left = other.Wake
			w.send(s, "m", "0")
			w.send(s, "m", "1")
			require.NoError(t, s.Close(t.Context()))
			time.Sleep(100 * time.Millisecond)
			require.Equal(t, []string{"0", "1"}, w.done())
		})
	})
	t.Run("cancels what takes too long", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(stuck, queue.Options{})
			w.send(s, "m", "slow")
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			require.ErrorIs(t, s.Close(ctx), context.DeadlineExceeded)
			synctest.Wait()
			w.server(nil, queue.Options{})
			require.Equal(t, []string{"slow"}, w.done(), "at once, and its end by this server counts as no failure")
			require.Empty(t, w.unfinished())
			require.Equal(t, 1, w.memory.Jobs.Finished(queue.JobID("zoom", []byte("slow"))).Attempts)
		})
	})
	t.Run("starts nothing any more", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			s := w.server(func(context.Context, queue.Job) error { return errors.New("down") }, queue.Options{})
			w.send(s, "m", "x")
			synctest.Wait()
			require.NoError(t, s.Close(t.Context()))
			s.Wake()
			time.Sleep(time.Hour)
			require.Len(t, w.unfinished(), 1)
		})
	})
}
