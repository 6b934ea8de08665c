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
	// slotLease is how long a server may be silent before another takes over what it accepted.
	slotLease = 30 * time.Second
	// claimLease is how long a server may be silent before another handles the delivery that it was handling.
	claimLease = 60 * time.Second
	// renewEvery is how often a server renews the leases of what it holds.
	renewEvery = slotLease / 3
	// doneFor is how long a delivery that comes again is known to be done. Zoom's last retry comes 85 minutes after the
	// first attempt: https://developers.zoom.us/docs/api/webhooks/#webhook-retries.
	doneFor = 72 * time.Hour
	// maxCrashes is how many servers may die while they handle a delivery before it is given up as their killer.
	maxCrashes = 5
	// maxPanics is after how many attempts a delivery is given up whose handler panics.
	maxPanics = 5
	// retryMin and retryMax bound the wait between two attempts.
	retryMin = time.Second
	retryMax = 5 * time.Minute
	// lookAgain is the wait when the table failed or the backlog was full.
	lookAgain = 5 * time.Second
	// maxRest is the longest wait for which a delivery is kept by the server that has it.
	maxRest = 2 * time.Second
)

// Options are the sizes of an inbox; zero values mean the defaults.
type Options struct {
	// Slots bounds what all servers together have accepted and not yet done (4096).
	Slots int
	// Backlog and Bytes bound what this server has accepted and not yet done: in deliveries (2048), and by the memory that they take
	// (64 MiB).
	Backlog int
	Bytes   int64
	// PerSource and PerSourceBytes bound what it has accepted of one source, together with what of that waits in the table (512, 16 MiB).
	PerSource      int
	PerSourceBytes int64
	// ReservedFor is a kind whose deliveries come before all others, and find room when those have taken theirs; "" is none.
	ReservedFor string
	// Workers is how many keys are handled at once on this server (12), of one source a third of that.
	Workers int
	// MaxAge is how long a failing delivery is tried after it came, or was due (24 hours).
	MaxAge time.Duration
}

// Inbox keeps acknowledged deliveries in the key-value table until they are handled.
//
// Each lies in one slot ("inb.<n>") of a ring with a lease of the server that works on it, so that no list of keys is
// ever needed: a free slot is found by guessing, and what a dead server left is found by looking at all slots in use.
// A record "clm.<id>" lets one server handle a delivery even if several received it, and remembers for days that it was done.
type Inbox struct {
	kv     KV
	ring   *ring
	leases *leases
	now    func() time.Time
	log    *slog.Logger
	handle queue.Handler
	opts   Options

	stop     chan struct{} // closed: begin nothing new
	finished chan struct{} // closed: the workers have ended
	running  sync.WaitGroup
	sweeping sync.Mutex
	// abort ends the context of every handler; Close calls it when its own context ends.
	abort context.CancelFunc

	mu sync.Mutex
	// more is told of each item in line, and of each worker that is free again.
	more    *sync.Cond
	closed  bool
	room    room
	lines   lines
	held    map[int]*item
	ids     map[string]int
	watched map[int]*watching
	resting map[*item]*time.Timer
}

// NewInbox returns an inbox over the table; Start sets it to work.
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

// Accept writes the delivery to the table and queues it. After a nil error it is safe: the caller acknowledges it.
// duplicate says that it was handled, or is being handled here, already; then nothing is written. After an error the caller
// answers 503. A delivery for later waits in the table, and the first server to look when it is due handles it.
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

// shelve writes a delivery for later to a slot that no one holds. It takes no room in the backlog: it is not begun for long, and
// many may wait. They get the first half of the ring only, so that whatever comes in the meantime still finds room.
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

// Start begins to work, and looks in the background for what other servers, or this one before it restarted, left behind.
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

// Close stops accepting, waits for the handlers at work until the context ends (and cancels theirs then), and gives the
// leases of what was not begun back, so that any server can go on with it at once. It must follow a Start.
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

// reserve takes room for one more delivery in the backlog. One that is new is known where it is held here already.
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
