package mattermost

import (
	"sync"
	"time"
)

// welcomeFor is how long it is taken for granted that a user who could post in a channel still can. The hooks for users who leave shorten
// it; they are called on one server of a cluster only, and not at all when a permission changes.
const welcomeFor = 5 * time.Second

// welcomes remembers who could post where a moment ago.
type welcomes struct {
	mu    sync.Mutex
	since map[seat]time.Time
}

// seat is a user in a channel.
type seat struct{ user, channel string }

// has reports whether the user could post there a moment ago.
func (w *welcomes) has(s seat, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	since, known := w.since[s]
	return known && now.Sub(since) < welcomeFor
}

// note remembers that the user can post there now.
func (w *welcomes) note(s seat, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since == nil || len(w.since) >= maxKnown {
		w.since = map[seat]time.Time{}
	}
	w.since[s] = now
}

// forget drops the seats that the function reports.
func (w *welcomes) forget(dropped func(seat) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.since {
		if dropped(s) {
			delete(w.since, s)
		}
	}
}

// LeftChannel forgets that the user could post in the channel. The hook UserHasLeftChannel calls it.
func (c *Permissions) LeftChannel(userID, channelID string) {
	c.welcomes.forget(func(s seat) bool { return s == seat{userID, channelID} })
}

// Deactivated forgets where the user could post. The hook UserHasBeenDeactivated calls it.
func (c *Permissions) Deactivated(userID string) {
	c.welcomes.forget(func(s seat) bool { return s.user == userID })
}
