package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/queue"
)

// Limits of the inbox.
const (
	// slotLease is how long a server may be silent before another takes over the deliveries that it accepted.
	slotLease = 30 * time.Second
	// claimLease is how long a server may be silent before another takes over the delivery that it was handling.
	claimLease = 60 * time.Second
	// renewEvery is how often a server renews the leases that it holds.
	renewEvery = slotLease / 3
	// doneFor is how long a handled delivery is remembered. Zoom's last retry is 85 minutes after the first attempt:
	// https://developers.zoom.us/docs/api/webhooks/#webhook-retries.
	doneFor = 72 * time.Hour
	// maxCrashes is how many servers may crash while handling a delivery before it is dropped as the cause.
	maxCrashes = 5
	// maxPanics is the number of attempts after which a delivery whose handler panics is dropped.
	maxPanics = 5
	// retryMin and retryMax limit the wait between two attempts.
	retryMin = time.Second
	retryMax = 5 * time.Minute
	// lookAgain is the wait after the table failed or the backlog was full.
	lookAgain = 5 * time.Second
	// maxRest is the longest wait for which a server keeps a delivery itself.
	maxRest = 2 * time.Second
)

// Options are the sizes of an Inbox; zero values mean the defaults.
type Options struct {
	// Slots is the most deliveries that all servers together have accepted and not yet handled (4096).
	Slots int
	// Backlog and Bytes limit what this server has accepted and not yet handled: in deliveries (2048), and in bytes of memory (64 MiB).
	Backlog int
	Bytes   int64
	// PerSource and PerSourceBytes are the same limits for one source, including its deliveries that wait in the table (512, 16 MiB).
	PerSource      int
	PerSourceBytes int64
	// ReservedFor is a kind whose deliveries go first and have room of their own; "" for none.
	ReservedFor string
	// Workers is how many keys this server handles at once (12); at most a third of them for one source.
	Workers int
	// MaxAge is how long a failing delivery is retried after it arrived or was due (24 hours).
	MaxAge time.Duration
}

// Inbox keeps acknowledged deliveries in the key-value table until they are handled.
//
// Each is in one slot ("inb.<n>") of a ring, with the lease of the server that works on it, so that no list of keys is ever needed: a
// free slot is found by guessing, and what a crashed server left is found by reading all slots in use. A record "clm.<id>" lets one
// server handle a delivery even if several received it, and remembers for days that it was handled.
type Inbox struct {
	kv     KV
	ring   *ring
	leases *leases
	now    func() time.Time
	log    *slog.Logger
	handle queue.Handler
	opts   Options

	stop     chan struct{} // closed: start nothing new
	finished chan struct{} // closed: the workers have ended
	running  sync.WaitGroup
	sweeping sync.Mutex
	// abort ends the context of every handler; Close calls it when its own context ends.
	abort context.CancelFunc

	mu sync.Mutex
	// more is signaled for each queued item and for each worker that becomes free.
	more    *sync.Cond
	closed  bool
	room    room
	lines   lines
	held    map[int]*item
	ids     map[string]int
	watched map[int]*watching
	resting map[*item]*time.Timer
}

