package zoom

import (
	"net/http"
	"strconv"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// retryAfter is how long after an attempt that failed the next one is made;
// after the last one Zoom gives up. https://developers.zoom.us/docs/api/webhooks/
var retryAfter = [...]time.Duration{5 * time.Minute, 20 * time.Minute, 60 * time.Minute}

// Sign returns the x-zm-signature header of a notification.
// https://developers.zoom.us/docs/api/webhooks/
func Sign(secret string, timestamp int64, body []byte) string {
	return "v0=" + kit.HMAC(secret, append([]byte("v0:"+strconv.FormatInt(timestamp, 10)+":"), body...))
}

// attempt makes one attempt of a delivery and decides what becomes of it.
func (s *Sandbox) attempt(w *world, d *delivery) {
	s.pause(time.Duration(d.fault.LatencyMS) * time.Millisecond)
	s.mu.Lock()
	s.stampDelivery(w, d)
	header := w.headers(d)
	at, address, body := s.clock.Now(), d.URL, d.Body
	s.mu.Unlock()

	status, _, err := s.client.Post(address, header, body)

	s.mu.Lock()
	defer s.mu.Unlock()
	a := Attempt{At: at, Timestamp: d.timestamp, Status: status}
	if err != nil {
		a.Error = kit.Reason(err)
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
		"Traceparent":            {w.ids.Traceparent()},
	}
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
