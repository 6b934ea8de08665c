package bitbucket

import (
	"encoding/json"
	"slices"
	"sort"
	"time"
)

// maxPayload is the largest payload that Cloud sends; larger ones are not sent.
const maxPayload = 256 << 10

// The states of a [Delivery].
const (
	// DeliveryWaiting is to be attempted.
	DeliveryWaiting = "waiting"
	// DeliveryDone was answered with success.
	DeliveryDone = "delivered"
	// DeliveryRefused was answered with another status below 500.
	DeliveryRefused = "refused"
	// DeliveryFailed was attempted for the last time.
	DeliveryFailed = "failed"
	// DeliverySkipped was not sent, as the webhook failed too often before.
	DeliverySkipped = "skipped"
	// DeliveryDropped was never sent, because of a fault rule or its size.
	DeliveryDropped = "dropped"
)

// Delivery is one event on its way to one webhook.
type Delivery struct {
	// RequestID is the X-Request-UUID or X-Request-Id header, the same for all
	// attempts.
	RequestID string          `json:"request_id"`
	Hook      string          `json:"hook"`
	URL       string          `json:"url"`
	Event     string          `json:"event"`
	Body      json.RawMessage `json:"body"`
	State     string          `json:"state"`
	Attempts  []Attempt       `json:"attempts"`
}

// Attempt is one request of a delivery.
type Attempt struct {
	At time.Time `json:"at"`
	// Status is 0 when there was no answer, which Error explains then.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
}

// delivery is a Delivery with what is needed to send it.
type delivery struct {
	Delivery
	hook  *hook
	fault Action
	due   time.Time
	lane  string
}

// post leaves a delivery to be sent to a webhook, as the fault rules say. What
// goes to one webhook goes in order, except for what a fault delayed.
func (w *world) post(h *hook, event string, body []byte) {
	d := &delivery{
		Delivery: Delivery{
			RequestID: w.ids.UUID(), Hook: h.uuid, URL: h.url, Event: event, Body: body,
			State: DeliveryWaiting, Attempts: []Attempt{},
		},
		hook: h, due: w.now(), lane: h.uuid,
	}
	if f := w.takeFault(func(m Match) bool { return m.Event != "" && m.Event == event }); f != nil {
		d.fault = f.Action
	}
	if d.fault.DelaySeconds > 0 {
		d.due = d.due.Add(time.Duration(d.fault.DelaySeconds) * time.Second)
		d.lane += " late"
	}
	if d.fault.Drop || w.kind == Cloud && len(body) > maxPayload {
		d.State = DeliveryDropped
		w.deliveries = append(w.deliveries, d)
		return
	}
	w.waiting, w.deliveries = append(w.waiting, d), append(w.deliveries, d)
	for range d.fault.Duplicate {
		twin := *d
		w.waiting, w.deliveries = append(w.waiting, &twin), append(w.deliveries, &twin)
	}
}

// handOut gives what is due to the lanes; the sandbox's lock is held.
func (s *Sandbox) handOut() {
	now := s.clock.Now()
	var due []*delivery
	s.w.waiting = slices.DeleteFunc(s.w.waiting, func(d *delivery) bool {
		if d.due.After(now) {
			return false
		}
		due = append(due, d)
		return true
	})
	sort.SliceStable(due, func(i, j int) bool { return due[i].due.Before(due[j].due) })
	for _, d := range due {
		queue, running := s.lanes[d.lane]
		s.lanes[d.lane] = append(queue, d)
		if !running {
			go s.work(d.lane)
		}
	}
}

// work sends what is in a lane, one after the other, until it is empty.
func (s *Sandbox) work(lane string) {
	for {
		s.mu.Lock()
		if len(s.lanes[lane]) == 0 {
			delete(s.lanes, lane)
			s.idle.Broadcast()
			s.mu.Unlock()
			return
		}
		d := s.lanes[lane][0]
		s.lanes[lane] = s.lanes[lane][1:]
		w := s.w
		s.mu.Unlock()
		for s.attempt(w, d) {
			continue
		}
	}
}

// Settle waits until every delivery that is due has been attempted.
func (s *Sandbox) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.lanes) > 0 {
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
