package zoomchat

import (
	"sync"
	"time"
)

// window is a limit of Zoom's: so many messages to one channel within a time.
type window struct {
	most   int
	within time.Duration
}

// windows are the limits of messages to one channel. Zoom documents them for messages of users, and none for chatbots:
// https://developers.zoom.us/docs/api/team-chat/ ("Send a chat message")
var windows = []window{{10, time.Second}, {30, 10 * time.Second}, {60, 100 * time.Second}, {450, 1000 * time.Second}}

const (
	// longestWindow is the time after which a message counts for nothing.
	longestWindow = 1000 * time.Second
	// maxPaced is the most channels whose messages are counted; those without recent ones are dropped first.
	maxPaced = 10_000
)

// pace spreads the messages of this server to each channel so that Zoom's limits are kept. The others' are Zoom's to refuse.
type pace struct {
	now func() time.Time

	mu   sync.Mutex
	sent map[string][]time.Time
}

func newPace(now func() time.Time) *pace { return &pace{now: now, sent: map[string][]time.Time{}} }

// reserve returns how long to wait before the next message to the channel, and reserves that moment. A wait longer than most is returned
// without a reservation.
func (p *pace) reserve(channel string, most time.Duration) (wait time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	sent := recent(p.sent[channel], now)
	at := now
	if n := len(sent); n > 0 && sent[n-1].After(at) {
		at = sent[n-1]
	}
	for _, w := range windows {
		if n := len(sent); n >= w.most {
			if free := sent[n-w.most].Add(w.within); free.After(at) {
				at = free
			}
		}
	}
	if wait = at.Sub(now); wait > most {
		return wait, false
	}
	if len(p.sent) >= maxPaced {
		for key, times := range p.sent {
			if len(recent(times, now)) == 0 {
				delete(p.sent, key)
			}
		}
	}
	p.sent[channel] = append(sent, at)
	return wait, true
}

// recent returns the times that still count.
func recent(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= longestWindow {
		times = times[1:]
	}
	return times
}
