package zoom

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

// retryAfter is how long after an attempt that failed the next one is made;
// after the last one Zoom gives up. https://developers.zoom.us/docs/api/webhooks/
var retryAfter = [...]time.Duration{5 * time.Minute, 20 * time.Minute, 60 * time.Minute}

// Sign returns the x-zm-signature header of a notification.
// https://developers.zoom.us/docs/api/webhooks/
func Sign(secret string, timestamp int64, body []byte) string {
	return "v0=" + mac(secret, append([]byte("v0:"+strconv.FormatInt(timestamp, 10)+":"), body...))
}

// mac is the HMAC of text in hexadecimal.
func mac(secret string, text []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

// sender makes a client that sends like Zoom: it follows no redirect.
func sender(given *http.Client) *http.Client {
	client := &http.Client{}
	if given != nil {
		*client = *given
	}
	client.Timeout = 0 // each request has its own deadline
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// attempt makes one attempt of a delivery and decides what becomes of it.
func (s *Sandbox) attempt(w *world, d *delivery) {
	s.pause(time.Duration(d.fault.LatencyMS) * time.Millisecond)
	s.mu.Lock()
	s.stampDelivery(w, d)
	header := w.headers(d)
	at, address, body := s.clock.Now(), d.URL, d.Body
	s.mu.Unlock()

	status, _, err := s.send(address, header, body)

	s.mu.Lock()
	defer s.mu.Unlock()
	a := Attempt{At: at, Timestamp: d.timestamp, Status: status}
	if err != nil {
		a.Error = reason(err)
	}
	d.Attempts = append(d.Attempts, a)
	d.Due = time.Time{}
	switch n := len(d.Attempts); {
	case status == http.StatusOK || status == http.StatusNoContent:
		d.State = DeliveryDone
	case err == nil && status < http.StatusInternalServerError:
		d.State = DeliveryRefused
	case n > len(retryAfter):
		d.State = DeliveryFailed
	default:
		d.Due = at.Add(retryAfter[n-1])
		w.waiting = append(w.waiting, d)
	}
	w.journal.delivered(d, at, a)
}

// reason explains why there was no answer, without the address: some endpoints
// carry a secret in theirs.
func reason(err error) string {
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	return err.Error()
}

// stampDelivery gives an attempt its timestamp and signature, or leaves those of
// the first attempt when that is the policy.
func (s *Sandbox) stampDelivery(w *world, d *delivery) {
	if len(d.Attempts) > 0 && w.policy.RetryTimestamp == RetryKeep {
		return
	}
	var secret string
	if app := w.apps[d.ClientID]; app != nil {
		secret = app.WebhookSecret // of today: it may have been rotated since the first attempt
	}
	if d.fault.BadSignature {
		secret += "?"
	}
	d.timestamp = s.clock.Now().Unix() + int64(d.fault.SkewSeconds)
	d.signature = Sign(secret, d.timestamp, d.Body)
}

// headers are those of a notification.
func (w *world) headers(d *delivery) http.Header {
	return http.Header{
		"Content-Type":           {"application/json; charset=utf-8"},
		"User-Agent":             {"Zoom Marketplace/1.0a"},
		"Clientid":               {d.ClientID},
		"X-Zm-Request-Id":        {d.RequestID},
		"X-Zm-Request-Timestamp": {strconv.FormatInt(d.timestamp, 10)},
		"X-Zm-Signature":         {d.signature},
		"X-Zm-Trackingid":        {w.ids.trackingID()},
		"Traceparent":            {"00-" + hex.EncodeToString(w.ids.bytes(16)) + "-" + hex.EncodeToString(w.ids.bytes(8)) + "-01"},
	}
}

// send posts a notification and returns the status and the answer, of which at
// most 64 KiB are read.
func (s *Sandbox) send(address string, header http.Header, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.AnswerWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header = header
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, answer, err
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