// NewInbox returns an Inbox over the table; Start starts it.
func NewInbox(kv KV, now func() time.Time, log *slog.Logger, handle queue.Handler, opts Options) *Inbox {
	setDefault(&opts.Slots, 4096)
	setDefault(&opts.Backlog, 2048)
	setDefault(&opts.Bytes, 64<<20)
	setDefault(&opts.PerSource, 512)
	setDefault(&opts.PerSourceBytes, 16<<20)
	setDefault(&opts.Workers, 12)
	if opts.MaxAge == 0 {
		opts.MaxAge = 24 * time.Hour
	}
	var id [9]byte
	_, _ = rand.Read(id[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	i := &Inbox{
		kv: kv, now: now, log: log, handle: handle, opts: opts,
		stop: make(chan struct{}), finished: make(chan struct{}),
		room: newRoom(opts), lines: newLines(opts), held: map[int]*item{}, ids: map[string]int{}, watched: map[int]*watching{}, resting: map[*item]*time.Timer{},
	}
	i.ring = &ring{kv: kv, store: New(kv, now), now: now, opts: opts, holds: i.holds, high: min(minHigh, opts.Slots)}
	i.leases = &leases{kv: kv, ring: i.ring, owner: base64.RawURLEncoding.EncodeToString(id[:]), now: now, log: log}
	i.more = sync.NewCond(&i.mu)
	return i
}

func setDefault[T int | int64](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}

// Accept writes the delivery to the table and queues it. After a nil error it is safe: the caller acknowledges it. duplicate reports that
// it was already handled, or is being handled here; then nothing is written. After an error the caller responds with 503. A delivery for
// later waits in the table, and the first server that looks when it is due handles it.
func (i *Inbox) Accept(ctx context.Context, d queue.Job) (duplicate bool, err error) {
	if d.ID == "" {
		d.ID = queue.JobID(d.Kind, d.Body)
	}
	d.ReceivedAt, d.Attempt = i.now(), 0
	if d.NotBefore.After(d.ReceivedAt) {
		d.Due = d.NotBefore
		return i.shelve(ctx, d)
	}
	d.NotBefore, d.Due = time.Time{}, time.Time{}
	if known, err := i.reserve(d, true); known || err != nil {
		return known, err
	}
	it, err := i.leases.insert(ctx, slot{Job: d, Owner: i.leases.owner, Until: i.now().Add(slotLease)}, i.opts.Slots)
	if err != nil || it == nil {
		i.unreserve(d)
		return err == nil, err
	}
	i.enqueue(it)
	return false, nil
}

// shelve writes a delivery for later to a slot that no server holds. It takes no room in the backlog, because it won't start for long and
// many may wait. Such deliveries get only the first half of the ring, so that others still find room.
func (i *Inbox) shelve(ctx context.Context, d queue.Job) (duplicate bool, err error) {
	if i.stopping() {
		return false, queue.ErrClosed
	}
	it, err := i.leases.insert(ctx, slot{Job: d}, (i.opts.Slots+1)/2)
	if err != nil || it == nil {
		return err == nil, err
	}
	i.watch(it.n, d.NotBefore, tagOf(d))
	return false, nil
}

// Start starts the workers, and looks in the background for what other servers, or this one before a restart, left.
func (i *Inbox) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	i.abort = cancel
	for range i.opts.Workers {
		i.running.Go(func() { i.serve(ctx) })
	}
	go i.renew(ctx)
	i.running.Go(func() {
		i.Sweep(ctx, false)
		i.Sweep(ctx, true)
	})
}

// Close stops accepting, waits for running handlers until the context ends (then cancels them), and releases the leases of what wasn't
// started, so that any server can continue at once. It must follow a Start.
func (i *Inbox) Close(ctx context.Context) error {
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		return nil
	}
	i.closed = true
	for _, w := range i.watched {
		w.timer.Stop()
	}
	i.more.Broadcast()
	i.mu.Unlock()
	i.running.Go(i.leave)
	close(i.stop)
	go func() {
		i.running.Wait()
		close(i.finished)
	}()
	defer i.abort()
	select {
	case <-i.finished:
		return nil
	case <-ctx.Done():
		return errors.Wrap(ctx.Err(), "close the inbox")
	}
}

// reserve takes room for one more delivery in the backlog. A new delivery that this server already holds is known.
func (i *Inbox) reserve(d queue.Job, fresh bool) (known bool, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.closed:
		return false, queue.ErrClosed
	case fresh && i.ids[d.ID] > 0:
		return true, nil
	}
	if err := i.room.fits(tagOf(d), fresh); err != nil {
		return false, err
	}
	i.room.hold(tagOf(d))
	return false, nil
}

func (i *Inbox) unreserve(d queue.Job) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.room.release(tagOf(d))
}
