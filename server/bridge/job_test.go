package bridge_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// startQueue starts a queue with this handler, until the end of the test.
func startQueue(t *testing.T, handle queue.Handler) *queue.Engine {
	t.Helper()
	q := queue.New(queue.Dependencies{Store: memory.New(time.Now).Jobs, Handle: handle, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, queue.Options{})
	q.Start()
	t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = q.Close(ended) // what waits is of no interest any more
	})
	return q
}

func TestWhatFollowsFromADeliveryHasRoomWhenItsConnectionHasNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inbox := bridge.NewJobInbox(startQueue(t, func(ctx context.Context, _ queue.Job) error { <-ctx.Done(); return ctx.Err() }))
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

func TestJobsComeOutOfTheQueueAsTheyWentIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []bridge.Job
		inbox := bridge.NewJobInbox(startQueue(t, func(_ context.Context, d queue.Job) error {
			j, err := bridge.ReadJob(d)
			mu.Lock()
			defer mu.Unlock()
			got = append(got, j)
			return err
		}))
		jobs := func() []bridge.Job {
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(got)
		}
		delivery := bridge.Job{
			ID: "d1", Key: "conn/build 1", Connection: "conn",
			Delivery: provider.Delivery{
				Header: map[string]string{"X-Event-Key": "repo:push"}, PathSecret: "s", Body: []byte{0, 0xff, '{'}, ReceivedAt: time.Now().UTC(),
			},
			Proof: provider.Proof{Secret: 1, By: provider.BySignature},
		}
		task := bridge.Job{
			ID: "t1", Key: "conn", Connection: "conn", Task: &provider.Task{Key: "builds", After: time.Minute, Round: 2, Data: []byte(`{"a":1}`)},
			NotBefore: time.Now().Add(time.Minute).UTC(),
		}
		for range 2 {
			require.NoError(t, inbox.Accept(t.Context(), delivery))
			require.Len(t, jobs(), 1)
		}
		require.NoError(t, inbox.Accept(t.Context(), task))
		time.Sleep(2 * time.Minute)
		require.Equal(t, []bridge.Job{delivery, task}, jobs())

		nameless := bridge.Job{Connection: "conn", Task: &provider.Task{Key: "one"}}
		require.NoError(t, inbox.Accept(t.Context(), nameless))
		nameless.Task = &provider.Task{Key: "two"}
		require.NoError(t, inbox.Accept(t.Context(), nameless))
		require.Len(t, jobs(), 4, "jobs without an ID are told apart by what they say")
	})
}

func TestABrokenJobIsAnError(t *testing.T) {
	t.Parallel()
	for _, header := range []map[string]string{nil, {bridge.JobHeader: "{"}, {bridge.JobHeader: `{"conn":7}`}} {
		_, err := bridge.ReadJob(queue.Job{Kind: bridge.JobKind, Header: header})
		require.ErrorContains(t, err, "read a job")
	}
}

func FuzzJob(f *testing.F) {
	f.Add("bridge.d1", `{"conn":"c","delivery":{"Header":{"A":"b"}},"proof":{"By":"path"}}`, []byte("body"))
	f.Add("", `{"task":{"key":"k","after":-1}}`, []byte(nil))
	f.Fuzz(func(t *testing.T, id, header string, body []byte) {
		j, err := bridge.ReadJob(queue.Job{ID: id, Header: map[string]string{bridge.JobHeader: header}, Body: body})
		if err == nil && string(j.Delivery.Body) != string(body) {
			t.Fatalf("the body is %q", j.Delivery.Body)
		}
	})
}
