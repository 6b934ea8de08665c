package queue

import "maps"

// The limits that stories are about.
const (
	MaxCrashes = maxCrashes
	MaxPanics  = maxPanics
	LookEvery  = lookEvery
	RenewEvery = renewEvery
)

// Counts is what an engine counts.
type Counts struct {
	Held, Shared  Amount
	Of, Waits     map[string]Amount
	Busy, Working int
}

// Counted returns a copy of the engine's counts.
func (e *Engine) Counted() Counts {
	h := e.holdings
	h.mu.Lock()
	defer h.mu.Unlock()
	return Counts{
		Held: h.room.held, Shared: h.room.shared, Of: maps.Clone(h.room.of), Waits: maps.Clone(h.room.waits),
		Busy: len(h.lines.busy), Working: len(h.lines.working),
	}
}
