package queue

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/pkg/errors"
)

// Options are the sizes of an Engine; zero values mean the defaults.
type Options struct {
	// Backlog and Bytes limit what this server has accepted and not yet handled: in jobs (2048), and in bytes of memory (16 MiB).
	Backlog int
	Bytes   int64
	// PerSource and PerSourceBytes are the same limits for one source, including its jobs that wait in the store for another attempt
	// (512, 3 MiB).
	PerSource      int
	PerSourceBytes int64
	// ReservedFor is a kind whose jobs go first and have room of their own; "" for none.
	ReservedFor string
	// Workers is how many keys this server handles at once (24); at most a third of them for one source.
	Workers int
	// MaxAge is how long a failing job is retried after it arrived or was due (24 hours).
	MaxAge time.Duration
}

// Dependencies are what an Engine works with.
type Dependencies struct {
	Store  Store
	Handle Handler
	// Left is called when this server stops and has given jobs back, for others to take them at once; may be nil.
	Left func()
	Now  func() time.Time
	Log  *slog.Logger
}

// Engine is the queue on one server. It holds in memory what it leased, and its workers handle that without asking the store: a job that
// arrives and succeeds costs one shared statement before it is acknowledged, and one shared statement after it is done.
type Engine struct {
	Dependencies
	opts Options
	// holder names this server in the store.
	holder   string
	holdings *holdings
	lookout  *lookout
	recorder *recorder

	workers sync.WaitGroup
	stop    chan struct{} // closed: start nothing new
	idle    chan struct{} // closed: the workers have ended
	closed  chan struct{} // closed: everything has ended
	// abort ends the context of every handler; Close calls it when its own context ends.
	abort context.CancelFunc
}

var _ Queue = (*Engine)(nil)

// New returns an Engine; Start starts it.
func New(d Dependencies, o Options) *Engine {
	setDefault(&o.Backlog, 2048)
	setDefault(&o.Bytes, 16<<20)
	setDefault(&o.PerSource, 512)
	setDefault(&o.PerSourceBytes, 3<<20)
	setDefault(&o.Workers, 24)
	setDefault(&o.MaxAge, 24*time.Hour)
	e := &Engine{
		Dependencies: d, opts: o, holder: rand.Text(), holdings: newHoldings(o),
		stop: make(chan struct{}), idle: make(chan struct{}), closed: make(chan struct{}),
	}
	e.lookout = newLookout(e.stop)
	e.recorder = newRecorder(d.Store, e.holder, d.Log, e.recorded)
	return e
}

func setDefault[T int | int64 | time.Duration](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}

// Accept stores the job and queues it. After a nil error it is safe: the caller acknowledges it. After an error the caller responds with
// 503. A job for later waits in the store, and the first server that looks when it is due handles it.
func (e *Engine) Accept(ctx context.Context, j Job) (known bool, err error) {
	if j.ID == "" {
		j.ID = JobID(j.Kind, j.Body)
	}
	if j.Source == "" {
		j.Source = j.Kind
	}
	j.ReceivedAt, j.Attempt = e.Now(), 0
	if j.NotBefore.After(j.ReceivedAt) {
		return e.shelve(ctx, j)
	}
	j.NotBefore = time.Time{}
	if known, err := e.holdings.reserve(ctx, j); known || err != nil {
		return known, err
	}
	it := &item{Taken: Taken{Job: j}, tag: tagOf(j), until: time.Now().Add(Lease)}
	if j.Eager {
		return e.acceptEagerly(ctx, it)
	}
	known, err = e.Store.Insert(ctx, e.holder, j)
	if known || err != nil {
		e.holdings.unreserve(j)
		return known, errors.Wrap(err, "store a job")
	}
	if !e.holdings.add(it) {
		e.giveBack(it)
	}
	return false, nil
}

// acceptEagerly stores the job while a worker may begin with it. Nothing is recorded about it before it is stored.
func (e *Engine) acceptEagerly(ctx context.Context, it *item) (known bool, err error) {
	it.stored = make(chan struct{})
	waiting := e.holdings.add(it)
	known, err = e.Store.Insert(ctx, e.holder, it.Job)
	it.refused = known || err != nil
	close(it.stored)
	if !waiting && e.holdings.keeps(it) {
		e.giveBack(it)
	}
	return known, errors.Wrap(err, "store a job")
}

// shelve stores a job for later without a lease. It takes no room: it won't start for long, and many may wait.
func (e *Engine) shelve(ctx context.Context, j Job) (known bool, err error) {
	if e.stopping() {
		return false, ErrClosed
	}
	known, err = e.Store.Insert(ctx, "", j)
	if err == nil && !known {
		e.lookout.lookIn(j.NotBefore.Sub(j.ReceivedAt))
	}
	return known, errors.Wrap(err, "store a job for later")
}

// Wake makes the engine look now for what is due, such as after a hint from another server.
func (e *Engine) Wake() { e.lookout.wake() }

// Start starts the workers, and looks for what other servers, or this one before a restart, left.
func (e *Engine) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	e.abort = cancel
	for range e.opts.Workers {
		e.workers.Go(func() { e.serve(ctx) })
	}
	e.workers.Go(func() { e.lookout.run(func() { e.takeAll(ctx) }) })
	go e.renew(ctx)
	go func() {
		defer close(e.closed)
		e.recorder.run(e.idle)
	}()
}

// Close stops accepting, waits for running handlers until the context ends (then cancels them), and gives back what wasn't started, so
// that any server can continue at once. It must follow a Start.
func (e *Engine) Close(ctx context.Context) error {
	left, first := e.holdings.close()
	if !first {
		return nil
	}
	for _, it := range left {
		e.workers.Go(func() {
			if e.holdings.keeps(it) { // an eager one may still be on its way to the store
				e.giveBack(it)
			}
		})
	}
	close(e.stop)
	go func() {
		e.workers.Wait()
		close(e.idle)
	}()
	defer e.abort()
	select {
	case <-e.closed:
		return nil
	case <-ctx.Done():
		return errors.Wrap(ctx.Err(), "close the queue")
	}
}

func (e *Engine) stopping() bool {
	select {
	case <-e.stop:
		return true
	default:
		return false
	}
}
