package bitbucket

import (
	"net/http"
	"strconv"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// maxPayload is the largest payload that Cloud sends; larger ones are dropped.
const maxPayload = 256 << 10

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
func Sign(secret string, body []byte) string { return "sha256=" + kit.HMAC(secret, body) }

// post leaves a delivery to be sent to a webhook. What goes to one webhook goes in
// order.
func (w *world) post(h *hook, event string, body []byte) {
	p := kit.Parcel{
		Delivery: kit.Delivery{Recipient: h.uuid, URL: h.url, Event: event, Body: body},
		To:       endpoint{w, h}, Lane: h.uuid, NewID: w.IDs.UUID,
	}
	if w.kind == Cloud && len(body) > maxPayload {
		p.State = kit.DeliveryDropped
	}
	w.Post(p)
}

// endpoint is a webhook as a recipient of deliveries.
type endpoint struct {
	w    *world
	hook *hook
}

// Prepare implements kit.Recipient. A Data Center leaves a webhook alone that
// failed too often.
func (e endpoint) Prepare(d *kit.Sending, _ *kit.Attempt) (http.Header, bool) {
	if e.hook.restsUntil.After(e.w.Now()) {
		return nil, false
	}
	h := http.Header{"X-Event-Key": {d.Event}}
	if e.w.kind == Cloud {
		h["Content-Type"] = []string{"application/json"}
		h["User-Agent"] = []string{"Bitbucket-Webhooks/2.0"}
		h["X-Hook-Uuid"] = []string{trimBraces(e.hook.uuid)}
		h["X-Request-Uuid"] = []string{d.RequestID}
		h["X-Attempt-Number"] = []string{strconv.Itoa(len(d.Attempts) + 1)}
		h["Traceparent"] = []string{e.w.IDs.Traceparent()}
	} else {
		h["Content-Type"] = []string{"application/json; charset=utf-8"}
		h["User-Agent"] = []string{"Atlassian HttpClient 4.2.0 / Bitbucket-" + e.w.version + " / Default"}
		h["X-Request-Id"] = []string{d.RequestID}
	}
	secret := e.hook.secret // the current one: it may have changed since the event
	if d.Action.BadSignature {
		secret += "?"
	}
	unsigned := d.Event == eventPing && !e.w.policy.SignedPing
	if secret != "" && !d.Action.NoSignature && !unsigned {
		h["X-Hub-Signature"] = []string{Sign(secret, d.Body)}
	}
	return h, true
}

// Settle implements kit.Recipient.
func (e endpoint) Settle(d *kit.Sending, a kit.Attempt) kit.Verdict {
	if e.w.kind == DataCenter {
		return kit.Verdict{State: e.settleDataCenter(a)}
	}
	switch {
	case a.Status/100 == 2:
		return kit.Verdict{State: kit.DeliveryDone}
	case a.Status != 0 && a.Status < http.StatusInternalServerError:
		return kit.Verdict{State: kit.DeliveryRefused}
	case len(d.Attempts) < cloudAttempts:
		return kit.Verdict{State: kit.DeliveryWaiting, Again: a.At, InPlace: true}
	}
	return kit.Verdict{State: kit.DeliveryFailed}
}

// settleDataCenter decides after the one attempt of a Data Center, and lets the
// webhook rest when it failed too often.
func (e endpoint) settleDataCenter(a kit.Attempt) string {
	if a.Status/100 == 2 {
		e.hook.failures, e.hook.rest = 0, 0
		return kit.DeliveryDone
	}
	if e.hook.failures++; e.hook.failures >= breakerFailures {
		e.hook.rest = min(max(breakerFirst, 2*e.hook.rest), breakerLongest)
		e.hook.restsUntil = a.At.Add(e.hook.rest)
	}
	return kit.DeliveryFailed
}
