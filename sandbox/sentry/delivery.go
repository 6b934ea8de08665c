package sentry

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// A published integration's delivery is tried again so often, after this pause.
// An internal one's never is: the sender swallows its errors.
const (
	retries    = 3
	retryPause = 5 * time.Minute
)

// Sign returns the Sentry-Hook-Signature of a body.
func Sign(secret string, body []byte) string {
	return kit.HMAC(secret, body)
}

// attempt makes one attempt of a delivery and decides what becomes of it.
func (s *Sandbox) attempt(w *world, d *delivery) {
	s.pause(time.Duration(d.fault.LatencyMS) * time.Millisecond)
	s.mu.Lock()
	header := w.headers(d)
	at, address, body := s.clock.Now(), d.URL, d.Body
	s.mu.Unlock()

	began := time.Now()
	status, _, err := s.client.Post(address, header, body)

	s.mu.Lock()
	defer s.mu.Unlock()
	a := Attempt{At: at, RequestID: header.Get("Request-Id"), Status: status, TookMS: time.Since(began).Milliseconds()}
	if err != nil {
		a.Error = kit.Reason(err)
	}
	d.Attempts = append(d.Attempts, a)
	w.journal.delivered(d, at, a)
	s.settle(w, d, a, err)
	s.sending--
	s.idle.Broadcast()
	s.handOut()
}

// settle decides after an attempt.
func (s *Sandbox) settle(w *world, d *delivery, a Attempt, err error) {
	var network net.Error
	late := errors.As(err, &network) && network.Timeout()
	if late && d.app != nil {
		w.timedOut(d.app, a.At)
	}
	switch {
	case a.Status != 0 && a.Status < http.StatusBadRequest:
		d.State = DeliveryDone
	case d.app != nil && d.app.Published && (a.Status == 0 || a.Status >= http.StatusInternalServerError) && len(d.Attempts) <= retries:
		d.due = a.At.Add(retryPause)
		if s.w == w {
			w.waiting = append(w.waiting, d)
		}
	default:
		d.State = DeliveryFailed
	}
}

// headers are those of the next attempt of a delivery. All but the signature are
// new each time, and the signature covers the body alone.
func (w *world) headers(d *delivery) http.Header {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"sentry/26.8.0 (https://sentry.io)"}}
	if d.app == nil {
		return h // the legacy webhook signs nothing
	}
	h["Request-Id"] = []string{w.ids.Hex(16)}
	h["Sentry-Hook-Resource"] = []string{d.resource}
	h["Sentry-Hook-Timestamp"] = []string{strconv.FormatInt(w.now().Unix(), 10)}
	secret := d.app.ClientSecret // of now: it may have been changed since the event
	if d.fault.BadSignature {
		secret += "?"
	}
	if !d.fault.NoSignature {
		h["Sentry-Hook-Signature"] = []string{Sign(secret, d.Body)}
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
