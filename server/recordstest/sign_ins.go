package recordstest

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func keyringIsSavedOnce(t *testing.T, w GrantsWorld) {
	t.Helper()
	for range 3 {
		_, version, err := w.Keyring.Keyring(t.Context())
		require.NoError(t, err)
		var mu sync.Mutex
		var won []string
		var servers sync.WaitGroup
		for _, record := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			servers.Go(func() {
				if saved, err := w.Keyring.SaveKeyring(t.Context(), record, version); err == nil && saved {
					mu.Lock()
					defer mu.Unlock()
					won = append(won, record)
				}
			})
		}
		servers.Wait()
		record, now, err := w.Keyring.Keyring(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{record}, won)
		require.NotEqual(t, version, now)
	}
}

func statesAreUsedOnce(t *testing.T, w GrantsWorld) {
	t.Helper()
	used, err := w.SignIns.StateUsed(t.Context(), "state")
	require.NoError(t, err)
	require.False(t, used)
	var won atomic.Int32
	var tabs sync.WaitGroup
	for range 10 {
		tabs.Go(func() {
			if first, err := w.SignIns.UseState(t.Context(), "state", time.Minute); err == nil && first {
				won.Add(1)
			}
		})
	}
	tabs.Wait()
	require.EqualValues(t, 1, won.Load())
	used, err = w.SignIns.StateUsed(t.Context(), "state")
	require.NoError(t, err)
	require.True(t, used)
}

func handoversAreTried(t *testing.T, w GrantsWorld) {
	t.Helper()
	sealed, tries, err := w.SignIns.TryHandover(t.Context(), "ann")
	require.NoError(t, err)
	require.Empty(t, sealed)
	require.Zero(t, tries)
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "sealed", time.Minute))
	var mu sync.Mutex
	var counted []int
	var guesses sync.WaitGroup
	for range 8 {
		guesses.Go(func() {
			sealed, tries, err := w.SignIns.TryHandover(t.Context(), "ann")
			mu.Lock()
			defer mu.Unlock()
			if err == nil && sealed == "sealed" {
				counted = append(counted, tries)
			}
		})
	}
	guesses.Wait()
	slices.Sort(counted)
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8}, counted)
}

func handoversEndOnce(t *testing.T, w GrantsWorld) {
	t.Helper()
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "sealed", time.Minute))
	ended, err := w.SignIns.EndHandover(t.Context(), "ann", "another")
	require.NoError(t, err)
	require.False(t, ended)
	var won atomic.Int32
	var tries sync.WaitGroup
	for range 10 {
		tries.Go(func() {
			if ended, err := w.SignIns.EndHandover(t.Context(), "ann", "sealed"); err == nil && ended {
				won.Add(1)
			}
		})
	}
	tries.Wait()
	require.EqualValues(t, 1, won.Load())
	sealed, _, err := w.SignIns.TryHandover(t.Context(), "ann")
	require.NoError(t, err)
	require.Empty(t, sealed)
}

func signInsExpire(t *testing.T, w GrantsWorld) {
	t.Helper()
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "sealed", time.Minute))
	_, err := w.SignIns.UseState(t.Context(), "state", 2*time.Minute)
	require.NoError(t, err)
	w.Passes(time.Minute)
	require.NoError(t, w.SignIns.Prune(t.Context()))
	sealed, _, err := w.SignIns.TryHandover(t.Context(), "ann")
	require.NoError(t, err)
	require.Empty(t, sealed)
	used, err := w.SignIns.StateUsed(t.Context(), "state")
	require.NoError(t, err)
	require.True(t, used)
	w.Passes(time.Minute)
	used, err = w.SignIns.StateUsed(t.Context(), "state")
	require.NoError(t, err)
	require.False(t, used)
}

func signInsReturn(t *testing.T, w GrantsWorld) {
	t.Helper()
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "first", time.Minute))
	w.Passes(time.Minute)
	ended, err := w.SignIns.EndHandover(t.Context(), "ann", "first")
	require.NoError(t, err)
	require.False(t, ended)
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "second", time.Minute))
	for range 2 {
		first, err := w.SignIns.UseState(t.Context(), "state", time.Minute)
		require.NoError(t, err)
		require.True(t, first)
		w.Passes(time.Minute)
	}
}

func handoversAreReplaced(t *testing.T, w GrantsWorld) {
	t.Helper()
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "first", time.Minute))
	_, _, err := w.SignIns.TryHandover(t.Context(), "ann")
	require.NoError(t, err)
	w.Passes(30 * time.Second)
	require.NoError(t, w.SignIns.SaveHandover(t.Context(), "ann", "second", time.Minute))
	w.Passes(30 * time.Second)
	sealed, tries, err := w.SignIns.TryHandover(t.Context(), "ann")
	require.NoError(t, err)
	require.Equal(t, "second", sealed)
	require.Equal(t, 1, tries)
}
