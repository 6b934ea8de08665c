package main

import (
	"context"
	"log/slog"
	"sync"
)

// background runs what no user waits for. The plugin doesn't end before it is done.
type background struct {
	log *slog.Logger
	// run calls a function, at once or later; nil is a goroutine of its own. Tests call it at once.
	run func(func())

	under sync.WaitGroup
}

// do runs the function in the background.
func (b *background) do(what func()) {
	guarded := func() {
		defer survive(b.log, "Work in the background")
		what()
	}
	if b.run != nil {
		b.run(guarded)
		return
	}
	b.under.Go(guarded)
}

// wait waits for what is under way, for as long as ctx allows.
func (b *background) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { b.under.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
