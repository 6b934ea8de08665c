package store

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/store/storetest"
)

// later submits a delivery that is due after the wait.
func (w *world) later(s *server, key, body string, wait time.Duration) {
	w.t.Helper()
	d := queue.Job{Kind: "bridge", Key: key, Body: []byte(body), NotBefore: time.Now().Add(wait)}
	duplicate, err := s.Accept(w.t.Context(), d)
	require.NoError(w.t, err)
	require.False(w.t, duplicate)
}

func TestWhatIsForLaterIsHandledWhenItIsDue(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		due, told := time.Now().Add(10*time.Minute), make(chan time.Time, 3)
		s := w.server(func(ctx context.Context, d queue.Job) error { told <- d.NotBefore; return w.note(ctx, d) }, Options{Backlog: 1})
		w.later(s, "c", "builds of 3c5a", 10*time.Minute)
		w.later(s, "c", "builds of 77aa", 20*time.Minute)
		w.send(s, "m", "meeting.started")
		require.Equal(t, []string{"meeting.started"}, w.done(), "what waits takes no room from what does not")

		time.Sleep(9 * time.Minute)
		require.Len(t, w.done(), 1)
		time.Sleep(time.Minute + time.Second)
		require.Equal(t, []string{"meeting.started", "builds of 3c5a"}, w.done())
		require.Zero(t, <-told)
		require.True(t, due.Equal(<-told))
		time.Sleep(10 * time.Minute)
		require.Len(t, w.done(), 3)
		require.Empty(t, w.slots())
	})
}

func TestWhatWasDueBeforeItArrivedIsHandledAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, Options{})
		w.later(s, "c", "late", -time.Hour)
		require.Equal(t, []string{"late"}, w.done())
	})
}

func TestWhatIsForLaterOutlivesItsServer(t *testing.T) {
	t.Run("a restart", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			first := w.server(nil, Options{})
			w.later(first, "c", "look again", time.Hour)
			first.kill()
			w.server(nil, Options{}) // no one calls Sweep again
			time.Sleep(59 * time.Minute)
			require.Empty(t, w.done())
			time.Sleep(2 * time.Minute)
			require.Equal(t, []string{"look again"}, w.done())
		})
	})
	t.Run("another server's sweep", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			first, second := w.server(nil, Options{}), w.server(nil, Options{})
			w.later(first, "c", "look again", time.Hour)
			second.Sweep(t.Context(), false)
			first.kill()
			time.Sleep(time.Hour + time.Second)
			require.Equal(t, []string{"look again"}, w.done(), "as soon as it is due: nobody holds a lease on it")
			require.Empty(t, w.slots())
		})
	})
	t.Run("both servers at once", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			first, second := w.server(nil, Options{}), w.server(nil, Options{})
			for _, body := range []string{"a", "b", "c", "d"} {
				w.later(first, "c", body, time.Hour)
				w.later(second, "c", body, time.Hour)
			}
			first.Sweep(t.Context(), false)
			second.Sweep(t.Context(), false)
			time.Sleep(2 * time.Hour)
			require.ElementsMatch(t, []string{"a", "b", "c", "d"}, w.done())
			require.Empty(t, w.slots())
		})
	})
}

func TestHowLongItIsTriedCountsFromWhenItWasDue(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		tries := make(chan time.Time, 1000)
		s := w.server(func(context.Context, queue.Job) error {
			tries <- time.Now()
			return errors.New("the tool is down")
		}, Options{})
		due := time.Now().Add(72 * time.Hour)
		w.later(s, "c", "look again", 72*time.Hour)
		for range 100 { // longer than an immediate delivery is kept
			time.Sleep(time.Hour)
			s.Sweep(t.Context(), false)
		}
		synctest.Wait()
		require.WithinDuration(t, due, <-tries, time.Second)
		last := due
		for len(tries) > 0 {
			last = <-tries
		}
		require.WithinDuration(t, due.Add(24*time.Hour), last, 10*time.Minute)
		require.Equal(t, 1, w.logged("failed for too long"))
		require.Empty(t, w.slots())
	})
}

func TestWhatIsForLaterIsRefusedAsAnythingElse(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, Options{Slots: 4})
		d := queue.Job{Kind: "bridge", Key: "c", Body: []byte("again")}
		_, err := s.Accept(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, []string{"again"}, w.done())
		d.NotBefore = time.Now().Add(time.Hour)
		duplicate, err := s.Accept(t.Context(), d)
		require.NoError(t, err)
		require.True(t, duplicate, "what was done is known")

		w.later(s, "c", "1", time.Hour)
		w.later(s, "c", "2", time.Hour)
		d.Body = []byte("3")
		_, err = s.Accept(t.Context(), d)
		require.ErrorIs(t, err, queue.ErrFull)

		w.kv.OnCall(func(op storetest.Op, _ string) error { return errors.New("database gone") })
		_, err = s.Accept(t.Context(), d)
		require.ErrorContains(t, err, "database gone")
		w.kv.OnCall(nil)
		require.NoError(t, s.Close(t.Context()))
		_, err = s.Accept(t.Context(), d)
		require.ErrorIs(t, err, queue.ErrClosed)
	})
}

func TestWhatIsForLaterLeavesRoomForWhatIsDue(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(nil, Options{Slots: 256})
		waiting := 0
		for ; waiting < 256; waiting++ {
			d := queue.Job{Kind: "bridge", Key: "c", Body: []byte(strconv.Itoa(waiting)), NotBefore: time.Now().Add(time.Hour)}
			if _, err := s.Accept(t.Context(), d); err != nil {
				require.ErrorIs(t, err, queue.ErrFull)
				break
			}
		}
		require.Greater(t, waiting, 96)
		require.LessOrEqual(t, waiting, 128)
		for n := range 500 {
			w.send(s, "m", "event "+strconv.Itoa(n))
			synctest.Wait()
		}
		require.Len(t, w.done(), 500)
		time.Sleep(2 * time.Hour)
		require.Len(t, w.done(), 500+waiting)
	})
}

func TestTheBridgesJobsComeOutAsTheyWentIn(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var got []bridge.Job
		s := w.server(func(_ context.Context, d queue.Job) error {
			j, err := bridge.ReadJob(d)
			w.mu.Lock()
			defer w.mu.Unlock()
			got = append(got, j)
			return err
		}, Options{})
		jobs := func() []bridge.Job {
			synctest.Wait()
			w.mu.Lock()
			defer w.mu.Unlock()
			return slices.Clone(got)
		}
		inbox := bridge.NewJobInbox(s.Inbox)
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
		require.Len(t, jobs(), 4, "jobs without an id are told apart by what they say")
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
