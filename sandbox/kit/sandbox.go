package kit

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are those of every sandbox. The zero value is good.
type Options struct {
	// Now is the clock that the simulated one runs with; time.Now when nil.
	Now func() time.Time
	// RandomSeed makes identifiers and tokens repeatable; 0 takes a random seed.
	RandomSeed uint64
	// BaseURL is the sandbox's own address, which its links begin with. When empty
	// it is taken from the first request.
	BaseURL string
	// HTTPClient sends deliveries; its timeout and redirect rule are not used.
	HTTPClient *http.Client
	// AnswerWithin is how long a delivery waits for its receipt, in wall-clock time;
	// as long as the vendor does when 0.
	AnswerWithin time.Duration
	// Minted receives each secret that the sandbox creates (codes, tokens, keys), so
	// that a test can look for them where they must not be. It is called with the
	// sandbox locked.
	Minted func(secret string)
}

// Product is what a sandbox tells the kit about the product that it simulates.
type Product[W Embedder] struct {
	// Site serves what the product serves.
	Site http.Handler
	// Operation returns the method and the path pattern of the operation that a
	// request is for, "" for one that the product doesn't know; see [Patterns].
	Operation func(*http.Request) string
	// Stamp sets the headers that every answer has; it may be nil.
	Stamp func(W, http.Header)
	// TooLarge answers a request whose body is too large; in plain text when nil.
	TooLarge func(http.ResponseWriter)
	// AnswerWithin is how long the vendor waits for a receipt.
	AnswerWithin time.Duration
	// NewWorld returns the world to begin with and to return to on reset.
	NewWorld func(*World) (W, error)
	// NextDue returns when Tick has something to do, the zero time for never, and
	// Tick does what is due by now; both are for what happens besides deliveries, and
	// may be nil. Tick is called without the lock.
	NextDue func(W) time.Time
	Tick    func()
	// OnReset forgets what the sandbox keeps outside of its world; it may be nil. It is
	// called without the lock.
	OnReset func()
}

// Sandbox is the part of a simulated product that every sandbox has. All methods
// may be called from several goroutines.
type Sandbox[W Embedder] struct {
	opts    Options
	product Product[W]
	clock   *Clock
	client  *Client
	control *http.ServeMux
	closed  chan struct{}

	mu    sync.Mutex
	w     W
	busy  int        // lanes that are being sent
	idle  *sync.Cond // signaled when one ends
	ended bool       // Close was called
}

// New returns a sandbox. It panics when the seed that the product's world begins
// with is not valid.
func New[W Embedder](opts Options, p Product[W]) *Sandbox[W] {
	if opts.AnswerWithin == 0 {
		opts.AnswerWithin = p.AnswerWithin
	}
	s := &Sandbox[W]{
		opts: opts, product: p, clock: NewClock(opts.Now), client: NewClient(opts.HTTPClient, opts.AnswerWithin),
		control: http.NewServeMux(), closed: make(chan struct{}),
	}
	s.idle = sync.NewCond(&s.mu)
	s.routeControl()
	w, err := s.fresh(strings.TrimSuffix(opts.BaseURL, "/"))
	if err != nil {
		panic(err)
	}
	s.w = w
	return s
}

// fresh returns the world that a sandbox begins with.
func (s *Sandbox[W]) fresh(base string) (W, error) {
	ids := NewIDs(s.opts.RandomSeed)
	ids.Minted = s.opts.Minted
	return s.product.NewWorld(newWorld(ids, s.clock.Now, base))
}

// Patterns returns a [Product]'s Operation for a mux, some of whose patterns stand
// for everything that the product doesn't know.
func Patterns(mux *http.ServeMux, unknown ...string) func(*http.Request) string {
	return func(r *http.Request) string {
		_, pattern := mux.Handler(r)
		if slices.Contains(unknown, pattern) {
			return ""
		}
		return pattern
	}
}

// ServeHTTP serves the product's pages and API, and the control API under
// /_sandbox.
func (s *Sandbox[W]) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if w := s.w.kit(); w.Base == "" {
		w.Base = "http://" + r.Host
	}
	s.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		s.control.ServeHTTP(rw, r)
		return
	}
	s.observe(rw, r)
}

// SetBaseURL tells the sandbox its own address, once a listener has one.
func (s *Sandbox[W]) SetBaseURL(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.kit().Base = strings.TrimSuffix(address, "/")
}

// BaseURL returns the sandbox's own address.
func (s *Sandbox[W]) BaseURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.kit().Base
}

// Locked runs f on the world, then sends what f left in the outbox. It doesn't wait
// for that, as a vendor's answers don't wait for its deliveries.
func (s *Sandbox[W]) Locked(f func(W)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.w)
	s.handOut()
}

// Control is [Sandbox.Locked] for control methods: it waits until the deliveries
// have been attempted, so that a test can look at their effect at once.
func (s *Sandbox[W]) Control(f func(W) error) error {
	var err error
	s.Locked(func(w W) { err = f(w) })
	s.Settle()
	return err
}

// Kept runs a control function that keeps something in the world, and returns a
// copy of that.
func Kept[W Embedder, T any](s *Sandbox[W], f func(W) (*T, error)) (T, error) {
	var kept T
	err := s.Control(func(w W) error {
		made, err := f(w)
		if err == nil {
			kept = *made
		}
		return err
	})
	return kept, err
}

// Read returns what f sees in the world.
func Read[W Embedder, T any](s *Sandbox[W], f func(W) T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f(s.w)
}

// Now returns the simulated time.
func (s *Sandbox[W]) Now() time.Time { return s.clock.Now() }

// Advance lets simulated time pass. What is due on the way happens at its own
// moment, not all at the end.
func (s *Sandbox[W]) Advance(d time.Duration) {
	s.Settle()
	end := s.clock.Now().Add(d)
	for {
		next := s.nextDue()
		if next.IsZero() || next.After(end) {
			break
		}
		s.clock.Set(next)
		s.Tick()
		s.Settle()
	}
	s.clock.Set(end)
	s.Tick()
	s.Settle()
}

// nextDue returns when something happens next by itself, the zero time for never.
func (s *Sandbox[W]) nextDue() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.w.kit().outbox.nextDue()
	if s.product.NextDue != nil {
		next = sooner(next, s.product.NextDue(s.w))
	}
	return next
}

// Tick does what is due by now. A sandbox whose clock runs needs one every so
// often; Advance calls it by itself.
func (s *Sandbox[W]) Tick() {
	s.Locked(func(W) {})
	if s.product.Tick != nil {
		s.product.Tick()
	}
}

// Reset forgets everything but the clock and returns to the seed.
func (s *Sandbox[W]) Reset() {
	if s.product.OnReset != nil {
		s.product.OnReset()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, err := s.fresh(s.w.kit().Base); err == nil {
		s.w = w
	}
}

// Close releases requests that a fault holds back. Deliveries that are waiting are
// not sent anymore.
func (s *Sandbox[W]) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		close(s.closed)
	}
	s.w.kit().outbox.discard(func(*Sending) bool { return true })
}

// pause waits in wall-clock time, or until the sandbox is closed.
func (s *Sandbox[W]) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-s.closed:
	}
}
