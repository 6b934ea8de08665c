package pagerduty

import (
	"net/http"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// answerWithin is how long PagerDuty waits for the receipt of a delivery.
const answerWithin = 5 * time.Second

// Options configures a [Sandbox]. The zero value is a good one.
type Options struct {
	kit.Options
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated PagerDuty account. All methods may be called from
// several goroutines.
type Sandbox struct {
	*kit.Sandbox[*world]
	site *http.ServeMux // what PagerDuty serves
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	s := &Sandbox{site: http.NewServeMux()}
	s.Sandbox = kit.New(opts.Options, kit.Product[*world]{
		Site: s.site, Operation: kit.Patterns(s.site, "/"), AnswerWithin: answerWithin,
		Stamp:    func(w *world, h http.Header) { h.Set("X-Request-Id", w.IDs.UUID()) },
		NewWorld: func(base *kit.World) (*world, error) { return newWorld(base, opts.Seed) },
	})
	s.routeAPI()
	kit.RouteOAuth(s.Sandbox, s.site, "/oauth/authorize", pages)
	s.site.HandleFunc("POST /oauth/token", kit.TokenEndpoint(s.Sandbox, (*world).token))
	s.site.HandleFunc("/", kit.Places(s.Sandbox, pages, (*world).place))
	s.routeControl()
	return s
}
