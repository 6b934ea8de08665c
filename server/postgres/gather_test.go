package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
)

// double is a flush that takes a millisecond, and refuses odd items above 100.
func double(flushed *[][]int) func(context.Context, []int) ([]int, error) {
	return func(_ context.Context, items []int) ([]int, error) {
		*flushed = append(*flushed, items)
		time.Sleep(time.Millisecond)
		results := make([]int, len(items))
		for i, item := range items {
			if item > 100 && item%2 == 1 {
				return nil, errors.New("refused")
			}
			results[i] = 2 * item
		}
		return results, nil
	}
}

func TestCallsThatArriveTogetherAreOneFlush(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flushed [][]int
		g := newGather(100, 0, double(&flushed))
		var calls sync.WaitGroup
		for i := range 50 {
			calls.Go(func() {
				got, err := g.Do(t.Context(), i)
				require.NoError(t, err)
				require.Equal(t, 2*i, got)
			})
		}
		calls.Wait()
		require.LessOrEqual(t, len(flushed), 3)
		synctest.Wait()
		began := time.Now()
		_, err := g.Do(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, time.Millisecond, time.Since(began), "a call alone waits for its own flush only")
	})
}

func TestAnItemThatIsRefusedFailsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flushed [][]int
		g := newGather(10, time.Millisecond, double(&flushed))
		var calls sync.WaitGroup
		for _, item := range []int{1, 101, 2} {
			calls.Go(func() {
				_, err := g.Do(t.Context(), item)
				require.Equal(t, item == 101, err != nil, "%d: %v", item, err)
			})
		}
		calls.Wait()
		synctest.Wait()
	})
}

func TestAnOutageIsNotTriedOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		g := newGather(10, time.Millisecond, func(context.Context, []int) ([]int, error) {
			tries++
			return nil, fault.New(fault.DatabaseUnavailable)
		})
		var calls sync.WaitGroup
		for item := range 5 {
			calls.Go(func() {
				_, err := g.Do(t.Context(), item)
				require.True(t, fault.Is(err, fault.DatabaseUnavailable))
			})
		}
		calls.Wait()
		synctest.Wait()
		require.Equal(t, 1, tries)
	})
}

func TestAFlushHasAtMostItsLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flushed [][]int
		g := newGather(2, time.Millisecond, double(&flushed))
		var calls sync.WaitGroup
		for i := range 5 {
			calls.Go(func() { _, _ = g.Do(t.Context(), i) })
		}
		calls.Wait()
		synctest.Wait()
		for _, items := range flushed {
			require.LessOrEqual(t, len(items), 2)
		}
	})
}
