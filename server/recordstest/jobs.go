package recordstest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/queue"
)

// JobsWorld is an empty store of jobs, as several servers share it.
type JobsWorld struct {
	// Stores are what the servers use.
	Stores [2]queue.Store
	// Passes lets time pass in the store, and Now is its clock.
	Passes func(d time.Duration)
	Now    func() time.Time
}

// Jobs runs the contract of queue.Store. Each open returns an empty world.
func Jobs(t *testing.T, open func(t *testing.T) JobsWorld) {
	t.Helper()
	for name, story := range map[string]func(t *testing.T, w JobsWorld){
		"a job comes back as it was stored":            jobsKeepTheirContent,
		"a repeated job is known":                      jobsAreKnown,
		"only one of two servers stores a job":         jobsAreStoredOnce,
		"a leased job is taken when its lease is out":  jobsAreTakenOver,
		"a server that lost its lease changes nothing": jobsAreFenced,
		"renewed leases last":                          jobsAreRenewed,
		"a released job waits":                         jobsWait,
		"a job for later waits until its time":         jobsForLater,
		"what waits longest is taken first":            jobsAreTakenInOrder,
		"no more is taken than wanted":                 jobsAreTakenAsWanted,
		"crashes are counted":                          jobsCountCrashes,
		"what waits is counted by source":              jobsAreCounted,
		"several servers never take the same":          jobsAreTakenOnce,
		"a finished job is forgotten":                  jobsAreForgotten,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, open(t))
		})
	}
}

// everything is a Want without limits that matter.
var everything = queue.Want{Jobs: 1000, Bytes: 1 << 30}

// stores makes server 0 store a job of this source, leased to it.
func (w JobsWorld) stores(t *testing.T, source, id string) {
	t.Helper()
	known, err := w.Stores[0].Insert(t.Context(), holder(0), w.job(source, id))
	require.NoError(t, err)
	require.False(t, known)
}

func (w JobsWorld) job(source, id string) queue.Job {
	return queue.Job{ID: id, Kind: "kind", Source: source, Key: "key", Body: []byte(id), ReceivedAt: w.Now()}
}

func holder(server int) string { return fmt.Sprint("server", server) }

// takes returns the IDs of what the server takes, and the jobs.
func (w JobsWorld) takes(t *testing.T, server int, want queue.Want) ([]string, []queue.Taken) {
	t.Helper()
	taken, err := w.Stores[server].Take(t.Context(), holder(server), want)
	require.NoError(t, err)
	ids := []string{}
	for _, job := range taken {
		ids = append(ids, job.ID)
	}
	return ids, taken
}

// releases makes the server give the job back.
func (w JobsWorld) releases(t *testing.T, server int, r queue.Released) {
	t.Helper()
	require.NoError(t, w.Stores[server].Release(t.Context(), holder(server), []queue.Released{r}))
}

func (w JobsWorld) finishes(t *testing.T, server int, ids ...string) {
	t.Helper()
	var all []queue.Finished
	for _, id := range ids {
		all = append(all, queue.Finished{ID: id, Result: queue.Handled, Attempts: 1})
	}
	require.NoError(t, w.Stores[server].Finish(t.Context(), holder(server), all))
}

func (w JobsWorld) starts(t *testing.T, server int, id string) bool {
	t.Helper()
	mine, err := w.Stores[server].Start(t.Context(), holder(server), id)
	require.NoError(t, err)
	return mine
}

func (w JobsWorld) renews(t *testing.T, server int, ids ...string) []string {
	t.Helper()
	kept, err := w.Stores[server].Renew(t.Context(), holder(server), ids)
	require.NoError(t, err)
	return kept
}

// known reports whether the store knows a job with this ID.
func (w JobsWorld) known(t *testing.T, id string) bool {
	t.Helper()
	known, err := w.Stores[0].Insert(t.Context(), holder(0), w.job("x", id))
	require.NoError(t, err)
	return known
}

