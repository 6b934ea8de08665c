package queue_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
)

// delivered returns a delivery of a connection.
func delivered(source, body string) queue.Job {
	return queue.Job{Kind: "bridge", Source: source, Key: source + body[:min(len(body), 8)], Body: []byte(body)}
}

// floods sends this many of the connection's deliveries of this size, and returns how many were accepted.
func (w *world) floods(s *server, source string, many, size int) int {
	w.t.Helper()
	taken := 0
	for n := range many {
		body := fmt.Sprintf("%08d", n) + strings.Repeat("x", size)
		j := delivered(source, body)
		j.ID = source + body[:8] // otherwise the ID is a digest of megabytes
		if _, err := s.Accept(w.t.Context(), j); err == nil {
			taken++
		} else if !errors.Is(err, queue.ErrQuota) {
			require.ErrorIs(w.t, err, queue.ErrFull)
		}
	}
	return taken
}

// stuckOn returns a handler that doesn't end for jobs of these sources, and records the others.
func (w *world) stuckOn(prefix string) queue.Handler {
	return func(ctx context.Context, j queue.Job) error {
		if strings.HasPrefix(j.Source, prefix) {
			<-ctx.Done()
			return ctx.Err()
		}
		return w.note(ctx, j)
	}
}

func TestOneConnectionThatFloodsAffectsNoOther(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(w.stuckOn("noisy"), queue.Options{})
		for name, size := range map[string]int{"small": 100, "large": 1 << 20} {
			taken := w.floods(s, "noisy"+name, 1000, size)
			require.Positive(t, taken, name)
			require.LessOrEqual(t, taken, 512, name)
			require.LessOrEqual(t, s.Counted().Of["noisy"+name].Bytes, int64(3<<20))
		}
		_, err := s.Accept(t.Context(), delivered("noisysmall", "one more"))
		require.ErrorIs(t, err, queue.ErrQuota)

		begun := time.Now()
		_, err = s.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		w.send(s, "m", "meeting.started")
		require.ElementsMatch(t, []string{"a build", "meeting.started"}, w.done(), "at once, though hundreds came before")
		require.Zero(t, time.Since(begun))
		require.LessOrEqual(t, s.Counted().Held.Bytes, int64(16<<20))
	})
}

func TestManyConnectionsThatFloodLeaveRoomForAnotherAndForZoom(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(w.stuckOn("noisy"), queue.Options{})
		for n := range 20 {
			w.floods(s, fmt.Sprint("noisy", n), 120, 50<<10)
		}
		require.LessOrEqual(t, s.Counted().Held.Bytes, int64(14<<20), "an eighth is kept for Zoom")
		_, err := s.Accept(t.Context(), delivered("noisy as well", strings.Repeat("x", 100<<10)))
		require.NoError(t, err, "there is room for one that has sent nothing yet")
		for n := range 200 {
			w.send(s, strconv.Itoa(n), "meeting "+strconv.Itoa(n))
		}
		require.Len(t, w.done(), 200, "one worker is left for Zoom although all others are stuck")
	})
}

func TestConnectionsTakeTurns(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, j queue.Job) error { time.Sleep(time.Second); return w.note(ctx, j) }, queue.Options{})
		w.floods(s, "noisy", 400, 10)
		_, err := s.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		time.Sleep(2500 * time.Millisecond)
		require.Contains(t, w.done(), "a build", "it waits for one turn, not for four hundred")
		time.Sleep(5 * time.Minute)
		require.Len(t, w.done(), 401)
	})
}

// A failing job is retried for a day, and is in the store until then.
func TestJobsThatFailCountAgainstTheirSourceOnEachServer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		fails := func(ctx context.Context, j queue.Job) error {
			if strings.HasPrefix(j.Source, "noisy") {
				return errors.New("the channel cannot be posted in")
			}
			return w.note(ctx, j)
		}
		var servers []*server
		for range 4 {
			servers = append(servers, w.server(fails, queue.Options{}))
		}
		for round := range 20 {
			for n, s := range servers {
				for k := range 100 {
					j := delivered("noisy", fmt.Sprintf("%d-%d-%d", round, n, k))
					if _, err := s.Accept(t.Context(), j); err != nil {
						require.ErrorIs(t, err, queue.ErrQuota)
					}
				}
			}
			time.Sleep(queue.RenewEvery)
		}
		require.Less(t, len(w.unfinished()), 512+4*100, "its limit, however many servers there are, and what they didn't know of one another")
		for n, s := range servers {
			_, err := s.Accept(t.Context(), delivered("quiet", fmt.Sprint("build ", n)))
			require.NoError(t, err)
			w.send(s, "m", fmt.Sprint("meeting ", n))
		}
		require.Len(t, w.done(), 8)
	})
}

