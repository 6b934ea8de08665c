// Command bench measures the plugin on a real Mattermost server and prints the table of budgets: starting a meeting, the event that it
// ended, and deliveries of builds, one at a time and eight at a time, beside the server's own incoming webhook in the same round. The
// ratios to that say more than the milliseconds of one machine. It counts calls of the plugin API and SQL statements per operation.
//
// Nothing fails on a time: what must hold on any machine is in the stories.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// options are the command's flags.
type options struct {
	n      int
	noise  time.Duration
	json   string
	before []string
	sql    bool
	crowd  bool
}

func main() {
	var o options
	var before string
	flag.IntVar(&o.n, "n", 200, "operations in each measurement")
	flag.DurationVar(&o.noise, "noise", 5*time.Second, "how long one connection sends as fast as it can; 0 leaves that out")
	flag.StringVar(&o.json, "json", "", "file to write the figures to")
	flag.BoolVar(&o.sql, "sql", false, "list the SQL statements of each measurement")
	flag.BoolVar(&o.crowd, "crowd", false, "measure again with 10,000 connections and 1,000,000 finished deliveries in the tables")
	flag.StringVar(&before, "before", "", "files with earlier figures, separated by commas, whose medians are printed beside")
	flag.Parse()
	if before != "" {
		o.before = strings.Split(before, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	earlier, err := readFigures(o.before)
	if err != nil {
		return err
	}
	s, err := stack.Start(ctx, stack.Options{
		Name: "bench", Durable: true, LogLevel: "INFO", RequireEmailVerification: true, Progress: os.Stderr,
	})
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := prepare(ctx, s, o)
	if err != nil {
		return err
	}
	found, failed := b.all(ctx, o)
	if len(found) == 0 {
		return failed
	}
	if o.json != "" {
		if err := writeFigures(o.json, found); err != nil {
			return err
		}
	}
	report, err := os.Create(filepath.Join(s.Logs(), "report.txt"))
	if err != nil {
		return errors.Wrap(err, "create the report")
	}
	defer report.Close()
	print(io.MultiWriter(os.Stdout, report), found, earlier, o.sql)
	return failed
}

// all measures everything: one operation at a time, eight at a time, the same with full tables, and one connection that sends as fast as
// it can. After an error it returns what was measured before.
func (b *bench) all(ctx context.Context, o options) ([]figure, error) {
	steps := []func() ([]figure, error){
		func() ([]figure, error) { return b.memory(ctx, "before the load", 0) },
		func() ([]figure, error) { return b.rounds(ctx) },
		func() ([]figure, error) { return b.memory(ctx, "after the load", 30) },
	}
	if o.crowd {
		steps = append(steps, func() ([]figure, error) { return b.crowded(ctx) })
	}
	if o.noise > 0 {
		steps = append(steps, func() ([]figure, error) { return b.noisy(ctx, o.noise) })
	}
	var found []figure
	for _, step := range steps {
		more, err := step()
		if err != nil {
			return found, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// rounds measures one operation at a time, and then several.
func (b *bench) rounds(ctx context.Context) ([]figure, error) {
	single, err := b.single(ctx)
	if err != nil {
		return nil, err
	}
	together, err := b.together(ctx)
	return append(single, together...), err
}

// The crowd that crowded measures with.
const (
	crowdConnections = 10_000
	crowdDeliveries  = 1_000_000
)

// crowded measures the rounds with full tables.
func (b *bench) crowded(ctx context.Context) ([]figure, error) {
	fmt.Fprintln(os.Stderr, "filling the tables …")
	if err := b.stack.DB.Crowd(ctx, crowdConnections, crowdDeliveries); err != nil {
		return nil, err
	}
	sizes, err := b.stack.DB.Sizes(ctx)
	if err != nil {
		return nil, err
	}
	var found []figure
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		if size := sizes[name]; size.Rows >= crowdConnections {
			found = append(found, figure{Name: "full tables: " + name, Value: float64(size.Bytes) / float64(size.Rows), Unit: "bytes/row"})
		}
	}
	measured, err := b.rounds(ctx)
	for _, f := range measured {
		f.Name = "full tables: " + f.Name
		found = append(found, f)
	}
	return found, err
}
