package main

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

func TestEveryOperationRunsOnce(t *testing.T) {
	t.Parallel()
	var ran [20]atomic.Int32
	took, err := repeat(context.Background(), len(ran), 8, func(_ context.Context, i int) error {
		ran[i].Add(1)
		return nil
	})
	require.NoError(t, err)
	require.Len(t, took, len(ran))
	for i := range ran {
		require.EqualValues(t, 1, ran[i].Load(), "operation %d", i)
	}
}

func TestAFailureEndsTheMeasurement(t *testing.T) {
	t.Parallel()
	_, err := repeat(context.Background(), 20, 2, func(context.Context, int) error { return errors.New("no") })
	require.Error(t, err)
}

func TestPercentilesOfFewOperations(t *testing.T) {
	t.Parallel()
	one := []time.Duration{7}
	require.EqualValues(t, 7, percentile(one, 50))
	require.EqualValues(t, 7, percentile(one, 95))
	many := make([]time.Duration, 100)
	for i := range many {
		many[i] = time.Duration(i)
	}
	require.EqualValues(t, 50, percentile(many, 50))
	require.EqualValues(t, 95, percentile(many, 95))
}
