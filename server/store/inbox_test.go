package store

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

	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/store/storetest"
)

func TestADeliveryIsHandledOnceAndLeavesNothingBehind(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, Options{})
		w.kv.ResetCounts()
		w.send(s, "m1", "meeting.started")

		require.Equal(t, []string{"meeting.started"}, w.done())
		require.Empty(t, w.slots())
		require.Len(t, w.kv.Keys("clm."), 1)
		require.Equal(t, 1, w.kv.Count(storetest.Get), "before the 200: one read")
		require.Equal(t, 3, w.kv.Count(storetest.Swap), "one insert before it; then the claim and the freed slot")
		require.Equal(t, 1, w.kv.Count(storetest.Set), "and the mark that it is done")
	})
}

func TestTheHandlerGetsTheWholeDelivery(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var got queue.Job
		s := w.server(func(_ context.Context, d queue.Job) error { got = d; return nil }, Options{})
		at := time.Now()
		_, err := s.Accept(t.Context(), queue.Job{
			Kind: "zoom", Key: "m1", Header: map[string]string{"x-zm-trackingid": "t"}, Body: []byte{0, 0xff, '{'},
		})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, queue.Job{
			ID: queue.JobID("zoom", []byte{0, 0xff, '{'}), Kind: "zoom", Key: "m1",
			Header: map[string]string{"x-zm-trackingid": "t"}, Body: []byte{0, 0xff, '{'}, ReceivedAt: at,
		}, got)
	})
}

// Zoom retries if it didn't see the response, up to 85 minutes later.
func TestARepetitionIsNotHandledAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		s := w.server(func(ctx context.Context, d queue.Job) error { <-release; return w.note(ctx, d) }, Options{})
		d := queue.Job{Kind: "zoom", Key: "m1", Body: []byte("ended")}
		w.send(s, "m1", "ended")

		duplicate, err := s.Accept(t.Context(), d)
		require.NoError(t, err)
		require.True(t, duplicate, "while it is being handled here")
		require.Len(t, w.slots(), 1)
		close(release)
		synctest.Wait()

		time.Sleep(85 * time.Minute)
		swaps := w.kv.Count(storetest.Swap)
		duplicate, err = s.Accept(t.Context(), d)
		require.NoError(t, err)
		require.True(t, duplicate, "after it was done")
		require.Equal(t, swaps, w.kv.Count(storetest.Swap), "nothing is written")

		d.Kind = "jenkins"
		duplicate, err = s.Accept(t.Context(), d)
		require.NoError(t, err)
		require.False(t, duplicate, "the same words of somebody else are another delivery")
		require.Equal(t, []string{"ended", "ended"}, w.done())
	})
}

func TestTwoServersWithTheSameDeliveryHandleItOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		slow := func(ctx context.Context, d queue.Job) error { time.Sleep(2 * time.Second); return w.note(ctx, d) }
		one, two := w.server(slow, Options{}), w.server(slow, Options{})
		for n := range 10 {
			w.send(one, "m", strconv.Itoa(n))
			w.send(two, "m", strconv.Itoa(n))
		}
		time.Sleep(10 * time.Minute)
		require.Len(t, w.done(), 10)
		require.Empty(t, w.slots(), "the server that was second frees its slot as well")
	})
}

func TestDeliveriesAboutOneMeetingKeepTheirOrder(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, d queue.Job) error {
			time.Sleep(rand.N(time.Second))
			return w.note(ctx, d)
		}, Options{})
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

func TestAFailedDeliveryIsTriedAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var attempts []time.Duration
		start := time.Now()
		s := w.server(func(ctx context.Context, d queue.Job) error {
			attempts = append(attempts, time.Since(start))
			if len(attempts) < 4 {
				return errors.New("Mattermost is restarting")
			}
			require.Equal(t, 3, d.Attempt)
			return w.note(ctx, d)
		}, Options{})
		w.send(s, "m1", "ended")
		time.Sleep(time.Minute)
		require.Equal(t, []string{"ended"}, w.done())
		require.Len(t, attempts, 4)
		require.Less(t, attempts[1], 3*time.Second)
		require.Greater(t, attempts[3]-attempts[2], attempts[1]-attempts[0], "the waits grow")
		require.Equal(t, 1, w.logged("Mattermost is restarting"), "one line, not one for each attempt")
		require.Empty(t, w.slots())
	})
}

