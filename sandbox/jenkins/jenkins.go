package jenkins

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Options configures a [Jenkins]. The zero value is good.
type Options struct {
	// Options has the setting "Jenkins URL" as its BaseURL.
	kit.Options
	// NoURL leaves the setting "Jenkins URL" out: the plugin "Notification" sends no whole address then, and the plugin "Zoom" a made-up one.
	NoURL bool
}

// answerWithin is the timeout of both plugins.
const answerWithin = 30 * time.Second

// User may call the REST API with an API token.
type User struct {
	Name  string `json:"name"`
	Token string `json:"token"`
	// Build and Cancel are the permissions Job/Build and Job/Cancel; every known user may read.
	Build  bool `json:"build"`
	Cancel bool `json:"cancel"`
}

// Jenkins is a simulated Jenkins. All methods may be called from several goroutines.
type Jenkins struct {
	*kit.Sandbox[world]
	opts  Options
	rest  *http.ServeMux
	going sync.WaitGroup // what the REST API has started

	// mu guards the fields below. It may be held when the kit's lock is taken, never the other way round.
	mu     sync.Mutex
	users  []User
	jobs   []*Job
	queue  int64
	queued map[int64]*Build
}

// world is what the kit has for a Jenkins, whose jobs have a lock of their own.
type world struct{ *kit.World }

// New returns a Jenkins without jobs.
func New(opts Options) *Jenkins {
	j := &Jenkins{opts: opts, rest: http.NewServeMux()}
	j.empty()
	j.Sandbox = kit.New(opts.Options, kit.Product[world]{
		Site: j.rest, Operation: kit.Patterns(j.rest), AnswerWithin: answerWithin,
		Stamp:    func(_ world, h http.Header) { h.Set("X-Jenkins", "2.516.3") },
		TooLarge: func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusRequestEntityTooLarge) },
		NewWorld: func(base *kit.World) (world, error) { return world{base}, nil },
		OnReset:  j.empty,
	})
	j.routeREST()
	j.routeControl()
	return j
}

// empty forgets all users and jobs.
func (j *Jenkins) empty() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.users, j.jobs, j.queue, j.queued = nil, nil, 900, map[int64]*Build{}
}

// AddUser adds a user, or changes the one with the same name.
func (j *Jenkins) AddUser(u User) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.users = slices.DeleteFunc(j.users, func(known User) bool { return known.Name == u.Name })
	j.users = append(j.users, u)
}

// Settle waits until all that the REST API has started is done, and all deliveries have been attempted.
func (j *Jenkins) Settle() {
	j.going.Wait()
	j.Sandbox.Settle()
}
