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
func Sign(secret string, body []byte) string { return "v1=" + kit.HMAC(secret, body) }

// post leaves a delivery to be sent to a subscription. Deliveries about one
// incident are sent in order: the next when the one before it was received or
// dropped. Events while the subscription is disabled are lost.
func (w *world) post(h *subscription, incident string, body object) {
	event, _ := body["event"].(object)["event_type"].(string)
	p := kit.Parcel{
		Delivery: kit.Delivery{Recipient: h.id, URL: h.url, Event: event, Body: kit.Compact(body)},
		To:       endpoint{w, h}, Lane: h.id + " " + incident, NewID: w.IDs.UUID,
	}
	if h.disabledUntil.After(w.Now()) {
		p.State = kit.DeliverySkipped
	}
	w.Post(p)
}

// endpoint is a subscription as a recipient of deliveries.
type endpoint struct {
	w    *world
	hook *subscription
}

// Prepare implements kit.Recipient. A disabled subscription is sent nothing.
func (e endpoint) Prepare(d *kit.Sending, _ *kit.Attempt) (http.Header, bool) {
	if e.hook.disabledUntil.After(e.w.Now()) {
		return nil, false
	}
	h := http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"PagerDuty-Webhook/V3.0"}, "X-Webhook-Id": {d.RequestID},
		"X-Webhook-Subscription": {e.hook.id},
	}
	var signatures []string
	for _, secret := range e.hook.secrets {
		if d.Action.BadSignature {
			secret += "?"
		}
		signatures = append(signatures, Sign(secret, d.Body))
	}
	if !d.Action.NoSignature {
		h["X-Pagerduty-Signature"] = []string{strings.Join(signatures, ",")}
	}
	return h, true
}

// Settle implements kit.Recipient: success and 4xx other than 429 are answers, all
// else is tried again for 48 hours.
func (e endpoint) Settle(d *kit.Sending, a kit.Attempt) kit.Verdict {
	switch {
	case a.Status/100 == 2:
		e.hook.drops = 0
		return kit.Verdict{State: kit.DeliveryDone}
	case a.Status/100 == 4 && a.Status != http.StatusTooManyRequests:
		return e.drop(a.At)
	}
	wait := retryMost
	if n := len(d.Attempts) - 1; n < 16 {
		wait = min(retryFirst<<n, retryMost)
	}
	again := a.At.Add(wait)
	if d.Age(again) > retryFor {
		return e.drop(a.At)
	}
	return kit.Verdict{State: kit.DeliveryWaiting, Again: again, InPlace: true}
}

// drop gives the delivery up, and its subscription for a day after the third in a
// row.
func (e endpoint) drop(at time.Time) kit.Verdict {
	if e.hook.drops++; e.hook.drops >= dropsToDisable {
		e.hook.drops, e.hook.disabledUntil = 0, at.Add(disabledFor)
	}
	return kit.Verdict{State: kit.DeliveryDropped}
}
