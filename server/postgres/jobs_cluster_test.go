package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/queue"
)

// mortalJobs are the jobs as one server sees them, until it dies.
type mortalJobs struct {
	queue.Store
	dead atomic.Bool
}

var errDead = errors.New("the server is dead")

func (m *mortalJobs) Finish(ctx context.Context, holder string, jobs []queue.Finished) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Finish(ctx, holder, jobs)
}

func (m *mortalJobs) Release(ctx context.Context, holder string, jobs []queue.Released) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Release(ctx, holder, jobs)
}

// Two servers get 2,000 requests, many of them on both and more than once, in any order. One server is killed in the middle. Whatever was
// acknowledged is carried out; only what the dead server was working on, or had not yet recorded, is carried out a second time.
func TestNoJobIsLostWhenOneOfTwoServersIsKilled(t *testing.T) {
	t.Parallel()
	const requests = 2000
	source := pgtest.Source(t)
	var mu sync.Mutex
	times := map[string]int{}
	handle := func(_ context.Context, j queue.Job) error {
		time.Sleep(rand.N(2 * time.Millisecond))
		mu.Lock()
		defer mu.Unlock()
		times[j.ID]++
		return nil
	}
	var stores [2]*mortalJobs
	var servers [2]*queue.Engine
	for n := range servers {
		stores[n] = &mortalJobs{Store: postgres.NewJobs(pgtest.Reopen(t, source))}
		servers[n] = queue.New(queue.Dependencies{Store: stores[n], Handle: handle, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, queue.Options{})
		servers[n].Start()
	}
	ids := rand.Perm(requests)
	var senders sync.WaitGroup
	var sent atomic.Int64
	for sender := range 8 {
		senders.Go(func() {
			for at := sender; at < requests; at += 8 {
				j := queue.Job{ID: strconv.Itoa(ids[at]), Kind: "k", Source: fmt.Sprint("s", at%20), Key: strconv.Itoa(at % 50), Body: []byte("{}")}
				for range 1 + rand.IntN(2) { // some come twice; who gets no answer tries the other server
					if _, err := servers[rand.IntN(2)].Accept(t.Context(), j); err != nil {
						_, err = servers[1].Accept(t.Context(), j)
						if err != nil {
							t.Error(err)
						}
					}
				}
				if sent.Add(1) == requests/2 {
					stores[0].dead.Store(true)
					ended, cancel := context.WithCancel(context.Background())
					cancel()
					_ = servers[0].Close(ended) // a dead server reports to no one
				}
			}
		})
	}
	senders.Wait()
	run(t, source, `UPDATE zoom_job SET next_at = now() WHERE finished_at IS NULL`) // the leases of the dead run out
	require.Eventually(t, func() bool {
		servers[1].Wake()
		return count(t, source, `SELECT count(*) FROM zoom_job WHERE finished_at IS NULL`) == 0
	}, 30*time.Second, 50*time.Millisecond)
	require.NoError(t, servers[1].Close(context.Background()))
	require.Len(t, times, requests)
	require.Equal(t, requests, count(t, source, `SELECT count(*) FROM zoom_job WHERE result = 'handled'`))
	again := 0
	for _, n := range times {
		again += n - 1
	}
	t.Logf("%d of %d were carried out again", again, requests)
	require.Less(t, again, requests/4)
}
