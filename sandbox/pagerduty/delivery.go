package pagerduty

import (
	"net/http"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// How long a delivery is tried again, and how the pauses between grow.
const (
	retryFor   = 48 * time.Hour
	retryFirst = 10 * time.Second
	retryMost  = time.Hour
)

// Sign returns one signature of a delivery.
func Sign(secret string, body []byte) string {
	return "v1=" + kit.HMAC(secret, body)
}

// attempt makes one attempt of a delivery and decides what becomes of it. It
// reports whether that is settled, so that the next one's turn has come.
func (s *Sandbox) attempt(w *world, d *delivery) (settled bool) {
	s.pause(time.Duration(d.fault.LatencyMS) * time.Millisecond)
	s.mu.Lock()
	if d.hook.disabledUntil.After(s.clock.Now()) {
		d.State = DeliverySkipped
		s.mu.Unlock()
		return true
	}
	header := w.headers(d)
	at, address, body := s.clock.Now(), d.URL, d.Body
	s.mu.Unlock()

	status, _, err := s.client.Post(address, header, body)

	s.mu.Lock()
	defer s.mu.Unlock()
	a := Attempt{At: at, Status: status}
	if err != nil {
		a.Error = kit.Reason(err)
	}
	d.Attempts = append(d.Attempts, a)
	w.journal.delivered(d, at, a)
	return d.settle(status, at)
}

// settle decides after an attempt: success and other 4xx than 429 are answers, all
// else is tried again for 48 hours.
func (d *delivery) settle(status int, at time.Time) bool {
	switch {
	case status/100 == 2:
		d.State, d.hook.drops = DeliveryDone, 0
		return true
	case status/100 == 4 && status != http.StatusTooManyRequests:
		d.drop(at)
		return true
	}
	wait := retryMost
	if n := len(d.Attempts) - 1; n < 16 {
		wait = min(retryFirst<<n, retryMost)
	}
	if d.due = at.Add(wait); d.due.Sub(d.since) <= retryFor {
		return false
	}
	d.drop(at)
	return true
}

// drop gives the delivery up, and its subscription for a day after the third in a
// row.
func (d *delivery) drop(at time.Time) {
	d.State = DeliveryDropped
	if d.hook.drops++; d.hook.drops >= dropsToDisable {
		d.hook.drops, d.hook.disabledUntil = 0, at.Add(disabledFor)
	}
}

// headers are those of the next attempt of a delivery.
func (w *world) headers(d *delivery) http.Header {
	h := http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"PagerDuty-Webhook/V3.0"}, "X-Webhook-Id": {d.WebhookID},
		"X-Webhook-Subscription": {d.Subscription},
	}
	var signatures []string
	for _, secret := range d.hook.secrets {
		if d.fault.BadSignature {
			secret += "?"
		}
		signatures = append(signatures, Sign(secret, d.Body))
	}
	if !d.fault.NoSignature {
		h["X-Pagerduty-Signature"] = []string{strings.Join(signatures, ",")}
	}
	return h
}

// pause waits in wall-clock time, or until the sandbox is closed.
func (s *Sandbox) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-s.closed:
	}
}
