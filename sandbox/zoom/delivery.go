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

// post leaves a notification to be sent. Notifications of one room reach one app
// in order, those of different rooms may overtake each other.
func (w *world) post(app *registration, address, room, event string, body []byte) {
	w.Post(kit.Parcel{
		Delivery: kit.Delivery{Recipient: app.ClientID, URL: address, Event: event, Body: body},
		To:       endpoint{w, app.ClientID}, NewID: w.requestID, Lane: app.ClientID + " " + address + " " + room,
	})
}

// requestID returns an x-zm-request-id.
func (w *world) requestID() string { return w.IDs.UUIDBy("_") }

// endpoint is where an app is sent notifications.
type endpoint struct {
	w        *world
	clientID string
}

// Prepare implements kit.Recipient. The policy says whether a retry keeps the
// timestamp and signature of the first attempt.
func (e endpoint) Prepare(d *kit.Sending, a *kit.Attempt) (http.Header, bool) {
	signature := d.Header.Get("X-Zm-Signature")
	if len(d.Attempts) > 0 && e.w.policy.RetryTimestamp == RetryKeep {
		a.Timestamp = d.Attempts[0].Timestamp
	} else {
		a.Timestamp = e.w.Now().Unix() + int64(d.Action.SkewSeconds)
		signature = Sign(e.secret(d.Action), a.Timestamp, d.Body)
	}
	h := http.Header{
		"Content-Type":           {"application/json; charset=utf-8"},
		"User-Agent":             {"Zoom Marketplace/1.0a"},
		"Clientid":               {e.clientID},
		"X-Zm-Request-Id":        {d.RequestID},
		"X-Zm-Request-Timestamp": {strconv.FormatInt(a.Timestamp, 10)},
		"X-Zm-Trackingid":        {e.w.ids.trackingID()},
		"Traceparent":            {e.w.IDs.Traceparent()},
	}
	if !d.Action.NoSignature {
		h.Set("X-Zm-Signature", signature)
	}
	return h, true
}

// secret is the current secret token: it may have been rotated since the event.
func (e endpoint) secret(action kit.Action) string {
	var secret string
	if app := e.w.apps[e.clientID]; app != nil {
		secret = app.WebhookSecret
	}
	if action.BadSignature {
		secret += "?"
	}
	return secret
}

// Settle implements kit.Recipient. Zoom treats every answer below 500 as final.
func (e endpoint) Settle(d *kit.Sending, a kit.Attempt) kit.Verdict {
	switch n := len(d.Attempts); {
	case a.Status == http.StatusOK || a.Status == http.StatusNoContent:
		return kit.Verdict{State: kit.DeliveryDone}
	case a.Error == "" && a.Status < http.StatusInternalServerError:
		return kit.Verdict{State: kit.DeliveryRefused}
	case n > len(retryAfter):
		return kit.Verdict{State: kit.DeliveryFailed}
	default:
		return kit.Verdict{State: kit.DeliveryWaiting, Again: a.At.Add(retryAfter[n-1])}
	}
}
