package main

import (
	"net/http"
	"strings"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
)

// control is where sandboxes have their control API.
const control = "/_sandbox"

// player is a sandbox.
type player interface {
	http.Handler
	Tick()
	Close()
}

// stage is all sandboxes on one port.
type stage struct {
	mux     *http.ServeMux
	players []player
}

// newStage returns a stage with one sandbox, which serves all paths that no other
// has.
func newStage(first player) *stage {
	s := &stage{mux: http.NewServeMux(), players: []player{first}}
	s.mux.Handle("/", first)
	return s
}

// ServeHTTP serves all sandboxes. The hosts of webviews are the first one's on all paths.
func (s *stage) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if zoom.IsWebview(r) {
		s.players[0].ServeHTTP(rw, r)
		return
	}
	s.mux.ServeHTTP(rw, r)
}

// add gives a sandbox the paths below its name, and those of its control API.
func (s *stage) add(name string, p player) {
	s.players = append(s.players, p)
	s.mount(name, p)
}

// mount serves a sandbox below its name.
func (s *stage) mount(name string, h http.Handler) {
	s.mux.Handle("/"+name+"/", http.StripPrefix("/"+name, h))
	s.mux.HandleFunc(control+"/"+name+"/", func(rw http.ResponseWriter, r *http.Request) {
		inner := r.Clone(r.Context())
		inner.URL.Path = control + strings.TrimPrefix(r.URL.Path, control+"/"+name)
		if r.URL.RawPath != "" {
			inner.URL.RawPath = control + strings.TrimPrefix(r.URL.RawPath, control+"/"+name)
		}
		h.ServeHTTP(rw, inner)
	})
}

// addBitbucket adds both of Bitbucket's products.
func (s *stage) addBitbucket(set settings) {
	for name, kind := range map[string]bitbucket.Kind{"bitbucket": bitbucket.Cloud, "bitbucket-dc": bitbucket.DataCenter} {
		s.add(name, bitbucket.New(bitbucket.Options{
			Options: kit.Options{RandomSeed: set.random, BaseURL: set.baseURL + "/" + name},
			Kind:    kind,
			Version: set.version,
		}))
	}
}

// tick does what is due.
func (s *stage) tick() {
	for _, p := range s.players {
		p.Tick()
	}
}

// close closes all sandboxes.
func (s *stage) close() {
	for _, p := range s.players {
		p.Close()
	}
}
