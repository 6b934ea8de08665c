package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// sample is one measurement of many equal operations.
type sample struct {
	began time.Time
	// took is how long each operation took, sorted.
	took      []time.Duration
	perSecond float64
	cost      cost
}

// cost is what one operation costs on average.
type cost struct {
	// API are calls of the plugin API.
	API float64 `json:"api"`
	// Own are the statements for the plugin's records, Server all others of the server.
	Own    float64 `json:"own_sql"`
	Server float64 `json:"server_sql"`
	// ByName are the calls of the plugin API by name, and ByText the statements by their text.
	ByName map[string]float64 `json:"by_name,omitempty"`
	ByText map[string]float64 `json:"by_text,omitempty"`
}

// settle is how long the plugin must have called nothing before it counts as idle.
const settle = 600 * time.Millisecond

// rare is what a statement must be run per operation to be listed.
const rare = 0.02

// lookEvery is how often a measurement looks whether all is done. A look costs the database a few milliseconds.
const lookEvery = 200 * time.Millisecond

// counted runs what happens, waits until the plugin is idle, and divides what it cost by the number of operations.
func (b *bench) counted(ctx context.Context, operations int, happens func() error) (cost, error) {
	before, err := b.server().APICalls(ctx)
	if err != nil {
		return cost{}, err
	}
	statistics := b.stack.DB.ResetStatements(ctx) == nil
	if err := happens(); err != nil {
		return cost{}, err
	}
	after, err := b.idle(ctx)
	if err != nil {
		return cost{}, err
	}
	n := float64(operations)
	calls := after.Since(before)
	found := cost{API: float64(calls.Total()) / n, ByName: map[string]float64{}}
	for name, count := range calls {
		found.ByName[name] = float64(count) / n
	}
	if !statistics {
		return found, nil
	}
	statements, err := b.stack.DB.Statements(ctx)
	found.Own, found.Server, found.ByText = float64(statements.Own())/n, float64(statements.Server)/n, map[string]float64{}
	for text, count := range statements.ByText {
		if perOperation := float64(count) / n; perOperation >= rare {
			found.ByText[text] = perOperation
		}
	}
	return found, err
}

// idle waits until the plugin has stopped writing posts, and returns all calls so far.
func (b *bench) idle(ctx context.Context) (stack.Calls, error) {
	var last stack.Calls
	quietSince := time.Now()
	for {
		now, err := b.server().APICalls(ctx)
		if err != nil {
			return nil, err
		}
		if now["CreatePost"] != last["CreatePost"] || now["UpdatePost"] != last["UpdatePost"] {
			quietSince = time.Now()
		}
		if last = now; time.Since(quietSince) >= settle {
			return now, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Wrap(ctx.Err(), "interrupted")
		case <-time.After(settle / 6):
		}
	}
}

// measure runs an operation n times, so many at a time.
func (b *bench) measure(ctx context.Context, workers, n int, operation func(context.Context, int) error) (sample, error) {
	return b.measureUntil(ctx, workers, n, operation, func() error { return nil })
}

// measureUntil likewise, and counts what the operations cost until done returns nil.
func (b *bench) measureUntil(ctx context.Context, workers, n int, operation func(context.Context, int) error, done func() error) (sample, error) {
	var s sample
	var err error
	s.cost, err = b.counted(ctx, n, func() error {
		s.began = time.Now()
		took, err := repeat(ctx, n, workers, operation)
		s.time(took, time.Since(s.began))
		if err != nil {
			return err
		}
		return stack.EventuallyEvery(ctx, 2*time.Minute, lookEvery, done)
	})
	return s, err
}

// time fills in the times.
func (s *sample) time(took []time.Duration, all time.Duration) {
	s.took = slices.Sorted(slices.Values(took))
	s.perSecond = float64(len(took)) / all.Seconds()
}

// p returns a percentile in milliseconds.
func (s sample) p(percent int) float64 { return ms(percentile(s.took, percent)) }

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

// percentile picks from sorted durations; 0 from none.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

// memory is the figures for the plugin's memory at this moment.
func (b *bench) memory(ctx context.Context, when string, goal float64) ([]figure, error) {
	plugin, err := b.server().Plugin(ctx)
	return []figure{
		{Name: "memory " + when, Value: mib(plugin.RSS), Unit: "MiB", Goal: goal},
		{Name: "memory " + when + ", without the program itself", Value: mib(plugin.Own), Unit: "MiB"},
	}, err
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
