package recordstest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
)

func oneClaims(t *testing.T, s ConnectionStore) {
	const keep = 300 * time.Millisecond
	long := strings.Repeat("§", 1000)
	claimed := func(rivals int) int {
		var mine sync.Map
		var all sync.WaitGroup
		for n := range rivals {
			all.Go(func() {
				first, err := s.Claim(context.Background(), long, keep)
				if err != nil {
					t.Error(err)
				}
				if first {
					mine.Store(n, true)
				}
			})
		}
		all.Wait()
		winners := 0
		mine.Range(func(any, any) bool { winners++; return true })
		return winners
	}
	require.Equal(t, 1, claimed(20))
	require.NoError(t, s.Prune(t.Context()))
	require.Equal(t, 0, claimed(1), "it is still taken")
	time.Sleep(keep + 50*time.Millisecond)
	require.Equal(t, 1, claimed(5), "after the time it is anybody's again")
	time.Sleep(keep + 50*time.Millisecond)
	require.NoError(t, s.Prune(t.Context()))
	require.Equal(t, 1, claimed(1))
}

func rotationsAreKept(t *testing.T, s ConnectionStore) {
	var r bridge.Rotation
	fill(reflect.ValueOf(&r).Elem(), "rotation")
	for n, channel := range []string{"dev", "dev", "ops"} {
		one := r
		one.ID, one.Place = fmt.Sprint("r", 3-n), place(channel).In("thread")
		added, err := s.AddRotation(t.Context(), "pagerduty", one, 2)
		require.NoError(t, err)
		require.True(t, added)
	}
	r.Place = place("dev")
	added, err := s.AddRotation(t.Context(), "pagerduty", r, 2)
	require.NoError(t, err)
	require.False(t, added, "the channel has two")
	ids := func(found []bridge.Rotation, err error) []string {
		t.Helper()
		require.NoError(t, err)
		var all []string
		for _, r := range found {
			all = append(all, r.ID)
		}
		return all
	}
	require.Equal(t, []string{"r3", "r2", "r1"}, ids(s.Rotations(t.Context(), "pagerduty")))
	require.Equal(t, []string{"r3", "r2"}, ids(s.RotationsIn(t.Context(), "pagerduty", place("dev"))))
	require.Empty(t, ids(s.Rotations(t.Context(), "other")))
	kept, found, err := s.Rotation(t.Context(), "pagerduty", "r2")
	require.NoError(t, err)
	require.True(t, found)
	r.ID, r.Place = "r2", place("dev").In("thread")
	require.Equal(t, r, kept)
	require.NoError(t, s.DropRotation(t.Context(), "pagerduty", "r2"))
	require.NoError(t, s.DropRotation(t.Context(), "pagerduty", "r2"))
	_, found, err = s.Rotation(t.Context(), "pagerduty", "r2")
	require.NoError(t, err)
	require.False(t, found)
}
