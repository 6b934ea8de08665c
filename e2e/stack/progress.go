package stack

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// tickEvery is how often a long step says that it is still at work.
const tickEvery = 15 * time.Second

// Progress prints what the stack is doing, each line with the seconds since
// the start, so that nobody takes a five minute build for a hang.
type Progress struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

// NewProgress returns a Progress that writes to out; a nil out is silence.
func NewProgress(out io.Writer) *Progress {
	if out == nil {
		out = io.Discard
	}
	return &Progress{out: out, start: time.Now()}
}

// Sayf prints one line.
func (p *Progress) Sayf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "[%4ds] %s\n", int(time.Since(p.start).Seconds()), fmt.Sprintf(format, args...))
}

// during runs do, and while it lasts says every quarter of a minute what
// state() tells of it.
func (p *Progress) during(what string, state func() string, do func() error) error {
	p.Sayf("%s", what)
	began := time.Now()
	done := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		ticker := time.NewTicker(tickEvery)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				p.Sayf("  … still at it%s", state())
			}
		}
	})
	err := do()
	close(done)
	ticking.Wait()
	if err == nil && time.Since(began) > time.Second {
		p.Sayf("  done in %.1fs", time.Since(began).Seconds())
	}
	return err
}

func noState() string { return "" }
