package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/store/storetest"
)

type tally struct {
	Total int            `json:"total"`
	By    map[string]int `json:"by,omitempty"`
}

func newStore(t *testing.T) (*Store, *storetest.MemoryKV) {
	t.Helper()
	kv := storetest.NewMemoryKV(time.Now)
	return New(kv, time.Now), kv
}

// Lost updates of a map that several servers write are the peer's defect 34.
func TestDefect34_NoUpdateIsLost(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]time.Duration{"one database": 0, "a replica that is behind": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, kv := newStore(t)
				kv.Lag(lag)
				var writers sync.WaitGroup
				for _, who := range []string{"ann", "bob", "cem", "dua", "eve", "fay"} {
					writers.Go(func() {
						for range 3 {
							_, err := update(t.Context(), s, "tally", 0, func(v *tally) (bool, error) {
								if v.By == nil {
									v.By = map[string]int{}
								}
								v.Total++
								v.By[who]++
								return true, nil
							})
							if err != nil {
								t.Error(err)
							}
						}
					})
				}
				writers.Wait()
				kv.Lag(0)
				v, found, err := load[tally](s, "tally")
				require.NoError(t, err)
				require.True(t, found)
				require.Equal(t, 18, v.Total)
				require.Equal(t, 3, v.By["eve"])
			})
		})
	}
}

func TestUpdateWritesOnlyWhatWasChanged(t *testing.T) {
	t.Parallel()
	s, kv := newStore(t)
	refused := errors.New("not today")

	v, err := update(t.Context(), s, "k", 0, func(v *tally) (bool, error) { v.Total = 7; return false, nil })
	require.NoError(t, err)
	require.Equal(t, 7, v.Total, "the caller sees what its function left")
	_, err = update(t.Context(), s, "k", 0, func(*tally) (bool, error) { return true, refused })
	require.ErrorIs(t, err, refused)
	require.Zero(t, kv.Count(storetest.Swap))

	for range 2 {
		_, err = update(t.Context(), s, "k", 0, func(v *tally) (bool, error) { v.Total = 1; return true, nil })
		require.NoError(t, err)
	}
	require.Equal(t, 1, kv.Count(storetest.Swap), "the same again is not written")
}

func TestUpdateGivesUpInTime(t *testing.T) {
	t.Parallel()
	change := func(v *tally) (bool, error) { v.Total++; return true, nil }

	t.Run("when its context ends", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s, kv := newStore(t)
			require.NoError(t, kv.Set("k", []byte(`{"total":1}`), 0))
			kv.Lag(time.Hour) // reads return nothing, so no swap succeeds
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err := update(ctx, s, "k", 0, change)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			_, err = update(t.Context(), s, "k", 0, change)
			require.ErrorIs(t, err, ErrContended)
		})
	})
	t.Run("when the table fails", func(t *testing.T) {
		t.Parallel()
		s, kv := newStore(t)
		gone := errors.New("database gone")
		kv.OnCall(func(op storetest.Op, _ string) error {
			if op == storetest.Swap {
				return gone
			}
			return nil
		})
		_, err := update(t.Context(), s, "k", 0, change)
		require.ErrorIs(t, err, gone)
	})
}

func TestABrokenRecordIsAnErrorAndStays(t *testing.T) {
	t.Parallel()
	s, kv := newStore(t)
	require.NoError(t, kv.Set("k", []byte(`{"total":"three"}`), 0))
	_, _, err := load[tally](s, "k")
	require.ErrorContains(t, err, "decode k")
	_, err = update(t.Context(), s, "k", 0, func(*tally) (bool, error) { return true, nil })
	require.ErrorContains(t, err, "decode k")
	require.Contains(t, kv.Dump(), "k")

	_, found, err := load[tally](s, "none")
	require.NoError(t, err)
	require.False(t, found)
}
