package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/queue"
)

// world is a cluster: one store, several servers with an engine each, and what their handlers received.
type world struct {
	t      *testing.T
	memory *memory.Memory

	mu      sync.Mutex
	handled []string
	log     []string
	calls   map[string]int
	fault   func(call, key string) error
	// lost is the error of all calls that were carried out.
	lost error
}

// server is one of them. kill ends it as kill -9 would: nothing it does afterwards reaches the store.
type server struct {
	*queue.Engine
	cut atomic.Bool
}

var errCut = errors.New("the server is dead")

func inWorld(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { story(t, newWorld(t)) })
}

func newWorld(t *testing.T) *world {
	return &world{t: t, memory: memory.New(time.Now), calls: map[string]int{}}
}

// server starts one with this handler, and with room reserved for Zoom; a nil handler records the body as handled.
func (w *world) server(handle queue.Handler, opts queue.Options) *server {
	if handle == nil {
		handle = w.note
	}
	opts.ReservedFor = "zoom"
	s, faults := &server{}, &memory.Faults{}
	faults.OnCall(func(call, key string) error {
		if s.cut.Load() {
			return errCut
		}
		return w.called(call, key)
	})
	faults.OnReturn(func(string, string) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.lost
	})
	s.Engine = queue.New(queue.Dependencies{Store: w.memory.Jobs.Seen(faults), Handle: handle, Now: time.Now, Log: logging.New(w.write)}, opts)
	s.Start()
	w.t.Cleanup(s.kill)
	synctest.Wait()
	return s
}

func (s *server) kill() {
	s.cut.Store(true)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Close(ended) // a dead server reports to no one
}

// onCall has the function called before each call of the store by any server; the call fails with its error.
func (w *world) onCall(fault func(call, key string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

// loses makes all calls that were carried out answer with the error.
func (w *world) loses(answers error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = answers
}

func (w *world) called(call, key string) error {
	w.mu.Lock()
	w.calls[strings.TrimPrefix(call, "Jobs.")]++
	fault := w.fault
	w.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(call, key)
}

// send makes the server accept a job of Zoom with this key, and requires success.
func (w *world) send(s *server, key, body string) {
	w.t.Helper()
	_, err := s.Accept(w.t.Context(), queue.Job{Kind: "zoom", Key: key, Body: []byte(body)})
	require.NoError(w.t, err)
}

func (w *world) note(_ context.Context, j queue.Job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handled = append(w.handled, string(j.Body))
	return nil
}

func (w *world) write(_ slog.Level, message string, pairs ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, message+" "+fmt.Sprint(pairs...))
}

// done returns what was handled so far, once nothing runs any more.
func (w *world) done() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.handled...)
}

// logged returns how many log lines contain the text.
func (w *world) logged(text string) int {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, line := range w.log {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// unfinished returns the bodies of what isn't finished, once all that ended is recorded.
func (w *world) unfinished() []string {
	time.Sleep(50 * time.Millisecond)
	synctest.Wait()
	bodies := []string{}
	for _, job := range w.memory.Jobs.Unfinished() {
		bodies = append(bodies, string(job.Body))
	}
	return bodies
}

// counts returns how often the servers called the store since the last call of counts, and how.
func (w *world) counts() map[string]int {
	time.Sleep(50 * time.Millisecond)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = map[string]int{}
	return calls
}
