package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/queue"
)

// busyQueue is a queue on a real database, whose handlers take as long as a post on a busy server.
type busyQueue struct {
	*queue.Engine
	t       *testing.T
	mu      sync.Mutex
	handled map[string]chan struct{}
}

const postTakes = 50 * time.Millisecond

func newBusyQueue(t *testing.T) *busyQueue {
	t.Helper()
	q := &busyQueue{t: t, handled: map[string]chan struct{}{}}
	q.Engine = queue.New(queue.Dependencies{
		Store: postgres.NewJobs(pgtest.Open(t)), Handle: q.handle, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}, queue.Options{ReservedFor: "zoom"})
	q.Start()
	t.Cleanup(func() { require.NoError(t, q.Close(context.Background())) })
	return q
}

func (q *busyQueue) handle(_ context.Context, j queue.Job) error {
	time.Sleep(postTakes)
	q.mu.Lock()
	defer q.mu.Unlock()
	if waits := q.handled[j.ID]; waits != nil {
		close(waits)
	}
	return nil
}

// takes returns how long it takes until such jobs are handled, one after another: the middle of ten.
func (q *busyQueue) takes(kind, source string) time.Duration {
	q.t.Helper()
	var all []time.Duration
	for n := range 10 {
		begun, waits := time.Now(), make(chan struct{})
		id := fmt.Sprint(source, " ", begun.UnixNano())
		q.mu.Lock()
		q.handled[id] = waits
		q.mu.Unlock()
		known, err := q.Accept(q.t.Context(), queue.Job{ID: id, Kind: kind, Source: source, Key: fmt.Sprint(source, n), Body: []byte("{}")})
		require.NoError(q.t, err)
		require.False(q.t, known)
		<-waits
		all = append(all, time.Since(begun))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// One connection sends as fast as it can. Neither another one nor Zoom waits behind it, and it takes no more memory than its share. No other
// test runs meanwhile, since the memory is that of the process.
func TestAFloodFromOneSourceDelaysNeitherAnotherNorZoom(t *testing.T) {
	q := newBusyQueue(t)
	idle := map[string]time.Duration{"another": q.takes("bridge", "bridge.quiet"), "Zoom": q.takes("zoom", "zoom")}
	before := heap()

	var accepted, refused atomic.Int64
	ctx, end := context.WithCancel(t.Context())
	var senders sync.WaitGroup
	body := []byte(strings.Repeat("x", 50<<10))
	for sender := range 8 {
		senders.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				id := fmt.Sprint("noisy ", sender, " ", n)
				switch _, err := q.Accept(t.Context(), queue.Job{ID: id, Kind: "bridge", Source: "bridge.noisy", Key: id, Body: bytes.Clone(body)}); {
				case errors.Is(err, queue.ErrQuota):
					refused.Add(1)
					time.Sleep(time.Millisecond) // a sender at least waits for the answer
				case err != nil:
					t.Error(err)
				default:
					accepted.Add(1)
				}
			}
		})
	}
	require.Eventually(t, func() bool { return refused.Load() > 0 }, 20*time.Second, time.Millisecond, "its room is full")
	flooded := map[string]time.Duration{"another": q.takes("bridge", "bridge.quiet"), "Zoom": q.takes("zoom", "zoom")}
	grown := heap() - before
	end()
	senders.Wait()

	t.Logf("%d accepted, %d refused, the heap grew by %d KiB; until handled: %v, idle: %v", accepted.Load(), refused.Load(), grown>>10, flooded, idle)
	require.Less(t, grown, int64(8<<20))
}

// heap returns the memory that is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far below the limit
}
