package zoom

import (
	"encoding/json"
	"slices"
	"sort"
	"time"
)

// The states of a [Delivery].
const (
	// DeliveryWaiting is to be attempted, for the first time or again.
	DeliveryWaiting = "waiting"
	// DeliveryDone was answered with 200 or 204 in time.
	DeliveryDone = "delivered"
	// DeliveryRefused was answered with another status below 500, which Zoom
	// does not retry.
	DeliveryRefused = "refused"
	// DeliveryFailed was attempted for the last time.
	DeliveryFailed = "failed"
	// DeliveryDropped was never sent, because of a fault rule.
	DeliveryDropped = "dropped"
)

// Delivery is one notification on its way to one endpoint.
type Delivery struct {
	// RequestID is the x-zm-request-id header, the same for all attempts.
	RequestID string          `json:"request_id"`
	ClientID  string          `json:"client_id"`
	URL       string          `json:"url"`
	Event     string          `json:"event"`
	Body      json.RawMessage `json:"body"`
	State     string          `json:"state"`
	Attempts  []Attempt       `json:"attempts"`
	// Due is when the next attempt is made, while the state is DeliveryWaiting.
	Due time.Time `json:"due,omitzero"`
}

// Attempt is one request of a delivery.
type Attempt struct {
	At time.Time `json:"at"`
	// Timestamp is the x-zm-request-timestamp header.
	Timestamp int64 `json:"timestamp"`
	// Status is 0 when there was no answer, which Error explains then.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
}

// delivery is a Delivery with what is needed to send it.
type delivery struct {
	Delivery
	lane      string
	fault     Action
	timestamp int64
	signature string
}

// post leaves a notification to be sent, as the fault rules say. Notifications
// of one room reach one app in order, those of different rooms may overtake
// each other.
func (w *world) post(app *registration, address, room, event string, body []byte) {
	d := &delivery{
		Delivery: Delivery{
			RequestID: w.ids.UUIDBy("_"), ClientID: app.ClientID, URL: address, Event: event, Body: body,
			State: DeliveryWaiting, Attempts: []Attempt{}, Due: w.now(),
		},
		lane: app.ClientID + " " + address + " " + room,
	}
	if f := w.takeFault(func(m Match) bool { return m.Event != "" && m.Event == event }); f != nil {
		d.fault = f.Action
	}
	d.Due = d.Due.Add(time.Duration(d.fault.DelaySeconds) * time.Second)
	if d.fault.DelaySeconds > 0 {
		d.lane += " late"
	}
	if d.fault.Drop {
		d.State, d.Due = DeliveryDropped, time.Time{}
		w.deliveries = append(w.deliveries, d)
		return
	}
	w.waiting, w.deliveries = append(w.waiting, d), append(w.deliveries, d)
	for range d.fault.Duplicate {
		twin := *d
		if d.fault.NewRequestID {
			twin.RequestID = w.ids.UUIDBy("_")
		}
		w.waiting, w.deliveries = append(w.waiting, &twin), append(w.deliveries, &twin)
	}
}

// handOut gives what is due to the lanes; the sandbox's lock is held.
func (s *Sandbox) handOut() {
	now := s.clock.Now()
	var due []*delivery
	s.w.waiting = slices.DeleteFunc(s.w.waiting, func(d *delivery) bool {
		if d.Due.After(now) {
			return false
		}
		due = append(due, d)
		return true
	})
	sort.SliceStable(due, func(i, j int) bool { return due[i].Due.Before(due[j].Due) })
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
		s.attempt(w, d)
	}
}

// Settle waits until every notification that is due has been attempted.
func (s *Sandbox) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.lanes) > 0 {
		s.idle.Wait()
	}
}

// Deliveries returns all notifications so far, in the order they came up.
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
