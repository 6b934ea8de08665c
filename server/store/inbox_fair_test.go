package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/store/storetest"
)

// delivered returns a delivery of a connection.
func delivered(source, body string) queue.Job {
	return queue.Job{Kind: bridge.JobKind, Source: source, Key: source + body[:min(len(body), 8)], Body: []byte(body)}
}

// floods sends this many of the connection's deliveries of this size, and returns how many were accepted.
func (w *world) floods(s *server, source string, many, size int) int {
	w.t.Helper()
	taken := 0
	for n := range many {
		body := fmt.Sprintf("%08d", n) + strings.Repeat("x", size)
		d := delivered(source, body)
		d.ID = source + body[:8] // otherwise the ID is a digest of megabytes
		if _, err := s.Accept(w.t.Context(), d); err == nil {
			taken++
		} else if !errors.Is(err, queue.ErrQuota) {
			require.ErrorIs(w.t, err, queue.ErrFull)
		}
	}
	return taken
}

// stuckOn returns a handler that doesn't end for deliveries of these connections, and records the others.
func (w *world) stuckOn(prefix string) queue.Handler {
	return func(ctx context.Context, d queue.Job) error {
		if strings.HasPrefix(d.Source, prefix) {
			<-ctx.Done()
			return ctx.Err()
		}
		return w.note(ctx, d)
	}
}

// counted returns a copy of the server's counts.
func (s *server) counted() (room, lines) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, l := s.room, s.lines
	r.of, r.waits, l.busy, l.working = maps.Clone(r.of), maps.Clone(r.waits), maps.Clone(l.busy), maps.Clone(l.working)
	return r, l
}

// inMemory returns what the server has in memory.
func (s *server) inMemory() amount {
	r, _ := s.counted()
	return r.held
}

func TestOneConnectionThatFloodsAffectsNoOther(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(w.stuckOn("noisy"), Options{})
		for name, size := range map[string]int{"small": 100, "large": 1 << 20} {
			taken := w.floods(s, "noisy"+name, 1000, size)
			require.Positive(t, taken, name)
			require.LessOrEqual(t, taken, 512, name)
		}
		_, err := s.Accept(t.Context(), delivered("noisysmall", "one more"))
		require.ErrorIs(t, err, queue.ErrQuota)

		begun := time.Now()
		_, err = s.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		w.send(s, "m", "meeting.started")
		require.ElementsMatch(t, []string{"a build", "meeting.started"}, w.done(), "at once, though hundreds came before")
		require.Zero(t, time.Since(begun))
		require.LessOrEqual(t, s.inMemory().bytes, int64(64<<20))
	})
}

func TestManyConnectionsThatFloodLeaveRoomForAnotherAndForZoom(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(w.stuckOn("noisy"), Options{})
		for n := range 60 {
			w.floods(s, fmt.Sprint("noisy", n), 40, 50<<10)
		}
		require.LessOrEqual(t, s.inMemory().bytes, int64(56<<20), "an eighth is kept for Zoom")
		_, err := s.Accept(t.Context(), delivered("noisy as well", strings.Repeat("x", 100<<10)))
		require.NoError(t, err, "there is room for one who has sent nothing yet")
		for n := range 200 {
			w.send(s, strconv.Itoa(n), "meeting "+strconv.Itoa(n))
		}
		require.Len(t, w.done(), 200, "one worker is left for Zoom although eleven are stuck")
	})
}

func TestConnectionsTakeTurns(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, d queue.Job) error { time.Sleep(time.Second); return w.note(ctx, d) }, Options{})
		w.floods(s, "noisy", 400, 10)
		_, err := s.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		time.Sleep(2500 * time.Millisecond)
		require.Contains(t, w.done(), "a build", "it waits for one turn, not for four hundred")
		time.Sleep(5 * time.Minute)
		require.Len(t, w.done(), 401)
	})
}

