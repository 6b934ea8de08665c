package bitbucket

import (
	"net/http"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// answerWithin is how long Bitbucket waits for the receipt of a delivery.
const answerWithin = 10 * time.Second

// Kind is which of the two products a sandbox simulates.
type Kind string

// The products. They have little in common but the name.
const (
	Cloud      Kind = "cloud"
	DataCenter Kind = "datacenter"
)

// Options configures a [Sandbox]. The zero value is a good Cloud.
type Options struct {
	kit.Options
	// Kind is Cloud when empty.
	Kind Kind
	// Version is that of a Data Center, "9.4.0" when empty. From 10 on its
	// deliveries write dates as text.
	Version string
	// Seed is the world to begin with and to return to on reset. New panics when
	// it is not valid; see [Seed.Check].
	Seed Seed
}

// Sandbox is a simulated Bitbucket. All methods may be called from several
// goroutines.
type Sandbox struct {
	*kit.Sandbox[*world]
	site    *http.ServeMux // what Bitbucket serves
	version string         // guarded by the kit's lock
}

// New returns a sandbox.
func New(opts Options) *Sandbox {
	if opts.Kind == "" {
		opts.Kind = Cloud
	}
	if opts.Version == "" {
		opts.Version = "9.4.0"
	}
	s := &Sandbox{site: http.NewServeMux(), version: opts.Version}
	s.Sandbox = kit.New(opts.Options, kit.Product[*world]{
		Site: s.site, Operation: kit.Patterns(s.site, "/2.0/", "/rest/", "/"), AnswerWithin: answerWithin,
		Stamp: func(w *world, h http.Header) { h.Set("X-Request-Id", w.IDs.UUID()) },
		NewWorld: func(base *kit.World) (*world, error) {
			return newWorld(base, opts.Kind, s.version, opts.Seed)
		},
	})
	if opts.Kind == Cloud {
		s.routeCloud()
	} else {
		s.routeDataCenter()
	}
	s.site.HandleFunc("/", kit.Places(s.Sandbox, pages, (*world).place))
	s.routeControl()
	return s
}

// SetVersion makes a Data Center one of another version, as an upgrade does.
func (s *Sandbox) SetVersion(version string) {
	s.Locked(func(w *world) { s.version, w.version = version, version })
}
