package bridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

func TestEveryDeliveryIsAnsweredAsItDeserves(t *testing.T) {
	t.Parallel()
	good := `[{"ID":"1","Thing":"a","Is":"fine"}]`
	for name, row := range map[string]struct {
		hook, secret, path, body string
		code                     fault.Code
		result                   bridge.Result
	}{
		"signed":                 {secret: theSecret, body: good, result: bridge.Posted},
		"with the old secret":    {secret: "old", body: good, result: bridge.Posted},
		"the secret in the path": {path: theSecret, body: good, result: bridge.Posted},
		"unsigned":               {body: good, code: fault.Unsigned, result: bridge.Refused},
		"forged":                 {secret: "x", body: good, code: fault.Forged, result: bridge.Refused},
		"a ping":                 {secret: "ping", body: good, result: bridge.Tested},
		"an empty test":          {secret: theSecret, result: bridge.Tested},
		"of no interest":         {secret: theSecret, body: "[]", result: bridge.Ignored},
		"not understood":         {secret: theSecret, body: "{", code: fault.InvalidInput, result: bridge.Unreadable},
		"too large":              {secret: theSecret, body: strings.Repeat("x", 5001), code: fault.TooLarge, result: bridge.Unreadable},
		"another key":            {hook: "con1.key2", secret: theSecret, body: good, code: fault.HookUnknown},
		"another connection":     {hook: "con2.key1", secret: theSecret, body: good, code: fault.HookUnknown},
		"no key":                 {hook: "con1", secret: theSecret, body: good, code: fault.HookUnknown},
		"not an address":         {hook: "../con1.key1", secret: theSecret, body: good, code: fault.HookUnknown},
		"a long address":         {hook: "con1." + strings.Repeat("k", 500), body: good, code: fault.HookUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if row.hook == "" {
				row.hook = theHook
			}
			header := func(name string) string { return map[string]string{"Authorization": row.secret}[name] }
			err := w.server.Ingest(context.Background(), row.hook, row.path, header, strings.NewReader(row.body))
			require.Equal(t, row.code, fault.CodeOf(err))
			w.work()
			if row.result == "" {
				require.Empty(t, w.results())
				return
			}
			require.Equal(t, []bridge.Result{row.result}, w.results())
			require.Equal(t, row.secret == "old", w.journal()[0].Old)
		})
	}
}

func TestAProviderThatIsSwitchedOffHasNoAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.off = true
	require.True(t, fault.Is(w.deliver(theSecret), fault.HookUnknown))
}

func TestADeliveryIsNotAcknowledgedBeforeItIsSafe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.queue.full = true
	require.True(t, fault.Is(w.deliver(theSecret, said{Thing: "a", Is: "fine"}), fault.Internal))
	require.Equal(t, []bridge.Result{bridge.Failed}, w.results())
	w.queue.full = false
	w.server.Forget("con1")
	w.memory.OnCall(func(string, string) error { return errors.New("outage") })
	require.True(t, fault.Is(w.deliver(theSecret, said{Thing: "a", Is: "fine"}), fault.Internal))
}

func TestKeysThatCannotBeOpenedRefuseNothingForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.changeConnection("con1", func(c *bridge.Connection) { c.Sealed = "broken" })
	require.True(t, fault.Is(w.deliver(theSecret, said{Thing: "a"}), fault.Unreadable))
	require.Equal(t, []bridge.Result{bridge.Failed}, w.results())
}

func TestTheSameBytesAreOneDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.hear(said{Thing: "a", Is: "fine"})
	}
	require.Len(t, w.queue.jobs, 1)
	w.hear(said{Thing: "a", Is: "broken"})
	require.Len(t, w.queue.jobs, 2)
	w.pass(time.Hour)
	w.hear(said{Thing: "a", Is: "fine"})
	require.Len(t, w.queue.jobs, 3, "later someone may be trying the same command again")
}

func TestNoSecretIsStoredWithADelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	header := map[string]string{"Authorization": theSecret, "X-Event": "token " + theSecret}
	body := []byte(`[{"Thing":"a","Is":"fine"}]`)
	require.NoError(t, w.server.Ingest(context.Background(), theHook, theSecret, func(n string) string { return header[n] }, bytes.NewReader(body)))
	require.Error(t, w.deliver("wrong "+theSecret, said{Thing: "a"}))
	stored, err := json.Marshal(w.queue.jobs)
	require.NoError(t, err)
	require.NotContains(t, string(stored)+fmt.Sprint(w.journal(), w.log), theSecret)
	require.Equal(t, provider.ByPath, w.queue.jobs[0].Proof.By)
}

func TestRefusedDeliveriesAreCountedAndToldOfOnceADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		require.Error(t, w.deliver("", said{Thing: "a"}))
	}
	entries := w.journal()
	require.Len(t, entries, 1)
	require.Equal(t, 5, entries[0].Count)
	require.Equal(t, "bridge.deliver.stripped", entries[0].Reason.ID)
	w.server = w.newServer()
	require.Error(t, w.deliver("wrong", said{Thing: "a"}))
	w.journal()
	require.Equal(t, []string{"ada: bridge.deliver.refused bridge.deliver.stripped"}, w.people.told)
	w.pass(25 * time.Hour)
	require.Error(t, w.deliver("wrong", said{Thing: "a"}))
	w.journal()
	require.Equal(t, "ada: bridge.deliver.refused bridge.deliver.forged", w.people.told[1])
}

func TestTheJournalSurvivesAnOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Error(t, w.deliver("", said{Thing: "a"}))
	w.memory.OnCall(func(string, string) error { return errors.New("outage") })
	w.server.Flush(context.Background())
	require.Len(t, w.log, 1)
	w.memory.OnCall(nil)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	w.server.Run(ctx)
	require.Len(t, w.journal(), 1)
}

func TestATaskGoesOnUntilItFindsSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "push 1", Is: "begun", Poll: "status"})
	before := w.now()
	for range 3 {
		j, ok := w.queue.pop()
		require.True(t, ok)
		if late := j.NotBefore.Sub(w.now()); late > 0 {
			w.pass(late)
		}
		require.NoError(t, w.server.Handle(context.Background(), j))
	}
	require.Equal(t, 2, w.tool.follows)
	require.GreaterOrEqual(t, w.now().Sub(before), 2*time.Minute)
	w.tool.finds = []said{{ID: "found", Thing: "push 1", Is: "fine", N: 1}}
	w.work()
	require.Equal(t, []string{"push 1 is fine"}, w.surface.titles(theRoom))
}

func TestNoTaskGoesOnForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "push 1", Is: "begun", Poll: "status"})
	w.work()
	require.Equal(t, 50, w.tool.follows)
}

func TestATaskIsTriedAgainOnlyWhereThatMayHelp(t *testing.T) {
	t.Parallel()
	for code, permanent := range map[fault.Code]bool{fault.ProviderUnavailable: false, fault.AccountRejected: true} {
		w := newWorld(t)
		w.tool.fault = fault.New(code)
		err := w.server.Handle(context.Background(), bridge.Job{ID: "t", Connection: "con1", Task: &provider.Task{Key: "x"}})
		require.Equal(t, permanent, queue.IsPermanent(err))
		require.Equal(t, "fault."+string(code), w.journal()[0].Reason.ID)
	}
}

func TestWhatATaskFindsInAFloodIsShownLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(said{ID: "1", Thing: "a", Is: "begun"})
	w.work()
	w.tool.finds = []said{{ID: "2", Thing: "a", Is: "fine", N: 1}}
	require.NoError(t, w.server.Handle(context.Background(), bridge.Job{ID: "t", Connection: "con1", Task: &provider.Task{Key: "x"}}))
	require.Equal(t, []string{"a is begun"}, w.surface.titles(theRoom))
	w.work()
	require.Equal(t, []string{"a is fine"}, w.surface.titles(theRoom))
	require.Equal(t, 1, w.tool.follows)
}

// crowded returns a table with so many connections, each followed by so many channels, of which one wants anything, and with a
// subject that is shown there.
func crowded(t testing.TB, connections, channels int) *world {
	t.Helper()
	subs := make([]bridge.Subscription, channels)
	for n := range subs[1:] {
		subs[n+1] = bridge.Subscription{Place: place(fmt.Sprint("channel", n)), Events: []string{}}
	}
	w := newWorld(t, subs...)
	for n := range connections - 1 {
		w.connect(fmt.Sprint("other", n), subs)
	}
	w.hear(said{ID: "0", Thing: "a", Is: "begun"})
	w.work()
	return w
}

// counts returns how often each call of the records is made from now on.
func (w *world) counts() map[string]int {
	count := map[string]int{}
	w.memory.OnCall(func(call, _ string) error {
		count[call]++
		return nil
	})
	return count
}

// moves takes and shows the delivery with this number about the subject.
func (w *world) moves(n int) {
	w.t.Helper()
	w.pass(time.Minute)
	w.hear(said{ID: fmt.Sprint(n), Thing: "a", Is: []string{"fine", "broken"}[n%2], N: n})
	w.work()
}

func TestADeliveryCostsTheSameInACrowdedTable(t *testing.T) {
	t.Parallel()
	var calls []map[string]int
	for _, size := range [][2]int{{1, 1}, {1000, 1}, {1, 100}} {
		w := crowded(t, size[0], size[1])
		count := w.counts()
		for n := range 10 {
			w.moves(n + 1)
		}
		calls = append(calls, count)
	}
	require.Equal(t, map[string]int{"Connections.Connection": 10, "Subjects.Hold": 10, "Subjects.Save": 10}, calls[0])
	require.Equal(t, calls[0], calls[1])
	require.Equal(t, calls[0], calls[2])
}

// BenchmarkDelivery takes and shows deliveries in a table with one subscription, or with 10,000: one for each of as many connections,
// or a hundred for each of a hundred.
func BenchmarkDelivery(b *testing.B) {
	for _, size := range [][2]int{{1, 1}, {10000, 1}, {1, 100}, {100, 100}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			w := crowded(b, size[0], size[1])
			count, n := w.counts(), 0
			for b.Loop() {
				n++
				w.moves(n)
			}
			for call, times := range count {
				b.ReportMetric(float64(times)/float64(n), call+"/op")
			}
		})
	}
}
