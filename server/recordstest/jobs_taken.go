package recordstest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
)

func jobsAreTakenInOrder(t *testing.T, w JobsWorld) {
	t.Helper()
	for n := range 5 {
		w.stores(t, "s", fmt.Sprint(n))
	}
	require.Len(t, w.renews(t, 0, "4", "3", "2", "1", "0"), 5, "so that all leases end in one moment")
	w.releases(t, 0, queue.Released{ID: "3"})
	w.Passes(outlast)
	ids, _ := w.takes(t, 1, queue.Want{Jobs: 3, Bytes: 1 << 20})
	require.Equal(t, []string{"3", "0", "1"}, ids, "first what waits longest, and then in the order of arrival")
	ids, _ = w.takes(t, 1, everything)
	require.Equal(t, []string{"2", "4"}, ids)
}

func jobsAreTakenAsWanted(t *testing.T, w JobsWorld) {
	t.Helper()
	for n, source := range []string{"noisy", "noisy", "noisy", "quiet", "zoom"} {
		w.stores(t, source, fmt.Sprint("job ", n)) // five bytes each
	}
	w.Passes(outlast)
	ids, _ := w.takes(t, 1, queue.Want{Jobs: 1, Bytes: 1 << 20})
	require.Equal(t, []string{"job 0"}, ids)
	ids, _ = w.takes(t, 1, queue.Want{Jobs: 10, Bytes: 1 << 20, Only: "zoom"})
	require.Equal(t, []string{"job 4"}, ids)
	ids, _ = w.takes(t, 1, queue.Want{Jobs: 10, Bytes: 1 << 20, Except: []string{"other", "noisy"}})
	require.Equal(t, []string{"job 3"}, ids)
	ids, _ = w.takes(t, 1, queue.Want{Jobs: 10, Bytes: 5})
	require.Equal(t, []string{"job 1"}, ids, "the first one fills it")
	ids, _ = w.takes(t, 1, queue.Want{Jobs: 10, Bytes: 6})
	require.Equal(t, []string{"job 2"}, ids)
}

func jobsCountCrashes(t *testing.T, w JobsWorld) {
	t.Helper()
	w.stores(t, "s", "suspect")
	w.stores(t, "s", "innocent")
	crashes := func(server int) map[string]int {
		w.Passes(outlast)
		_, taken := w.takes(t, server, everything)
		found := map[string]int{}
		for _, job := range taken {
			found[job.ID] = job.Crashes
		}
		return found
	}
	require.Equal(t, map[string]int{"suspect": 1, "innocent": 1}, crashes(1), "nobody knows which of them was handled")
	require.True(t, w.starts(t, 1, "suspect"))
	require.Equal(t, map[string]int{"suspect": 2, "innocent": 1}, crashes(0))
	require.Equal(t, map[string]int{"suspect": 2, "innocent": 1}, crashes(1), "neither was started")
	require.True(t, w.starts(t, 1, "suspect"))
	w.releases(t, 1, queue.Released{ID: "innocent", Crashes: 1})
	require.Equal(t, map[string]int{"suspect": 3, "innocent": 1}, crashes(0), "what was given back keeps what it is told")
	w.releases(t, 0, queue.Released{ID: "suspect", Attempt: 1})
	require.Equal(t, map[string]int{"suspect": 0, "innocent": 1}, crashes(1), "a failure is no crash")
}

func jobsAreCounted(t *testing.T, w JobsWorld) {
	t.Helper()
	for n, source := range []string{"a", "a", "b", "c"} {
		w.stores(t, source, fmt.Sprint(n))
	}
	later := w.job("d", "later")
	later.NotBefore = w.Now().Add(time.Hour)
	_, err := w.Stores[0].Insert(t.Context(), "", later)
	require.NoError(t, err)
	for _, id := range []string{"0", "1", "2"} {
		w.releases(t, 0, queue.Released{ID: id, Wait: time.Minute, Attempt: 1})
	}
	waiting, err := w.Stores[1].Waiting(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]queue.Amount{"a": {Jobs: 2, Bytes: 2}, "b": {Jobs: 1, Bytes: 1}}, waiting)
}

func jobsAreTakenOnce(t *testing.T, w JobsWorld) {
	t.Helper()
	const jobs = 200
	for n := range jobs {
		_, err := w.Stores[0].Insert(t.Context(), "", w.job(fmt.Sprint("s", n%3), fmt.Sprint(n)))
		require.NoError(t, err)
	}
	var mu sync.Mutex
	times := map[string]int{}
	var failed []error
	var all sync.WaitGroup
	for server := range 8 {
		all.Go(func() {
			for {
				taken, err := w.Stores[server%2].Take(t.Context(), holder(server), queue.Want{Jobs: 7, Bytes: 1 << 20})
				mu.Lock()
				failed = append(failed, err)
				for _, job := range taken {
					times[job.ID]++
				}
				ended := len(times) == jobs || err != nil
				mu.Unlock()
				if ended {
					return
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, errors.Join(failed...))
	require.Len(t, times, jobs)
	for id, n := range times {
		require.Equal(t, 1, n, id)
	}
}

func jobsAreForgotten(t *testing.T, w JobsWorld) {
	t.Helper()
	w.stores(t, "s", "old")
	w.stores(t, "s", "unfinished")
	w.finishes(t, 0, "old")
	w.Passes(queue.Kept + time.Hour)
	w.stores(t, "s", "new")
	w.finishes(t, 0, "new")
	require.NoError(t, w.Stores[1].Prune(t.Context()))
	require.False(t, w.known(t, "old"))
	require.True(t, w.known(t, "new"))
	require.True(t, w.known(t, "unfinished"), "however old it is")
}
