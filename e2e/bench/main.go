// Command bench measures the plugin on a real Mattermost server: starting a
// meeting, the event that tells of its end, and the deliveries that tell of a
// build, alone and eight at a time; the last also with thousands of connections in
// the store. Beside them, in the same run, it measures the server's own incoming webhook, which
// posts a message with no plugin at all; the ratios to that say more than the
// milliseconds of one machine.
//
// It counts the calls to Zoom and the statements on the key-value store per
// operation, and shows the memory of the plugin's process. Nothing fails on a
// time: what must hold whatever the machine is in the stories.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// atOnce is how many operations are under way at the same time, in each round.
var atOnce = []int{1, 8}

func main() {
	n := flag.Int("n", 200, "operations in each measurement")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *n); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, n int) error {
	s, err := stack.Start(ctx, stack.Options{
		Name: "bench", Durable: true, LogLevel: "INFO", RequireEmailVerification: true, Progress: os.Stderr,
	})
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := prepare(ctx, s, n)
	if err != nil {
		return err
	}
	var rows []row
	for round, workers := range atOnce {
		fmt.Fprintf(os.Stderr, "measuring %d at a time …\n", workers)
		measured, err := b.round(ctx, round, workers)
		if err != nil {
			return err
		}
		rows = append(rows, measured...)
	}
	crowded, err := b.crowded(ctx)
	if err != nil {
		return err
	}
	rows = append(rows, crowded...)
	report, err := os.Create(filepath.Join(s.Logs(), "report.txt"))
	if err != nil {
		return errors.Wrap(err, "create the report")
	}
	defer report.Close()
	print(io.MultiWriter(os.Stdout, report), rows, b.idle)
	return nil
}
