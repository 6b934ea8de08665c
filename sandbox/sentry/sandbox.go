package sentry

import (
	"net/http"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// answerWithin is how long Sentry waits for the receipt of a delivery.
const answerWithin = time.Second

// Options configures a [Sandbox]. The zero value is a good Sentry.
type Options struct {
	kit.Options
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated Sentry. All methods may be called from several
// goroutines.
type Sandbox struct {
	*kit.Sandbox[*world]
	site *http.ServeMux // what Sentry serves
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	s := &Sandbox{site: http.NewServeMux()}
	s.Sandbox = kit.New(opts.Options, kit.Product[*world]{
		Site: http.HandlerFunc(s.serveSite), Operation: kit.Patterns(s.site, "/api/0/{rest...}", "/"), AnswerWithin: answerWithin,
		NewWorld: func(base *kit.World) (*world, error) { return newWorld(base, opts.Seed) },
	})
	s.routeSite()
	s.routeControl()
	return s
}