// outlast is longer than a lease.
const outlast = queue.Lease + time.Second

func jobsKeepTheirContent(t *testing.T, w JobsWorld) {
	t.Helper()
	at := w.Now().UTC().Truncate(time.Microsecond)
	jobs := map[string]queue.Job{
		"whole": {
			ID: "whole", Kind: "kind", Source: "source", Key: "key ü 'quoted' \\", Body: []byte{0, 0xff, '{', '\\'},
			Header: map[string]string{"X-Event": "a\"b\u2028", "nul": "\x00", "empty": ""}, ReceivedAt: at.Add(-time.Hour), NotBefore: at.Add(-time.Minute),
		},
		"bare": {ID: "bare", Kind: "kind", Source: "source", ReceivedAt: at},
		"large": {
			ID: "large", Kind: "kind", Source: "source", Body: []byte(strings.Repeat("x", 5<<20)), ReceivedAt: at,
		},
	}
	for _, job := range jobs {
		known, err := w.Stores[0].Insert(t.Context(), "", job)
		require.NoError(t, err)
		require.False(t, known)
	}
	_, taken := w.takes(t, 1, queue.Want{Jobs: 10, Bytes: 1 << 30})
	require.Len(t, taken, len(jobs))
	for _, got := range taken {
		want := jobs[got.ID]
		require.True(t, want.ReceivedAt.Equal(got.ReceivedAt))
		require.True(t, want.NotBefore.Equal(got.NotBefore))
		require.Equal(t, string(want.Body), string(got.Body))
		require.Equal(t, len(want.Header), len(got.Header))
		for name, value := range want.Header {
			require.Equal(t, value, got.Header[name])
		}
		want.ReceivedAt, want.NotBefore, want.Body, want.Header = got.ReceivedAt, got.NotBefore, got.Body, got.Header
		require.Equal(t, want, got.Job)
	}

	// Keys hold what providers send. What no database can store must not stop the others.
	hostile := w.job("source", "hostile")
	hostile.Key = "a\x00b\xff"
	known, err := w.Stores[0].Insert(t.Context(), "", hostile)
	require.NoError(t, err)
	require.False(t, known)
	ids, _ := w.takes(t, 0, everything)
	require.Equal(t, []string{"hostile"}, ids)
}

func jobsAreKnown(t *testing.T, w JobsWorld) {
	t.Helper()
	require.False(t, w.known(t, "a"))
	require.True(t, w.known(t, "a"), "while it is leased")
	w.releases(t, 0, queue.Released{ID: "a", Wait: time.Minute})
	require.True(t, w.known(t, "a"), "while it waits")
	w.Passes(2 * time.Minute)
	ids, _ := w.takes(t, 1, everything)
	require.Equal(t, []string{"a"}, ids, "the repeats leased it to no one")
	w.finishes(t, 1, "a")
	require.True(t, w.known(t, "a"), "after it is finished")
	w.Passes(queue.Kept - time.Hour)
	require.NoError(t, w.Stores[0].Prune(t.Context()))
	require.True(t, w.known(t, "a"), "for days")
	ids, _ = w.takes(t, 1, everything)
	require.Empty(t, ids)
}

func jobsAreStoredOnce(t *testing.T, w JobsWorld) {
	t.Helper()
	const jobs, each = 20, 4
	var mu sync.Mutex
	stored := map[string]int{}
	var all sync.WaitGroup
	var failed []error
	for n := range jobs {
		for try := range each {
			all.Go(func() {
				id := fmt.Sprint("job", n)
				known, err := w.Stores[try%2].Insert(t.Context(), holder(try%2), w.job("s", id))
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, err)
				if !known {
					stored[id]++
				}
			})
		}
	}
	all.Wait()
	require.NoError(t, errors.Join(failed...))
	require.Len(t, stored, jobs)
	for id, times := range stored {
		require.Equal(t, 1, times, id)
	}
}