func TestAFailureDoesNotHoldUpOthers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, d queue.Job) error {
			if string(d.Body) == "bad" && d.Attempt < 3 {
				return errors.New("not yet")
			}
			return w.note(ctx, d)
		}, Options{})
		w.send(s, "m1", "bad")
		w.send(s, "m1", "good")
		require.Equal(t, []string{"good"}, w.done())
		time.Sleep(time.Minute)
		require.Equal(t, []string{"good", "bad"}, w.done())
	})
}

func TestADeliveryIsDroppedWithOneLine(t *testing.T) {
	panicking := func(context.Context, queue.Job) error { panic("index out of range") }
	cases := map[string]struct {
		handle   queue.Handler
		wait     time.Duration
		line     string
		attempts int
	}{
		"at once, when a retry can't fix it": {
			handle: func(context.Context, queue.Job) error { return queue.Permanent(errors.New("not JSON")) },
			line:   "can't be handled", attempts: 1,
		},
		"at once, when the permanent error is wrapped": {
			handle: func(context.Context, queue.Job) error {
				return fmt.Errorf("handle: %w", queue.Permanent(errors.New("not JSON")))
			},
			line: "can't be handled", attempts: 1,
		},
		"after five panics": {handle: panicking, wait: time.Hour, line: "panics each time", attempts: maxPanics},
		"after a day of failures": {
			handle: func(context.Context, queue.Job) error { return errors.New("still down") },
			wait:   25 * time.Hour, line: "failed for too long", attempts: 290,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				var attempts int
				s := w.server(func(ctx context.Context, d queue.Job) error { attempts++; return tc.handle(ctx, d) }, Options{})
				w.send(s, "m1", "poison")
				time.Sleep(tc.wait)
				require.Equal(t, 1, w.logged("drops a delivery"))
				require.Equal(t, 1, w.logged(tc.line))
				require.Equal(t, 1, w.logged("drops a delivery: it "+strings.TrimPrefix(tc.line, "it "))+w.logged("its handling panics each time"))
				require.InEpsilon(t, tc.attempts, attempts, 0.1)
				require.Empty(t, w.slots())
				duplicate, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m1", Body: []byte("poison")})
				require.NoError(t, err)
				require.True(t, duplicate, "a dropped delivery stays dropped")
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

func TestAFullInboxSaysSo(t *testing.T) {
	t.Run("backlog", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			release := make(chan struct{})
			s := w.server(func(ctx context.Context, d queue.Job) error { <-release; return w.note(ctx, d) }, Options{Backlog: 3})
			for n := range 3 {
				w.send(s, "m", strconv.Itoa(n))
			}
			_, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("3")})
			require.ErrorIs(t, err, queue.ErrFull)
			require.Len(t, w.slots(), 3, "what was refused was not written")
			close(release)
			synctest.Wait()
			w.send(s, "m", "3")
			require.Equal(t, []string{"0", "1", "2", "3"}, w.done())
		})
	})
	t.Run("ring", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			release := make(chan struct{})
			s := w.server(func(context.Context, queue.Job) error { <-release; return nil }, Options{Slots: 4})
			refused := 0
			for n := range 100 {
				_, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte(strconv.Itoa(n))})
				if err != nil {
					require.ErrorIs(t, err, queue.ErrFull)
					refused++
				}
			}
			require.Equal(t, 96, refused)
			require.Len(t, w.slots(), 4)
			close(release)
			require.Empty(t, w.slots())
		})
	})
}

func TestNothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	for name, broken := range map[string]storetest.Op{"reads fail": storetest.Get, "writes fail": storetest.Swap} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				s := w.server(nil, Options{})
				w.kv.OnCall(func(op storetest.Op, _ string) error {
					if op == broken {
						return errors.New("database gone")
					}
					return nil
				})
				d := queue.Job{Kind: "zoom", Key: "m", Body: []byte("x")}
				_, err := s.Accept(t.Context(), d)
				require.ErrorContains(t, err, "database gone")
				w.kv.OnCall(nil)
				require.Empty(t, w.done())
				w.send(s, "m", "x")
				require.Equal(t, []string{"x"}, w.done(), "the sender's next attempt goes through")
			})
		})
	}
}

