package oauth

import (
	"sync"
	"time"
)

// recentFor is how long a grant that was read serves for more calls. A token that ended meanwhile, on another server, is rejected by Zoom,
// and Renew reads the grant again.
const recentFor = 5 * time.Second

// recent are the usable grants that this server read a moment ago, so that an operation with several calls reads its grant once.
type recent struct {
	now func() time.Time

	mu   sync.Mutex
	read map[GrantKey]readGrant
}

type readGrant struct {
	state
	at time.Time
}

func (r *recent) keep(s state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, earlier := range r.read {
		if r.now().Sub(earlier.at) > recentFor {
			delete(r.read, key)
		}
	}
	r.read[s.Key] = readGrant{state: s, at: r.now()}
}

func (r *recent) forget(key GrantKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.read, key)
}

// find returns the grant, if it was read in the last seconds.
func (r *recent) find(key GrantKey) (state, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.read[key]
	return s.state, ok && r.now().Sub(s.at) <= recentFor
}
