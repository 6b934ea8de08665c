package bitbucket

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// answerWithin is how long Bitbucket waits for the receipt of a delivery.
const answerWithin = 10 * time.Second

// Kind is which of the two products a sandbox plays.
type Kind string

// The products. They have little in common but the name.
const (
	Cloud      Kind = "cloud"
	DataCenter Kind = "datacenter"
)

// Options configures a [Sandbox]. The zero value is a good Cloud.
type Options struct {
	// Kind is Cloud when empty.
	Kind Kind
	// Version is that of a Data Center, "9.4.0" when empty. From 10 on its
	// deliveries write dates as text.
	Version string
	// Now is the clock that the simulated one runs with; time.Now when nil.
	Now func() time.Time
	// RandomSeed makes identifiers and tokens repeatable; 0 takes a random seed.
	RandomSeed uint64
	// BaseURL is the sandbox's own address, which its links begin with. When
	// empty it is taken from the first request.
	BaseURL string
	// HTTPClient sends deliveries; its timeout and redirect rule are not used.
	HTTPClient *http.Client
	// AnswerWithin is how long the sender waits for a receipt, in wall-clock
	// time; Bitbucket's 10 seconds when 0.
	AnswerWithin time.Duration
	// Minted is told each secret that the sandbox makes up, so that a test can
	// look for them where they must not be. It is called with the sandbox locked.
	Minted func(secret string)
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated Bitbucket. All methods may be called from several
// goroutines.
type Sandbox struct {
	opts   Options
	clock  *kit.Clock
	client *kit.Client
	site   *http.ServeMux // what Bitbucket serves
	admin  *http.ServeMux // what only the sandbox serves
	closed chan struct{}

	mu    sync.Mutex
	w     *world
	lanes map[string][]*delivery // being sent, in order within a lane
	idle  *sync.Cond             // signalled when a lane ends
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	if opts.Kind == "" {
		opts.Kind = Cloud
	}
	if opts.Version == "" {
		opts.Version = "9.4.0"
	}
	if opts.AnswerWithin == 0 {
		opts.AnswerWithin = answerWithin
	}
	s := &Sandbox{
		opts: opts, clock: kit.NewClock(opts.Now), client: kit.NewClient(opts.HTTPClient, opts.AnswerWithin),
		closed: make(chan struct{}), lanes: map[string][]*delivery{},
	}
	s.idle = sync.NewCond(&s.mu)
	s.site = http.NewServeMux()
	if opts.Kind == Cloud {
		s.routeCloud()
	} else {
		s.routeDataCenter()
	}
	s.site.HandleFunc("/", s.servePage)
	s.routeAdmin()
	w, err := s.fresh(strings.TrimSuffix(opts.BaseURL, "/"))
	if err != nil {
		panic(err)
	}
	s.w = w
	return s
}

// fresh makes the world that a sandbox begins with.
func (s *Sandbox) fresh(base string) (*world, error) {
	w := newWorld(s.opts.Kind, s.opts.RandomSeed, s.clock.Now, base)
	w.version = s.opts.Version
	w.ids.Minted = s.opts.Minted
	return w, w.plant(s.opts.Seed)
}

// ServeHTTP serves Bitbucket's pages and API, and the control API under
// /_sandbox.
func (s *Sandbox) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s.learnAddress(r)
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		s.admin.ServeHTTP(rw, r)
		return
	}
	s.observe(rw, r)
}

// learnAddress takes the sandbox's address from a request if nobody told it.
func (s *Sandbox) learnAddress(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w.base == "" {
		s.w.base = "http://" + r.Host
	}
}

// SetBaseURL tells the sandbox its own address, once a listener has one.
func (s *Sandbox) SetBaseURL(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w.base = strings.TrimSuffix(address, "/")
}

// locked runs f on the world, then sends what f left to be sent. It does not
// wait for that, as Bitbucket's answers do not wait for its deliveries.
func (s *Sandbox) locked(f func(*world)) {
	s.mu.Lock()
	f(s.w)
	s.handOut()
	s.mu.Unlock()
}

// control is locked for control methods: it waits for the deliveries to have
// been attempted, so that a test can look at their effect at once.
func (s *Sandbox) control(f func(*world) error) error {
	var err error
	s.locked(func(w *world) { err = f(w) })
	s.Settle()
	return err
}

// Reset forgets everything but the clock and returns to the seed.
func (s *Sandbox) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, err := s.fresh(s.w.base); err == nil {
		s.w = w
	}
}

// Now returns the simulated time.
func (s *Sandbox) Now() time.Time { return s.clock.Now() }

// SetVersion makes a Data Center one of another version, as an upgrade does.
func (s *Sandbox) SetVersion(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Version, s.w.version = version, version
}

// Advance lets simulated time pass; deliveries that a fault delayed are sent at
// the end of it, in the order they are due.
func (s *Sandbox) Advance(d time.Duration) {
	s.Settle()
	s.clock.Set(s.clock.Now().Add(d))
	s.Tick()
	s.Settle()
}

// Tick sends what is due by now. A sandbox whose clock runs needs one every so
// often; Advance calls it by itself.
func (s *Sandbox) Tick() { s.locked(func(*world) {}) }

// Close lets go of requests that a fault holds back. Deliveries that are waiting
// are not sent any more.
func (s *Sandbox) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	s.w.waiting = nil
}
