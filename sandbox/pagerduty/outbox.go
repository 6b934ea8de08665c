package pagerduty

import (
	"encoding/json"
	"slices"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The states of a [Delivery].
const (
	// DeliveryWaiting is to be attempted.
	DeliveryWaiting = "waiting"
	// DeliveryDone was answered with success.
	DeliveryDone = "delivered"
	// DeliveryDropped was refused with 4xx, or not taken in 48 hours.
	DeliveryDropped = "dropped"
	// DeliverySkipped was not sent: the subscription was disabled, or a fault rule
	// says so.
	DeliverySkipped = "skipped"
)

// Delivery is one event on its way to one subscription.
type Delivery struct {
	// WebhookID is the X-Webhook-Id header, the same for all attempts.
	WebhookID    string          `json:"webhook_id"`
	Subscription string          `json:"subscription"`
	URL          string          `json:"url"`
	Event        string          `json:"event"`
	Body         json.RawMessage `json:"body"`
	State        string          `json:"state"`
	Attempts     []Attempt       `json:"attempts"`
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
	hook  *subscription
	fault Action
	since time.Time
	due   time.Time
}

// lane is what waits for one incident and one subscription: the next is sent when
// the one before it was taken or dropped.
type lane struct {
	queue []*delivery
	busy  bool
}

// post leaves a delivery to be sent to a subscription, as the fault rules say.
func (w *world) post(h *subscription, incident string, body object) {
	event, _ := body["event"].(object)["event_type"].(string)
	d := &delivery{
		Delivery: Delivery{
			WebhookID: w.ids.UUID(), Subscription: h.id, URL: h.url, Event: event, Body: kit.Compact(body), State: DeliveryWaiting,
			Attempts: []Attempt{},
		},
		hook: h, since: w.now(), due: w.now(),
	}
	if f := w.takeFault(func(m Match) bool { return m.tells(event, h.id) }); f != nil {
		d.fault = f.Action
	}
	w.deliveries = append(w.deliveries, d)
	if d.fault.Drop || h.disabledUntil.After(w.now()) {
		d.State = DeliverySkipped
		return
	}
	name := h.id + " " + incident
	if d.fault.DelaySeconds > 0 {
		d.due = d.due.Add(time.Duration(d.fault.DelaySeconds) * time.Second)
		name += " late"
	}
	if w.lanes[name] == nil {
		w.lanes[name] = &lane{}
	}
	w.lanes[name].queue = append(w.lanes[name].queue, d)
	for range d.fault.Duplicate {
		twin := *d
		w.lanes[name].queue, w.deliveries = append(w.lanes[name].queue, &twin), append(w.deliveries, &twin)
	}
}

// nextDue returns when something is to be sent next.
func (w *world) nextDue() (at time.Time, waiting bool) {
	for _, l := range w.lanes {
		if len(l.queue) > 0 && (!waiting || l.queue[0].due.Before(at)) {
			at, waiting = l.queue[0].due, true
		}
	}
	return at, waiting
}

// handOut sets those lanes to work whose first delivery is due; the sandbox's
// lock is held.
func (s *Sandbox) handOut() {
	now := s.clock.Now()
	for name, l := range s.w.lanes {
		if len(l.queue) == 0 && !l.busy {
			delete(s.w.lanes, name)
			continue
		}
		if !l.busy && !l.queue[0].due.After(now) {
			l.busy = true
			s.busy++
			go s.work(s.w, l)
		}
	}
}

// work sends what is due in a lane, one after the other.
func (s *Sandbox) work(w *world, l *lane) {
	for {
		s.mu.Lock()
		if len(l.queue) == 0 || l.queue[0].due.After(s.clock.Now()) {
			l.busy = false
			s.busy--
			s.idle.Broadcast()
			s.mu.Unlock()
			return
		}
		d := l.queue[0]
		s.mu.Unlock()
		if s.attempt(w, d) {
			s.mu.Lock()
			l.queue = l.queue[1:]
			s.mu.Unlock()
		}
	}
}

// Settle waits until every delivery that is due has been attempted.
func (s *Sandbox) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy > 0 {
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
