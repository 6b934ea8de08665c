package subject_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

func build(name string) bridge.Claim { return bridge.Claim{Connection: "c1", Name: name} }

func TestGoroutinesOfOneServerTakeTurns(t *testing.T) {
	t.Parallel()
	records := memory.New(time.Now).Subjects
	holds := subject.NewHolds(records, time.Now)
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() {
			h, err := holds.Take(t.Context(), build("42"), 0)
			if err != nil {
				t.Error(err)
				return
			}
			defer h.Free()
			h.Subject.Rev++
			if h.Again {
				t.Error("it was given back each time")
			}
			if err := h.Save(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	sub, _, err := records.Subject(t.Context(), "c1", "42")
	require.NoError(t, err)
	require.Equal(t, 50, sub.Rev)
}

func TestWhoWaitsForASubjectGivesUpWithTheirContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		holds := subject.NewHolds(memory.New(time.Now).Subjects, time.Now)
		first, err := holds.Take(t.Context(), build("42"), 0)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = holds.Take(ctx, build("42"), 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		other, err := holds.Take(t.Context(), build("43"), 0)
		require.NoError(t, err)
		other.Free()
		first.Free()
		second, err := holds.Take(t.Context(), build("42"), 0)
		require.NoError(t, err)
		require.True(t, second.Again, "the first didn't say what it did")
	})
}

func TestPatienceOutlastsAnotherServersHold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		records := memory.New(time.Now).Subjects
		one, other := subject.NewHolds(records, time.Now), subject.NewHolds(records, time.Now)
		h, err := one.Take(t.Context(), build("42"), 0)
		require.NoError(t, err)
		_, err = other.Take(t.Context(), build("42"), 0)
		require.ErrorAs(t, err, new(subject.OtherServer))
		wait, early := queue.Wait(err)
		require.True(t, early)
		require.Less(t, wait, time.Second)
		go func() {
			time.Sleep(time.Second)
			if err := h.Save(t.Context()); err != nil {
				t.Error(err)
			}
			h.Free()
		}()
		begun := time.Now()
		mine, err := other.Take(t.Context(), build("42"), 3*time.Second)
		require.NoError(t, err)
		require.Less(t, time.Since(begun), 2*time.Second)
		require.False(t, mine.Again)

		begun = time.Now()
		_, err = one.Take(t.Context(), build("42"), 3*time.Second)
		require.ErrorAs(t, err, new(subject.OtherServer))
		require.Equal(t, 3*time.Second, time.Since(begun), "but not for ever")
	})
}

func TestAServerThatIsTooSlowNotices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		records := memory.New(time.Now).Subjects
		slow, quick := subject.NewHolds(records, time.Now), subject.NewHolds(records, time.Now)
		h, err := slow.Take(t.Context(), build("42"), 0)
		require.NoError(t, err)
		require.NoError(t, h.Lasts())
		time.Sleep(bridge.HoldTime - 9*time.Second)
		require.Error(t, h.Lasts(), "nothing is begun that might outlast the hold")
		time.Sleep(10 * time.Second)
		mine, err := quick.Take(t.Context(), build("42"), 0)
		require.NoError(t, err)
		require.True(t, mine.Again)
		err = h.Save(t.Context())
		require.ErrorAs(t, err, new(subject.OtherServer))
		require.NoError(t, mine.Save(t.Context()))
	})
}

// line is a provider whose series count events, but for those named "same".
type line struct{ provider.Provider }

func (line) FoldSeries(state json.RawMessage, e provider.Event) (json.RawMessage, error) {
	if e.ID == "same" {
		return state, nil
	}
	return json.RawMessage(`"` + strings.Trim(string(state), `"`) + e.ID + `"`), nil
}

func TestASeriesIsReadAndWrittenAsLittleAsCanBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := memory.New(time.Now)
		calls := map[string]int{}
		m.OnCall(func(call, _ string) error { calls[call]++; return nil })
		one, other := subject.NewSeries(m.Subjects, time.Now), subject.NewSeries(m.Subjects, time.Now)
		fold := func(by *subject.Series, id, want string) {
			t.Helper()
			state, err := by.Fold(t.Context(), "c1", line{}, provider.Event{ID: id, Series: "web"})
			require.NoError(t, err)
			require.Equal(t, want, string(state))
		}
		fold(one, "a", `"a"`)
		fold(one, "b", `"ab"`)
		fold(one, "same", `"ab"`)
		require.Equal(t, map[string]int{"Subjects.Series": 1, "Subjects.SaveSeries": 2}, calls)
		fold(other, "c", `"abc"`)
		fold(one, "d", `"abcd"`)
		require.Equal(t, 5, calls["Subjects.SaveSeries"], "one was refused, since the other server had written in between")
		require.Equal(t, 3, calls["Subjects.Series"])
		time.Sleep(6 * time.Second)
		fold(other, "same", `"abcd"`)

		state, err := one.Fold(t.Context(), "c1", line{}, provider.Event{ID: "x"})
		require.NoError(t, err)
		require.Nil(t, state, "an event without a series")
	})
}

func TestRivalsOverASeriesLoseNothing(t *testing.T) {
	t.Parallel()
	m := memory.New(time.Now)
	var running sync.WaitGroup
	for server := range 4 {
		series := subject.NewSeries(m.Subjects, time.Now)
		for n := range 10 {
			running.Go(func() {
				id := fmt.Sprintf("<%d/%d>", server, n)
				for {
					_, err := series.Fold(t.Context(), "c1", line{}, provider.Event{ID: id, Series: "web"})
					if _, early := queue.Wait(err); !early {
						require.NoError(t, err)
						return
					}
				}
			})
		}
	}
	running.Wait()
	state, _, err := m.Subjects.Series(t.Context(), "c1", "web")
	require.NoError(t, err)
	for server := range 4 {
		for n := range 10 {
			require.Equal(t, 1, strings.Count(string(state), fmt.Sprintf("<%d/%d>", server, n)))
		}
	}
}
