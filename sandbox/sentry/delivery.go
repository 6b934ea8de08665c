package sentry

import (
	"net/http"
	"strconv"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// A published integration's delivery is tried again this many times, with this pause.
// An internal one's never is: the sender swallows its errors.
const (
	retries    = 3
	retryPause = 5 * time.Minute
)

// Sign returns the Sentry-Hook-Signature of a body.
func Sign(secret string, body []byte) string { return kit.HMAC(secret, body) }

// post leaves a delivery to be sent to an integration. Sentry's workers send all at
// once.
func (w *world) post(i *integration, resource, action string, body []byte) {
	w.Post(kit.Parcel{
		Delivery: kit.Delivery{Recipient: i.Slug, URL: i.WebhookURL, Event: resource + "." + action, Body: body},
		To:       endpoint{w, i, resource},
	})
}

// postLegacy leaves a delivery of the legacy webhook to be sent.
func (w *world) postLegacy(address string, body []byte) {
	w.Post(kit.Parcel{
		Delivery: kit.Delivery{Recipient: "webhooks", URL: address, Event: "legacy.triggered", Body: body},
		To:       endpoint{w: w},
	})
}

// endpoint is where deliveries go to.
type endpoint struct {
	w        *world
	app      *integration // nil for the legacy webhook
	resource string
}

// Prepare implements kit.Recipient. All headers but the signature are new each
// time, and the signature covers the body alone.
func (e endpoint) Prepare(d *kit.Sending, a *kit.Attempt) (http.Header, bool) {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"sentry/26.8.0 (https://sentry.io)"}}
	if e.app == nil {
		return h, true // the legacy webhook signs nothing
	}
	a.RequestID, a.Timestamp = e.w.IDs.Hex(16), e.w.Now().Unix()+int64(d.Action.SkewSeconds)
	h["Request-Id"] = []string{a.RequestID}
	h["Sentry-Hook-Resource"] = []string{e.resource}
	h["Sentry-Hook-Timestamp"] = []string{strconv.FormatInt(a.Timestamp, 10)}
	secret := e.app.ClientSecret // the current one: it may have changed since the event
	if d.Action.BadSignature {
		secret += "?"
	}
	if !d.Action.NoSignature {
		h["Sentry-Hook-Signature"] = []string{Sign(secret, d.Body)}
	}
	return h, true
}

// Settle implements kit.Recipient.
func (e endpoint) Settle(d *kit.Sending, a kit.Attempt) kit.Verdict {
	if a.Late && e.app != nil {
		e.w.timedOut(e.app, a.At)
	}
	switch {
	case a.Status != 0 && a.Status < http.StatusBadRequest:
		return kit.Verdict{State: kit.DeliveryDone}
	case e.app != nil && e.app.Published && (a.Status == 0 || a.Status >= http.StatusInternalServerError) && len(d.Attempts) <= retries:
		return kit.Verdict{State: kit.DeliveryWaiting, Again: a.At.Add(retryPause)}
	}
	return kit.Verdict{State: kit.DeliveryFailed}
}
