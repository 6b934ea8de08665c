package jenkins

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options configures a [Jenkins]. The zero value is good.
type Options struct {
	// Now is the clock that the simulated one runs with; time.Now when nil.
	Now func() time.Time
	// BaseURL is the setting "Jenkins URL", which links begin with. When empty it is taken from the first request.
	BaseURL string
	// NoURL leaves the setting "Jenkins URL" out: the plugin "Notification" sends no whole address then, and the plugin "Zoom" a made-up one.
	NoURL bool
	// HTTPClient sends deliveries; its timeout and redirect rule are not used.
	HTTPClient *http.Client
	// AnswerWithin is how long a sender waits for an answer, in wall-clock time; the plugins' 30 seconds when 0.
	AnswerWithin time.Duration
}

// answerWithin is the timeout of both plugins.
const answerWithin = 30 * time.Second

// User may call the REST API with an API token.
type User struct {
	Name  string `json:"name"`
	Token string `json:"token"`
	// Build and Cancel are the permissions Job/Build and Job/Cancel; everybody known may read.
	Build  bool `json:"build"`
	Cancel bool `json:"cancel"`
}

// Jenkins is a simulated Jenkins. All methods may be called from several goroutines.
type Jenkins struct {
	opts   Options
	client *http.Client
	rest   *http.ServeMux
	admin  *http.ServeMux
	going  sync.WaitGroup // what the REST API has set going

	mu      sync.Mutex
	base    string
	offset  time.Duration
	users   []User
	jobs    []*Job
	queue   int64
	queued  map[int64]*Build
	faults  []*Fault
	held    []func()
	journal []Entry
}

// New returns a Jenkins without jobs.
func New(opts Options) *Jenkins {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.AnswerWithin == 0 {
		opts.AnswerWithin = answerWithin
	}
	j := &Jenkins{opts: opts, base: strings.TrimSuffix(opts.BaseURL, "/"), queued: map[int64]*Build{}, queue: 900}
	client := http.Client{}
	if opts.HTTPClient != nil {
		client = *opts.HTTPClient
	}
	client.Timeout = opts.AnswerWithin
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	j.client = &client
	j.routeREST()
	j.routeAdmin()
	return j
}

// SetBaseURL tells the Jenkins its own address, once a listener has one.
func (j *Jenkins) SetBaseURL(address string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.base = strings.TrimSuffix(address, "/")
}

// BaseURL returns the Jenkins' own address.
func (j *Jenkins) BaseURL() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.base
}

// Now returns the simulated time.
func (j *Jenkins) Now() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.now()
}

func (j *Jenkins) now() time.Time { return j.opts.Now().Add(j.offset).UTC() }

// Advance lets time pass.
func (j *Jenkins) Advance(d time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.offset += max(d, 0)
}

// AddUser adds a user, or changes the one with the same name.
func (j *Jenkins) AddUser(u User) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.users = slices.DeleteFunc(j.users, func(known User) bool { return known.Name == u.Name })
	j.users = append(j.users, u)
}

// Settle waits until all that the REST API has set going is done.
func (j *Jenkins) Settle() { j.going.Wait() }

// ServeHTTP serves the REST API, and the control API under /_sandbox.
func (j *Jenkins) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	j.mu.Lock()
	if j.base == "" {
		j.base = "http://" + r.Host
	}
	j.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		j.admin.ServeHTTP(rw, r)
		return
	}
	j.observe(rw, r)
}
