package sentry

import (
	"encoding/json"
	"slices"
	"time"
)

// The states of a [Delivery].
const (
	// DeliveryWaiting is to be attempted.
	DeliveryWaiting = "waiting"
	// DeliveryDone was answered with a status below 400.
	DeliveryDone = "delivered"
	// DeliveryFailed was attempted for the last time.
	DeliveryFailed = "failed"
	// DeliveryDropped was never sent, because of a fault rule.
	DeliveryDropped = "dropped"
)

// Delivery is one event on its way to one integration.
type Delivery struct {
	Integration string          `json:"integration"`
	URL         string          `json:"url"`
	Event       string          `json:"event"`
	Body        json.RawMessage `json:"body"`
	State       string          `json:"state"`
	Attempts    []Attempt       `json:"attempts"`
}

// Attempt is one request of a delivery.
type Attempt struct {
	At time.Time `json:"at"`
	// RequestID is the Request-ID header, another for each attempt.
	RequestID string `json:"request_id"`
	// Status is 0 when there was no answer, which Error explains then.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	// TookMS is how long the answer took, in wall-clock time.
	TookMS int64 `json:"took_ms"`
}

// delivery is a Delivery with what is needed to send it.
type delivery struct {
	Delivery
	resource string
	app      *integration // nil for the legacy webhook
	fault    Action
	due      time.Time
}

// post leaves a delivery to be sent to an integration, as the fault rules say.
func (w *world) post(i *integration, resource, action string, body []byte) {
	w.send(&delivery{
		Delivery: Delivery{Integration: i.Slug, URL: i.WebhookURL, Event: resource + "." + action, Body: body},
		resource: resource, app: i,
	})
}

// send leaves a delivery to be sent.
func (w *world) send(d *delivery) {
	d.State, d.Attempts, d.due = DeliveryWaiting, []Attempt{}, w.now()
	if f := w.takeFault(func(m Match) bool { return m.Event != "" && m.Event == d.Event }); f != nil {
		d.fault = f.Action
	}
	d.due = d.due.Add(time.Duration(d.fault.DelaySeconds) * time.Second)
	w.deliveries = append(w.deliveries, d)
	if d.fault.Drop {
		d.State = DeliveryDropped
		return
	}
	w.waiting = append(w.waiting, d)
	for range d.fault.Duplicate {
		twin := *d
		w.waiting, w.deliveries = append(w.waiting, &twin), append(w.deliveries, &twin)
	}
}

// nextDue returns when the next delivery is due that is by the end.
func (w *world) nextDue(end time.Time) (time.Time, bool) {
	next, found := end, false
	for _, d := range w.waiting {
		if !d.due.After(next) {
			next, found = d.due, true
		}
	}
	return next, found
}

// handOut sends what is due, all at once as Sentry's workers do; the sandbox's
// lock is held.
func (s *Sandbox) handOut() {
	now := s.clock.Now()
	w := s.w
	w.waiting = slices.DeleteFunc(w.waiting, func(d *delivery) bool {
		if d.due.After(now) {
			return false
		}
		s.sending++
		go s.attempt(w, d)
		return true
	})
}

// Settle waits until every delivery that is due has been attempted.
func (s *Sandbox) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.sending > 0 {
		s.idle.Wait()
	}
}

// Deliveries returns all deliveries so far, in the order they came up.
func (s *Sandbox) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Delivery, 0, len(s.w.deliveries))
	for _, d := range s.w.deliveries {
		copied := d.Delivery
		copied.Attempts = slices.Clone(d.Attempts)
		all = append(all, copied)
	}
	return all
}
