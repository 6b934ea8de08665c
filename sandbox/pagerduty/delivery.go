package pagerduty

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pkg/errors"
)

// How long a delivery is tried again, and how the pauses between grow.
const (
	retryFor   = 48 * time.Hour
	retryFirst = 10 * time.Second
	retryMost  = time.Hour
)

// Sign returns one signature of a delivery.
func Sign(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return "v1=" + hex.EncodeToString(h.Sum(nil))
}

// sender makes a client that sends like PagerDuty: it follows no redirect.
func sender(given *http.Client) *http.Client {
	client := &http.Client{}
	if given != nil {
		*client = *given
	}
	client.Timeout = 0 // each request has its own deadline
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
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

	status, err := s.send(address, header, body)

	s.mu.Lock()
	defer s.mu.Unlock()
	a := Attempt{At: at, Status: status}
	if err != nil {
		a.Error = reason(err)
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

// reason explains why there was no answer, without the address: it may carry a
// secret.
func reason(err error) string {
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	return err.Error()
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

// send posts a delivery and returns the status, 0 when there was no answer.
func (s *Sandbox) send(address string, header http.Header, body []byte) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.AnswerWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header = header
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
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
