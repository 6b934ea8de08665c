package kit

import "time"

// World is what a reset forgets and every sandbox has. A sandbox embeds it in a
// world of its own. Its methods need the sandbox's lock, and none of them does any
// I/O: deliveries are left in the outbox.
type World struct {
	// IDs creates identifiers and secrets.
	IDs *IDs
	// Now returns the simulated time.
	Now func() time.Time
	// Base is the sandbox's own address without a slash at its end, which links
	// begin with; "" until it is known.
	Base string

	faults  []*Fault
	hits    map[string]hits
	outbox  outbox
	journal journal
}

// NewWorld returns an empty world for checking a seed, outside of a sandbox.
func NewWorld() *World { return newWorld(NewIDs(1), time.Now, "") }

func newWorld(ids *IDs, now func() time.Time, base string) *World {
	return &World{
		IDs: ids, Now: now, Base: base,
		hits:    map[string]hits{},
		outbox:  outbox{lanes: map[string]*lane{}},
		journal: journal{counts: map[string]int{}},
	}
}

// kit returns the part of a world that every sandbox has.
func (w *World) kit() *World { return w }

// Embedder is a type that embeds a [World].
type Embedder interface{ kit() *World }

// hits are the requests within one window of a rate limit.
type hits struct {
	from time.Time
	n    int
}

// Hit counts a request against a rate limit and returns how many there were in the
// current window, this one included. Windows begin at multiples of their length,
// in UTC.
func (w *World) Hit(key string, window time.Duration) int {
	from := w.Now().Truncate(window)
	h := w.hits[key]
	if !h.from.Equal(from) {
		h = hits{from: from}
	}
	h.n++
	w.hits[key] = h
	return h.n
}