func jobsAreTakenOver(t *testing.T, w JobsWorld) {
	t.Helper()
	w.stores(t, "s", "a")
	ids, _ := w.takes(t, 1, everything)
	require.Empty(t, ids, "it has a lease")
	w.Passes(queue.Lease - 2*time.Second)
	ids, _ = w.takes(t, 1, everything)
	require.Empty(t, ids)
	w.Passes(3 * time.Second)
	ids, _ = w.takes(t, 1, everything)
	require.Equal(t, []string{"a"}, ids)
	ids, _ = w.takes(t, 0, everything)
	require.Empty(t, ids, "it has another lease")
}

func jobsAreFenced(t *testing.T, w JobsWorld) {
	t.Helper()
	w.stores(t, "s", "a")
	w.Passes(outlast)
	w.takes(t, 1, everything)

	require.False(t, w.starts(t, 0, "a"))
	require.Empty(t, w.renews(t, 0, "a"))
	w.finishes(t, 0, "a")
	w.releases(t, 0, queue.Released{ID: "a", Attempt: 7})
	ids, _ := w.takes(t, 0, everything)
	require.Empty(t, ids, "the other server has it still")

	require.True(t, w.starts(t, 1, "a"))
	require.Equal(t, []string{"a"}, w.renews(t, 1, "a", "unknown"))
	w.finishes(t, 1, "a")
	require.Empty(t, w.renews(t, 1, "a"), "it is finished")
	require.False(t, w.starts(t, 1, "a"))
	w.releases(t, 1, queue.Released{ID: "a"})
	w.Passes(outlast)
	ids, _ = w.takes(t, 0, everything)
	require.Empty(t, ids, "a finished job stays finished")
}

func jobsAreRenewed(t *testing.T, w JobsWorld) {
	t.Helper()
	w.stores(t, "s", "a")
	w.stores(t, "s", "b")
	for range 3 {
		w.Passes(20 * time.Second)
		require.Equal(t, []string{"a"}, w.renews(t, 0, "a"))
	}
	ids, _ := w.takes(t, 1, everything)
	require.Equal(t, []string{"b"}, ids, "only the other lease has run out")
	require.Empty(t, w.renews(t, 0))
}

func jobsWait(t *testing.T, w JobsWorld) {
	t.Helper()
	w.stores(t, "s", "a")
	w.stores(t, "s", "b")
	w.releases(t, 0, queue.Released{ID: "a", Wait: time.Minute, Attempt: 3})
	w.releases(t, 0, queue.Released{ID: "b"})
	ids, _ := w.takes(t, 1, everything)
	require.Equal(t, []string{"b"}, ids, "at once")
	w.Passes(59 * time.Second)
	ids, _ = w.takes(t, 1, queue.Want{Jobs: 10, Bytes: 1, Except: []string{"other"}})
	require.Equal(t, []string{"b"}, ids, "its lease is out")
	w.Passes(2 * time.Second)
	ids, taken := w.takes(t, 1, everything)
	require.Equal(t, []string{"a"}, ids)
	require.Equal(t, 3, taken[0].Attempt)
	require.Zero(t, taken[0].Crashes)
}

func jobsForLater(t *testing.T, w JobsWorld) {
	t.Helper()
	later := w.job("s", "a")
	later.NotBefore = w.Now().Add(time.Hour)
	for _, known := range []bool{false, true} {
		was, err := w.Stores[0].Insert(t.Context(), "", later)
		require.NoError(t, err)
		require.Equal(t, known, was)
	}
	w.Passes(59 * time.Minute)
	ids, _ := w.takes(t, 1, everything)
	require.Empty(t, ids)
	w.Passes(2 * time.Minute)
	ids, taken := w.takes(t, 1, everything)
	require.Equal(t, []string{"a"}, ids)
	require.Zero(t, taken[0].Crashes, "no server had it")
}