// A starting server finds what others left; it must not load all of it into memory.
func TestWhatWasLeftBehindIsTakenOverAsThereIsRoom(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.server(w.stuckOn(""), queue.Options{Bytes: 1 << 40, PerSourceBytes: 1 << 40})
		require.Equal(t, 40, w.floods(first, "noisy", 40, 1<<20))
		_, err := first.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		first.kill()
		time.Sleep(queue.Lease)

		second := w.server(w.stuckOn("noisy"), queue.Options{})
		require.Equal(t, []string{"a build"}, w.done())
		require.LessOrEqual(t, second.Counted().Held.Bytes, int64(3<<20))
		require.Positive(t, second.Counted().Held.Jobs)
		require.Len(t, w.unfinished(), 40)
		second.kill()
		time.Sleep(queue.Lease)

		w.server(nil, queue.Options{})
		time.Sleep(10 * time.Minute)
		require.Len(t, w.done(), 41, "none is lost")
		require.Empty(t, w.unfinished())
	})
}

func TestZoomsJobsAreTakenOverThoughOthersFillTheServer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		dead := w.server(stuck, queue.Options{})
		w.send(dead, "m", "meeting.ended")
		_, err := dead.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		dead.kill()
		s := w.server(w.stuckOn("noisy"), queue.Options{Backlog: 64})
		for n := range 60 {
			w.floods(s, fmt.Sprint("noisy", n), 5, 10)
		}
		require.Equal(t, 56, s.Counted().Held.Jobs)
		time.Sleep(time.Minute)
		require.Equal(t, []string{"meeting.ended"}, w.done())
		require.Len(t, w.unfinished(), 57)
	})
}

// More was left than a server has room for: it takes the rest as soon as it has some, without waiting for the next regular look.
func TestALargeBacklogIsTakenOverWithoutPauses(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, source := range []string{"zoom", "bridge"} {
			dead := w.server(stuck, queue.Options{Backlog: 8000, PerSource: 4000})
			for n := range 1500 {
				_, err := dead.Accept(t.Context(), queue.Job{Kind: source, Key: strconv.Itoa(n), Body: []byte(strconv.Itoa(n))})
				require.NoError(t, err)
			}
			dead.kill()
			time.Sleep(time.Minute)
			begun, handled := time.Now(), len(w.done())
			s := w.server(func(ctx context.Context, j queue.Job) error { time.Sleep(10 * time.Millisecond); return w.note(ctx, j) },
				queue.Options{Backlog: 200, PerSource: 100})
			for len(w.done()) < handled+1500 {
				time.Sleep(100 * time.Millisecond)
			}
			require.Less(t, time.Since(begun), 5*time.Second, source)
			require.Empty(t, w.unfinished())
			s.kill()
		}
	})
}

func TestTheRoomIsEmptyWhenEverythingIsDone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		tries := map[string]int{}
		s := w.server(func(ctx context.Context, j queue.Job) error {
			w.mu.Lock()
			tries[j.ID]++
			n := tries[j.ID]
			w.mu.Unlock()
			switch {
			case n == 1 && j.Body[7]%2 == 0:
				return errors.New("again")
			case n == 1:
				return queue.RetryAfter(errors.New("a moment"), time.Second)
			}
			return w.note(ctx, j)
		}, queue.Options{})
		require.Equal(t, 100, w.floods(s, "one", 100, 10))
		w.later(s, "c", "later", time.Minute)
		synctest.Wait()
		counted := s.Counted()
		require.Equal(t, 50, counted.Of["one"].Jobs, "those that wait a moment")
		require.Equal(t, 50, counted.Waits["one"].Jobs, "those that failed")
		require.Len(t, counted.Waits, 1, "what is only for later takes no room")
		time.Sleep(time.Hour)
		require.Len(t, w.done(), 101)
		require.Equal(t, queue.Counts{Of: map[string]queue.Amount{}, Waits: map[string]queue.Amount{}}, s.Counted())
	})
}
