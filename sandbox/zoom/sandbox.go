package zoom

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// answerWithin is how long Zoom waits for the receipt of a notification.
// https://developers.zoom.us/docs/api/webhooks/
const answerWithin = 3 * time.Second

// Options configures a [Sandbox]. The zero value is good.
type Options struct {
	// Now is the clock that the simulated one runs with; time.Now when nil.
	Now func() time.Time
	// RandomSeed makes identifiers and tokens repeatable; 0 takes a random seed.
	RandomSeed uint64
	// BaseURL is the sandbox's own address, which its links begin with. When
	// empty it is taken from the first request.
	BaseURL string
	// HTTPClient sends notifications; its timeout and redirect rule are not used.
	HTTPClient *http.Client
	// AnswerWithin is how long the sender waits for a receipt, in wall-clock
	// time; Zoom's 3 seconds when 0.
	AnswerWithin time.Duration
	// Minted is told each secret that the sandbox makes up (codes, tokens, the
	// keys in start links), so that a test can look for them where they must not
	// be. It is called with the sandbox locked.
	Minted func(secret string)
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated Zoom. All methods may be called from several goroutines.
type Sandbox struct {
	opts   Options
	clock  *kit.Clock
	client *kit.Client
	zoom   *http.ServeMux // what Zoom serves
	admin  *http.ServeMux // what only the sandbox serves
	closed chan struct{}

	mu    sync.Mutex
	w     *world
	lanes map[string][]*delivery // being sent, in order within a lane
	idle  *sync.Cond             // signalled when a lane ends
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	if opts.AnswerWithin == 0 {
		opts.AnswerWithin = answerWithin
	}
	s := &Sandbox{
		opts:   opts,
		clock:  kit.NewClock(opts.Now),
		client: kit.NewClient(opts.HTTPClient, opts.AnswerWithin),
		closed: make(chan struct{}),
		lanes:  map[string][]*delivery{},
	}
	s.idle = sync.NewCond(&s.mu)
	s.routeZoom()
	s.routeAdmin()
	w, err := s.fresh(strings.TrimSuffix(opts.BaseURL, "/"))
	if err != nil {
		panic(err)
	}
	s.w = w
	return s
}

// Check reports what is wrong with a seed.
func (s Seed) Check() error {
	return newWorld(1, time.Now, "").plant(s)
}

// fresh makes the world that a sandbox begins with.
func (s *Sandbox) fresh(base string) (*world, error) {
	w := newWorld(s.opts.RandomSeed, s.clock.Now, base)
	w.ids.Minted = s.opts.Minted
	return w, w.plant(s.opts.Seed)
}

// routeZoom says what Zoom serves. Paths are matched in their encoded form.
func (s *Sandbox) routeZoom() {
	s.zoom = http.NewServeMux()
	s.zoom.HandleFunc("GET /oauth/authorize", s.serveConsent)
	s.zoom.HandleFunc("POST /oauth/authorize", s.serveDecision)
	s.zoom.HandleFunc("POST /oauth/token", s.serveToken)
	s.zoom.HandleFunc("POST /oauth/revoke", s.serveRevoke)
	for _, op := range operations() {
		s.zoom.HandleFunc(op.method+" /v2"+op.path, s.serveAPI(op))
	}
	s.zoom.HandleFunc("/v2/", s.serveUnknownAPI)
	s.zoom.HandleFunc("GET /j/{meetingId}", s.serveRoom)
	s.zoom.HandleFunc("GET /s/{meetingId}", s.serveRoom)
	s.zoom.HandleFunc("POST /j/{meetingId}", s.serveRoomAction)
	s.zoom.HandleFunc("GET /{$}", s.serveFrontPage)
}

// ServeHTTP serves Zoom's OAuth endpoints, its API under /v2, meeting rooms
// under /j and /s, and the control API under /_sandbox.
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
// wait for that, as Zoom's answers do not wait for its notifications.
func (s *Sandbox) locked(f func(*world)) {
	s.mu.Lock()
	f(s.w)
	s.handOut()
	s.mu.Unlock()
}

// control is locked for control methods: it waits for the notifications to have
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

// Close lets go of requests that a fault holds back. Notifications that are
// waiting are not sent any more.
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
