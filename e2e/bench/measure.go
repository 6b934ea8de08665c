package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
)

// row is one measurement.
type row struct {
	name           string
	workers        int
	perSecond      float64
	middle, slow   time.Duration // the median and the 95th of a hundred
	ratio          float64       // of the median to the incoming webhook's of the same round
	zoom           float64       // calls to Zoom per operation
	reads, writes  float64       // statements on the key-value store per operation
	counted        bool          // false where the database keeps no statistics
	memory         int64         // of the plugin afterwards, in bytes
	began          time.Time
	zoomBefore     int
	operationCount int
}

// measure runs an operation n times, so many at a time, and takes the numbers
// from everything around it.
func (b *bench) measure(ctx context.Context, name string, workers, n int, operation func(context.Context, int) error) (row, error) {
	r, err := b.begin(ctx, name, workers, n)
	if err != nil {
		return row{}, err
	}
	took, err := repeat(ctx, n, workers, operation)
	if err != nil {
		return row{}, errors.Wrap(err, name)
	}
	r.time(took, time.Since(r.began))
	return r, b.finish(ctx, &r)
}

// begin notes how things stand before a measurement.
func (b *bench) begin(ctx context.Context, name string, workers, n int) (row, error) {
	r := row{name: name, workers: workers, operationCount: n}
	r.counted = b.stack.DB.ResetStatements(ctx) == nil
	calls, err := b.zoomCalls(ctx)
	r.zoomBefore, r.began = calls, time.Now()
	return r, err
}

// finish waits until the plugin has nothing left to do, and counts.
func (b *bench) finish(ctx context.Context, r *row) error {
	if err := b.stack.DB.AwaitIdle(ctx); err != nil {
		return err
	}
	calls, err := b.zoomCalls(ctx)
	if err != nil {
		return err
	}
	n := float64(r.operationCount)
	r.zoom = float64(calls-r.zoomBefore) / n
	if r.counted {
		statements, err := b.stack.DB.Statements(ctx)
		if err != nil {
			return err
		}
		r.reads = float64(statements["select"]) / n
		r.writes = float64(statements["insert"]+statements["update"]+statements["delete"]) / n
	}
	r.memory, err = b.memory(ctx)
	return err
}

// repeat runs an operation n times and returns how long each took.
func repeat(ctx context.Context, n, workers int, operation func(context.Context, int) error) ([]time.Duration, error) {
	took, failures := make([]time.Duration, n), make([]error, workers)
	var next atomic.Int64
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for failures[w] == nil && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				began := time.Now()
				failures[w] = operation(ctx, i)
				took[i] = time.Since(began)
			}
		})
	}
	all.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return took, ctx.Err()
}

// shown is the row for the same events seen from the channel: from the moment an
// event was sent until its post was written.
func (b *bench) shown(ctx context.Context, acknowledged row, meetings []meeting, sent []time.Time) (row, error) {
	r := acknowledged
	took, last := make([]time.Duration, len(meetings)), r.began
	for i, m := range meetings {
		at, err := b.stack.DB.UpdatedAt(ctx, m.post)
		if err != nil {
			return row{}, err
		}
		if took[i] = at.Sub(sent[i].Truncate(time.Millisecond)); took[i] < 0 {
			return row{}, errors.Errorf("post %s was not rewritten", m.post)
		}
		if at.After(last) {
			last = at
		}
	}
	r.time(took, last.Sub(r.began))
	return r, nil
}

// time fills in the row's times.
func (r *row) time(took []time.Duration, all time.Duration) {
	slices.Sort(took)
	r.middle, r.slow = percentile(took, 50), percentile(took, 95)
	r.perSecond = float64(len(took)) / all.Seconds()
}

// percentile picks from sorted durations.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

// zoomCalls is how much the sandbox was asked so far.
func (b *bench) zoomCalls(ctx context.Context) (int, error) {
	counts, err := b.stack.Sandbox.Counts(ctx)
	all := 0
	for _, count := range counts {
		all += count
	}
	return all, err
}

// memory is the resident memory of the plugin's process.
func (b *bench) memory(ctx context.Context) (int64, error) {
	plugin, err := b.stack.Servers[0].Plugin(ctx)
	return plugin.RSS, err
}
