package store

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
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/store/storetest"
)

// world is a cluster: one table, several servers with an inbox each, and what their handlers received.
type world struct {
	t  *testing.T
	kv *storetest.MemoryKV

	mu      sync.Mutex
	handled []string
	log     []string
}

// server is one of them. kill ends it as kill -9 would: nothing it does afterwards reaches the table.
type server struct {
	*Inbox
	kv *cable
}

// cable is a server's connection to the table.
type cable struct {
	KV
	cut atomic.Bool
}

var errCut = errors.New("the server is dead")

func (c *cable) Get(key string) ([]byte, error) {
	if c.cut.Load() {
		return nil, errCut
	}
	return c.KV.Get(key)
}

func (c *cable) Set(key string, value []byte, ttl time.Duration) error {
	if c.cut.Load() {
		return errCut
	}
	return c.KV.Set(key, value, ttl)
}

func (c *cable) Swap(key string, old, value []byte, ttl time.Duration) (bool, error) {
	if c.cut.Load() {
		return false, errCut
	}
	return c.KV.Swap(key, old, value, ttl)
}

func inWorld(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		story(t, &world{t: t, kv: storetest.NewMemoryKV(time.Now)})
	})
}

// server starts one with this handler, and with room reserved for Zoom; a nil handler records the body as handled.
func (w *world) server(handle queue.Handler, opts Options) *server {
	if handle == nil {
		handle = w.note
	}
	opts.ReservedFor = "zoom"
	s := &server{kv: &cable{KV: w.kv}}
	s.Inbox = NewInbox(s.kv, time.Now, logging.New(w.write), handle, opts)
	s.Start()
	w.t.Cleanup(s.kill)
	synctest.Wait()
	return s
}

func (s *server) kill() {
	s.kv.cut.Store(true)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Close(ended) // a dead server reports to no one
}

// send makes the server accept a delivery with this key, and requires success.
func (w *world) send(s *server, key, body string) {
	w.t.Helper()
	_, err := s.Accept(w.t.Context(), queue.Job{Kind: "zoom", Key: key, Body: []byte(body)})
	require.NoError(w.t, err)
}

func (w *world) note(_ context.Context, d queue.Job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handled = append(w.handled, string(d.Body))
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

// slots returns the slots in use.
func (w *world) slots() []string {
	synctest.Wait()
	var taken []string
	for _, key := range w.kv.Keys("inb.") {
		if key != highKey {
			taken = append(taken, key)
		}
	}
	return taken
}

// newTable returns a table with this record in the first slot, and this claim on an empty delivery ID.
func newTable(t *testing.T, record, claim []byte) *storetest.MemoryKV {
	t.Helper()
	kv := storetest.NewMemoryKV(time.Now)
	require.NoError(t, kv.Set(slotKey(0), record, 0))
	require.NoError(t, kv.Set(claimKey(""), claim, 0))
	return kv
}