// A failing delivery is retried for a day, and is in the table until then.
func TestDeliveriesThatFailLeaveTheTableToOthers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		fails := func(ctx context.Context, d queue.Job) error {
			if strings.HasPrefix(d.Source, "noisy") {
				return errors.New("the channel cannot be posted in")
			}
			return w.note(ctx, d)
		}
		var servers []*server
		for range 4 {
			servers = append(servers, w.server(fails, Options{}))
		}
		for range 20 {
			for _, s := range servers {
				w.floods(s, "noisy", 300, 10)
			}
			synctest.Wait()
		}
		require.LessOrEqual(t, len(w.slots()), 4096/spread+64, "an eighth of the ring, however many servers")
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
		first := w.server(w.stuckOn(""), Options{Bytes: 1 << 40, PerSourceBytes: 1 << 40})
		require.Equal(t, 40, w.floods(first, "noisy", 40, 1<<20))
		_, err := first.Accept(t.Context(), delivered("quiet", "a build"))
		require.NoError(t, err)
		first.kill()
		time.Sleep(slotLease)

		second := w.server(w.stuckOn("noisy"), Options{})
		require.Equal(t, []string{"a build"}, w.done())
		require.LessOrEqual(t, second.inMemory().bytes, int64(16<<20))
		require.Positive(t, second.inMemory().items)
		second.kill()
		time.Sleep(slotLease)

		w.server(nil, Options{})
		time.Sleep(10 * time.Minute)
		require.Len(t, w.done(), 41, "none is lost")
		require.Empty(t, w.slots())
	})
}

func TestWhatFollowsFromADeliveryHasRoomWhenItsConnectionHasNone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(func(ctx context.Context, _ queue.Job) error { <-ctx.Done(); return ctx.Err() }, Options{})
		inbox := bridge.NewJobInbox(s.Inbox)
		var err error
		for n := 0; err == nil && n < 5000; n++ {
			err = inbox.Accept(t.Context(), bridge.Job{
				Key: strconv.Itoa(n), Connection: "con1", Delivery: provider.Delivery{Body: []byte(strconv.Itoa(n))},
			})
		}
		require.ErrorIs(t, err, queue.ErrQuota)
		require.NoError(t, inbox.Accept(t.Context(), bridge.Job{Key: "a", Connection: "con1", Events: []provider.Event{{ID: "1", Subject: "a"}}}))
		require.NoError(t, inbox.Accept(t.Context(), bridge.Job{Key: "b", Connection: "con1", Task: &provider.Task{Key: "builds"}}))
		require.NoError(t, inbox.Accept(t.Context(), bridge.Job{Key: "c", Connection: "con2", Delivery: provider.Delivery{Body: []byte("1")}}))
	})
}

func TestTheRoomIsEmptyWhenEverythingIsDone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		tries := map[string]int{}
		s := w.server(func(ctx context.Context, d queue.Job) error {
			w.mu.Lock()
			tries[d.ID]++
			n := tries[d.ID]
			w.mu.Unlock()
			switch {
			case n == 1 && d.Body[7]%2 == 0:
				return errors.New("again")
			case n == 1:
				return queue.RetryAfter(errors.New("a moment"), time.Second)
			}
			return w.note(ctx, d)
		}, Options{})
		require.Equal(t, 100, w.floods(s, "one", 100, 10))
		w.later(s, "c", "later", time.Minute)
		synctest.Wait()
		room, _ := s.counted()
		require.Equal(t, 50+50+1, room.of["one"].items+room.waits["one"].items+room.waits[bridge.JobKind].items)
		time.Sleep(time.Hour)
		require.Len(t, w.done(), 101)
		left, lines := s.counted()
		require.Zero(t, left.held)
		require.Zero(t, left.shared)
		require.Empty(t, left.of)
		require.Empty(t, left.waits)
		require.Empty(t, lines.busy)
		require.Empty(t, lines.working)
	})
}

func TestTwoConnectionsShareFewSlotsAndTheReservedOnesNone(t *testing.T) {
	t.Parallel()
	i := NewInbox(storetest.NewMemoryKV(time.Now), time.Now, nil, nil, Options{ReservedFor: "zoom"})
	shared, mine := 0, 0
	for n := range 4096 {
		require.True(t, i.ring.allots("zoom", n))
		if i.ring.allots("one", n) {
			mine++
			require.NotEqual(t, roomShare-1, n%roomShare)
			if i.ring.allots("two", n) {
				shared++
			}
		}
	}
	require.InDelta(t, 448, mine, 90)
	require.Less(t, shared, mine/4)
}