// The connection to the database may break after the commit: the sender gets an error, but the record exists.
func TestAWriteThatWasDoneButNotConfirmed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, Options{})
		w.kv.OnAnswer(func(op storetest.Op, _ string) error {
			if op == storetest.Swap {
				return errors.New("connection reset")
			}
			return nil
		})
		_, err := s.Accept(t.Context(), queue.Job{Kind: "zoom", Key: "m", Body: []byte("x")})
		require.Error(t, err)
		w.kv.OnAnswer(nil)
		w.send(s, "m", "x")
		for range 3 {
			s.Sweep(t.Context(), false)
			time.Sleep(time.Minute)
		}
		require.Equal(t, []string{"x"}, w.done())
		require.Empty(t, w.slots())
	})
}

func TestATableThatFailsForAWhileLosesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, d queue.Job) error { time.Sleep(time.Second); return w.note(ctx, d) }, Options{})
		for n := range 5 {
			w.send(s, strconv.Itoa(n), strconv.Itoa(n))
		}
		w.kv.OnCall(func(storetest.Op, string) error { return errors.New("database gone") })
		time.Sleep(2 * time.Minute)
		w.kv.OnCall(nil)
		time.Sleep(5 * time.Minute)
		require.Subset(t, w.done(), []string{"0", "1", "2", "3", "4"})
		require.Empty(t, w.slots())
	})
}

func TestReplicasThatAreBehindDoNotMatter(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.kv.Lag(time.Second)
		one, two := w.server(nil, Options{}), w.server(nil, Options{})
		var senders sync.WaitGroup
		for n := range 50 {
			senders.Go(func() { w.send(one, "m", strconv.Itoa(n)); w.send(two, "m", strconv.Itoa(n)) })
		}
		senders.Wait()
		for range 5 {
			time.Sleep(time.Minute)
			one.Sweep(t.Context(), true)
			two.Sweep(t.Context(), true)
		}
		require.Len(t, w.done(), 50)
		require.Empty(t, w.slots())
	})
}

func BenchmarkAcceptAndHandle(b *testing.B) {
	kv := storetest.NewMemoryKV(time.Now)
	var left sync.WaitGroup
	handle := func(context.Context, queue.Job) error { left.Done(); return nil }
	i := NewInbox(kv, time.Now, slog.New(slog.DiscardHandler), handle, Options{Backlog: 1 << 20})
	i.Start()
	body := strings.Repeat("x", 2000)
	for n := 0; b.Loop(); n++ {
		left.Add(1)
		d := queue.Job{Kind: "zoom", Key: strconv.Itoa(n % 64), Body: []byte(strconv.Itoa(n) + body)}
		if _, err := i.Accept(context.Background(), d); err != nil {
			b.Fatal(err)
		}
		if n%256 == 0 {
			left.Wait()
		}
	}
	left.Wait()
	require.NoError(b, i.Close(context.Background()))
}

// The table stores our claim and the connection breaks before it can confirm: that must not count as another server's claim.
func TestAClaimThatWasTakenButNotConfirmedIsOurs(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, Options{})
		var once sync.Once
		w.kv.OnAnswer(func(op storetest.Op, key string) (err error) {
			if op == storetest.Swap && strings.HasPrefix(key, "clm.") {
				once.Do(func() { err = errors.New("the connection broke") })
			}
			return err
		})
		w.send(s, "meeting", "ended")
		time.Sleep(claimLease / 2)
		synctest.Wait()
		require.Equal(t, []string{"ended"}, w.handled, "long before the claim would run out")
	})
}

func TestADeliveryThatIsTooEarlyIsRetriedLaterWithoutALogLine(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		looked := 0
		s := w.server(func(ctx context.Context, d queue.Job) error {
			if looked++; looked == 1 {
				return queue.RetryAfter(errors.New("not known yet"), 15*time.Second)
			}
			return w.note(ctx, d)
		}, Options{})
		w.send(s, "meeting", "started")
		time.Sleep(14 * time.Second)
		require.Empty(t, w.done())
		time.Sleep(2 * time.Second)
		require.Equal(t, []string{"started"}, w.done())
		require.Empty(t, w.log)
		require.Equal(t, 2, looked)
	})
}
