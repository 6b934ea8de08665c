package bitbucket

import (
	"net/http"
	"strconv"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// cloudAttempts is how often Cloud tries to deliver, without a pause.
const cloudAttempts = 3

// The circuit breaker of a Data Center: after so many failures in a row a webhook
// is left alone for a while, and each further failure doubles the while.
const (
	breakerFailures = 5
	breakerFirst    = 10 * time.Second
	breakerLongest  = 10 * time.Hour
)

// Sign returns the X-Hub-Signature header of a delivery.
func Sign(secret string, body []byte) string {
	return "sha256=" + kit.HMAC(secret, body)
}

// attempt makes one attempt of a delivery and decides what becomes of it. It
// reports whether another is to follow at once.
func (s *Sandbox) attempt(w *world, d *delivery) (again bool) {
	s.pause(time.Duration(d.fault.LatencyMS) * time.Millisecond)
	s.mu.Lock()
	if d.hook.restsUntil.After(s.clock.Now()) {
		d.State = DeliverySkipped
		s.mu.Unlock()
		return false
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
	if w.kind == Cloud {
		return d.settleCloud(status)
	}
	d.settleDataCenter(status, at)
	return false
}

// settleCloud decides after an attempt of Cloud's: what is below 500 is an answer.
func (d *delivery) settleCloud(status int) (again bool) {
	switch {
	case status/100 == 2:
		d.State = DeliveryDone
	case status != 0 && status < http.StatusInternalServerError:
		d.State = DeliveryRefused
	case len(d.Attempts) < cloudAttempts:
		return true
	default:
		d.State = DeliveryFailed
	}
	return false
}

// settleDataCenter decides after the one attempt of a Data Center's, and lets the
// webhook rest when it failed too often.
func (d *delivery) settleDataCenter(status int, at time.Time) {
	if status/100 == 2 {
		d.State = DeliveryDone
		d.hook.failures, d.hook.rest = 0, 0
		return
	}
	d.State = DeliveryFailed
	d.hook.failures++
	if d.hook.failures < breakerFailures {
		return
	}
	d.hook.rest = min(max(breakerFirst, 2*d.hook.rest), breakerLongest)
	d.hook.restsUntil = at.Add(d.hook.rest)
}

// headers are those of the next attempt of a delivery.
func (w *world) headers(d *delivery) http.Header {
	h := http.Header{"X-Event-Key": {d.Event}}
	if w.kind == Cloud {
		h["Content-Type"] = []string{"application/json"}
		h["User-Agent"] = []string{"Bitbucket-Webhooks/2.0"}
		h["X-Hook-Uuid"] = []string{trimBraces(d.hook.uuid)}
		h["X-Request-Uuid"] = []string{d.RequestID}
		h["X-Attempt-Number"] = []string{strconv.Itoa(len(d.Attempts) + 1)}
		h["Traceparent"] = []string{w.ids.Traceparent()}
	} else {
		h["Content-Type"] = []string{"application/json; charset=utf-8"}
		h["User-Agent"] = []string{"Atlassian HttpClient 4.2.0 / Bitbucket-" + w.version + " / Default"}
		h["X-Request-Id"] = []string{d.RequestID}
	}
	secret := d.hook.secret // of now: it may have been changed since the event
	if d.fault.BadSignature {
		secret += "?"
	}
	unsigned := d.Event == eventPing && !w.policy.SignedPing
	if secret != "" && !d.fault.NoSignature && !unsigned {
		h["X-Hub-Signature"] = []string{Sign(secret, d.Body)}
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
