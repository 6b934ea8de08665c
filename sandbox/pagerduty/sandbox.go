package pagerduty

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// answerWithin is how long PagerDuty waits for the receipt of a delivery.
const answerWithin = 5 * time.Second

// Options configures a [Sandbox]. The zero value is a good one.
type Options struct {
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
	// time; PagerDuty's 5 seconds when 0.
	AnswerWithin time.Duration
	// Minted is told each secret that the sandbox makes up, so that a test can
	// look for them where they must not be. It is called with the sandbox locked.
	Minted func(secret string)
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated PagerDuty account. All methods may be called from
// several goroutines.
type Sandbox struct {
	opts   Options
	clock  *kit.Clock
	client *kit.Client
	site   *http.ServeMux // what PagerDuty serves
	admin  *http.ServeMux // what only the sandbox serves
	closed chan struct{}

	mu   sync.Mutex
	w    *world
	busy int        // how many lanes are being sent
	idle *sync.Cond // signalled when a lane rests
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	if opts.AnswerWithin == 0 {
		opts.AnswerWithin = answerWithin
	}
	s := &Sandbox{opts: opts, clock: kit.NewClock(opts.Now), client: kit.NewClient(opts.HTTPClient, opts.AnswerWithin), closed: make(chan struct{})}
	s.idle = sync.NewCond(&s.mu)
	s.site = http.NewServeMux()
	s.routeAPI()
	s.site.HandleFunc("GET /oauth/authorize", s.serveConsent)
	s.site.HandleFunc("POST /oauth/authorize", s.serveDecision)
	s.site.HandleFunc("POST /oauth/token", s.serveToken)
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
	w := newWorld(s.opts.RandomSeed, s.clock.Now, base)
	w.ids.Minted = s.opts.Minted
	return w, w.plant(s.opts.Seed)
}

// ServeHTTP serves PagerDuty's pages and API, and the control API under
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
// wait for that, as PagerDuty's answers do not wait for its deliveries.
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

// Advance lets simulated time pass. Deliveries that are to be tried again are
// tried when they are due on the way, not all at the end of it.
func (s *Sandbox) Advance(d time.Duration) {
	s.Settle()
	until := s.clock.Now().Add(d)
	for {
		s.mu.Lock()
		next, waiting := s.w.nextDue()
		s.mu.Unlock()
		if !waiting || next.After(until) {
			break
		}
		s.clock.Set(next)
		s.Tick()
		s.Settle()
	}
	s.clock.Set(until)
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
	s.w.lanes = map[string]*lane{}
}
