package teamchat

import "time"

// windows are how many messages a channel takes, and for how long it takes no more once
// there were that many. Zoom documents them for the messages of users; whether they hold
// for chatbots isn't said.
// https://developers.zoom.us/docs/api/rate-limits/
var windows = [...]struct {
	most         int
	within, wait time.Duration
}{
	{10, time.Second, 10 * time.Second},
	{30, 10 * time.Second, 30 * time.Second},
	{60, 100 * time.Second, time.Minute},
	{450, 1000 * time.Second, 5 * time.Minute},
}

// pace is when a place got messages.
type pace struct {
	sent  []time.Time
	until time.Time // when it takes messages again
}

// paced counts a message, and reports whether it may be sent.
func (c *Chat) paced(at place) bool {
	p, now := c.pace[at.jid], c.Now()
	if p == nil {
		p = &pace{}
		c.pace[at.jid] = p
	}
	if now.Before(p.until) {
		return false
	}
	for _, w := range windows {
		n := 0
		for _, t := range p.sent {
			if now.Sub(t) < w.within {
				n++
			}
		}
		if n >= w.most {
			p.until = now.Add(w.wait)
			return false
		}
	}
	p.sent = append(p.sent, now)
	p.sent = p.sent[max(0, len(p.sent)-windows[len(windows)-1].most):]
	return true
}
