package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/queue"
)

func TestAJobIsHandledOnceAndLeavesNothingBehind(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.counts()
		w.send(s, "m1", "meeting.started")

		require.Equal(t, []string{"meeting.started"}, w.done())
		require.Empty(t, w.unfinished())
		require.Equal(t, map[string]int{"Insert": 1, "Finish": 1}, w.counts(), "one statement before the 200, and one after the job is done")
		require.Equal(t, &queue.Finished{ID: queue.JobID("zoom", []byte("meeting.started")), Result: queue.Handled, Attempts: 1},
			w.memory.Jobs.Finished(queue.JobID("zoom", []byte("meeting.started"))))
	})
}

func TestManyJobsShareTheStatementThatFinishesThem(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.counts()
		for n := range 100 {
			w.send(s, strconv.Itoa(n), strconv.Itoa(n))
		}
		require.Len(t, w.done(), 100)
		calls := w.counts()
		require.Equal(t, 100, calls["Insert"])
		require.LessOrEqual(t, calls["Finish"], 2, "the first ends alone")
	})
}

func TestAFinishThatIsBeingRecordedHoldsNoWorker(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{Workers: 1})
		w.onCall(func(call, _ string) error {
			if call == "Jobs.Finish" {
				time.Sleep(8 * time.Second)
			}
			return nil
		})
		begun := time.Now()
		for n := range 10 {
			w.send(s, "m", strconv.Itoa(n))
			time.Sleep(100 * time.Millisecond)
		}
		require.Len(t, w.done(), 10)
		require.Less(t, time.Since(begun), 2*time.Second)
		time.Sleep(20 * time.Second)
		require.Empty(t, w.unfinished())
	})
}

func TestTheHandlerGetsTheWholeJob(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var got queue.Job
		s := w.server(func(_ context.Context, j queue.Job) error { got = j; return nil }, queue.Options{})
		at := time.Now()
		_, err := s.Accept(t.Context(), queue.Job{
			Kind: "zoom", Key: "m1", Header: map[string]string{"x-zm-trackingid": "t"}, Body: []byte{0, 0xff, '{'},
		})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, queue.Job{
			ID: queue.JobID("zoom", []byte{0, 0xff, '{'}), Kind: "zoom", Source: "zoom", Key: "m1",
			Header: map[string]string{"x-zm-trackingid": "t"}, Body: []byte{0, 0xff, '{'}, ReceivedAt: at,
		}, got)
	})
}

// Zoom retries if it didn't see the response, up to 85 minutes later.
func TestARepetitionIsNotHandledAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		s := w.server(func(ctx context.Context, j queue.Job) error { <-release; return w.note(ctx, j) }, queue.Options{})
		j := queue.Job{Kind: "zoom", Key: "m1", Body: []byte("ended")}
		w.send(s, "m1", "ended")
		w.counts()

		known, err := s.Accept(t.Context(), j)
		require.NoError(t, err)
		require.True(t, known, "while it is being handled here")
		require.Empty(t, w.counts(), "without a question to the store")
		require.Len(t, w.unfinished(), 1)
		close(release)
		synctest.Wait()

		time.Sleep(85 * time.Minute)
		known, err = s.Accept(t.Context(), j)
		require.NoError(t, err)
		require.True(t, known, "after it was done")

		j.Kind = "jenkins"
		known, err = s.Accept(t.Context(), j)
		require.NoError(t, err)
		require.False(t, known, "the same content of another kind is another job")
		require.Equal(t, []string{"ended", "ended"}, w.done())
	})
}

func TestTwoServersWithTheSameJobHandleItOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		slow := func(ctx context.Context, j queue.Job) error { time.Sleep(2 * time.Second); return w.note(ctx, j) }
		one, two := w.server(slow, queue.Options{}), w.server(slow, queue.Options{})
		for n := range 10 {
			w.send(one, "m", strconv.Itoa(n))
			w.send(two, "m", strconv.Itoa(n))
		}
		time.Sleep(10 * time.Minute)
		require.Len(t, w.done(), 10)
		require.Empty(t, w.unfinished())
	})
}

func TestJobsWithOneKeyKeepTheirOrder(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, j queue.Job) error {
			time.Sleep(rand.N(time.Second))
			return w.note(ctx, j)
		}, queue.Options{})
		for n := range 20 {
			for _, meeting := range []string{"a", "b", "c"} {
				w.send(s, meeting, fmt.Sprintf("%s%02d", meeting, n))
			}
		}
		time.Sleep(time.Minute)
		last := map[string]string{}
		for _, body := range w.done() {
			require.Less(t, last[body[:1]], body)
			last[body[:1]] = body
		}
		require.Len(t, w.done(), 60)
	})
}

func TestAFailedJobIsTriedAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var attempts []time.Duration
		start := time.Now()
		s := w.server(func(ctx context.Context, j queue.Job) error {
			attempts = append(attempts, time.Since(start))
			if len(attempts) < 4 {
				return errors.New("Mattermost is restarting")
			}
			require.Equal(t, 3, j.Attempt)
			return w.note(ctx, j)
		}, queue.Options{})
		w.send(s, "m1", "ended")
		time.Sleep(time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Len(t, attempts, 4)
		require.Less(t, attempts[1], 2*time.Second)
		require.Greater(t, attempts[3]-attempts[2], attempts[1]-attempts[0], "the waits grow")
		require.Equal(t, 1, w.logged("Mattermost is restarting"), "one line, not one for each attempt")
		require.Empty(t, w.unfinished())
		require.Equal(t, 4, w.memory.Jobs.Finished(queue.JobID("zoom", []byte("ended"))).Attempts)
	})
}

func TestAFailureDoesNotHoldUpOthers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, j queue.Job) error {
			if string(j.Body) == "bad" && j.Attempt < 3 {
				return errors.New("not yet")
			}
			return w.note(ctx, j)
		}, queue.Options{})
		w.send(s, "m1", "bad")
		w.send(s, "m1", "good")
		require.Equal(t, []string{"good"}, w.done())
		time.Sleep(time.Minute)
		require.Equal(t, []string{"good", "bad"}, w.done())
	})
}

func TestAJobIsDroppedWithOneLine(t *testing.T) {
	panicking := func(context.Context, queue.Job) error { panic("index out of range") }
	for name, tc := range map[string]struct {
		handle   queue.Handler
		wait     time.Duration
		line     string
		attempts int
		result   queue.Result
	}{
		"at once, when a retry can't fix it": {
			handle: func(context.Context, queue.Job) error { return queue.Permanent(errors.New("not JSON")) },
			line:   "it can't be handled", attempts: 1, result: queue.Rejected,
		},
		"at once, when the permanent error is wrapped": {
			handle: func(context.Context, queue.Job) error {
				return fmt.Errorf("handle: %w", queue.Permanent(errors.New("not JSON")))
			},
			line: "it can't be handled", attempts: 1, result: queue.Rejected,
		},
		"after five panics": {
			handle: panicking, wait: time.Hour, line: "its handler panics each time", attempts: queue.MaxPanics, result: queue.Panicked,
		},
		"after a day of failures": {
			handle: func(context.Context, queue.Job) error { return errors.New("still down") },
			wait:   25 * time.Hour, line: "it failed for too long", attempts: 290, result: queue.Expired,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				var attempts int
				s := w.server(func(ctx context.Context, j queue.Job) error { attempts++; return tc.handle(ctx, j) }, queue.Options{})
				w.send(s, "m1", "poison")
				time.Sleep(tc.wait)
				require.Equal(t, 1, w.logged("A job was dropped"))
				require.Equal(t, 1, w.logged("A job was dropped: "+tc.line))
				require.InEpsilon(t, tc.attempts, attempts, 0.1)
				require.Empty(t, w.unfinished())
				ended := w.memory.Jobs.Finished(queue.JobID("zoom", []byte("poison")))
				require.Equal(t, tc.result, ended.Result)
				require.Equal(t, attempts, ended.Attempts)
				known, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m1", Body: []byte("poison")})
				require.NoError(t, err)
				require.True(t, known, "a dropped job stays dropped")
			})
		})
	}
}

func TestPermanentOfNoErrorIsNone(t *testing.T) {
	t.Parallel()
	require.NoError(t, queue.Permanent(nil))
	cause := errors.New("cause")
	require.ErrorIs(t, queue.Permanent(cause), cause)
	require.EqualError(t, queue.Permanent(cause), "cause")
}

func TestAFullQueueSaysSo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		s := w.server(func(ctx context.Context, j queue.Job) error { <-release; return w.note(ctx, j) }, queue.Options{Backlog: 3})
		for n := range 3 {
			w.send(s, "m", strconv.Itoa(n))
		}
		_, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("3")})
		require.ErrorIs(t, err, queue.ErrFull)
		require.Len(t, w.unfinished(), 3, "what was refused was not stored")
		close(release)
		synctest.Wait()
		w.send(s, "m", "3")
		require.Equal(t, []string{"0", "1", "2", "3"}, w.done())
	})
}

func TestNothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.onCall(func(string, string) error { return errors.New("database gone") })
		j := queue.Job{Kind: "zoom", Key: "m", Body: []byte("x")}
		_, err := s.Accept(t.Context(), j)
		require.ErrorContains(t, err, "database gone")
		j.NotBefore = time.Now().Add(time.Hour)
		_, err = s.Accept(t.Context(), j)
		require.ErrorContains(t, err, "database gone")
		w.onCall(nil)
		require.Empty(t, w.done())
		w.send(s, "m", "x")
		require.Equal(t, []string{"x"}, w.done(), "the sender's next attempt goes through")
	})
}

// The connection to the database may break after the commit: the sender gets an error, but the job is stored.
func TestAJobThatWasStoredButNotConfirmedIsHandledOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, queue.Options{})
		w.loses(errors.New("connection reset"))
		j := queue.Job{Kind: "zoom", Key: "m", Body: []byte("x")}
		_, err := s.Accept(t.Context(), j)
		require.ErrorContains(t, err, "connection reset")
		w.loses(nil)
		known, err := s.Accept(t.Context(), j)
		require.NoError(t, err)
		require.True(t, known)
		require.Empty(t, w.done())
		time.Sleep(queue.Lease + 2*queue.LookEvery)
		require.Equal(t, []string{"x"}, w.done())
		require.Empty(t, w.unfinished())
	})
}

func TestAStoreThatFailsForAWhileLosesNothing(t *testing.T) {
	for _, outage := range []time.Duration{5 * time.Second, 2 * time.Minute} {
		t.Run(outage.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(func(ctx context.Context, j queue.Job) error { time.Sleep(time.Second); return w.note(ctx, j) }, queue.Options{})
				for n := range 5 {
					w.send(s, strconv.Itoa(n), strconv.Itoa(n))
				}
				w.onCall(func(string, string) error { return errors.New("database gone") })
				time.Sleep(outage)
				w.onCall(nil)
				time.Sleep(5 * time.Minute)
				require.ElementsMatch(t, []string{"0", "1", "2", "3", "4"}, w.done(), "their end was recorded later")
				require.Empty(t, w.unfinished())
				require.Equal(t, 1, w.logged("The end of jobs couldn't be recorded"), "one line for each outage")
				require.LessOrEqual(t, w.logged("The queue can't be read"), 1)
			})
		})
	}
}

// What waits for a worker while the database is away for longer than the leases last is handled afterwards.
func TestWhatWaitsDuringAnOutageIsHandledAfterIt(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		slow := func(ctx context.Context, j queue.Job) error {
			select {
			case <-time.After(time.Minute):
				return w.note(ctx, j)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s := w.server(slow, queue.Options{Workers: 3})
		for n := range 4 {
			w.send(s, strconv.Itoa(n), strconv.Itoa(n))
		}
		w.onCall(func(string, string) error { return errors.New("database gone") })
		time.Sleep(2 * time.Minute)
		w.onCall(nil)
		time.Sleep(10 * time.Minute)
		require.Subset(t, w.done(), []string{"0", "1", "2", "3"})
		require.Empty(t, w.unfinished())
		require.Zero(t, s.Counted().Held)
	})
}

func BenchmarkAcceptAndHandle(b *testing.B) {
	var left sync.WaitGroup
	e := queue.New(queue.Dependencies{
		Store: memory.New(time.Now).Jobs, Handle: func(context.Context, queue.Job) error { left.Done(); return nil },
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}, queue.Options{Backlog: 1 << 20})
	e.Start()
	body := strings.Repeat("x", 2000)
	for n := 0; b.Loop(); n++ {
		left.Add(1)
		j := queue.Job{Kind: "zoom", Key: strconv.Itoa(n % 64), Body: []byte(strconv.Itoa(n) + body)}
		if _, err := e.Accept(context.Background(), j); err != nil {
			b.Fatal(err)
		}
		if n%256 == 0 {
			left.Wait()
		}
	}
	left.Wait()
	require.NoError(b, e.Close(context.Background()))
}

func TestAJobThatIsTooEarlyIsRetriedLaterWithoutALogLine(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		looked := 0
		s := w.server(func(ctx context.Context, j queue.Job) error {
			if looked++; looked == 1 {
				return queue.RetryAfter(errors.New("not known yet"), 15*time.Second)
			}
			require.Zero(t, j.Attempt)
			return w.note(ctx, j)
		}, queue.Options{})
		w.send(s, "meeting", "started")
		time.Sleep(14 * time.Second)
		require.Empty(t, w.done())
		time.Sleep(2*time.Second + 2*queue.LookEvery)
		require.Equal(t, []string{"started"}, w.done())
		require.Empty(t, w.log)
		require.Equal(t, 2, looked)
	})
}
