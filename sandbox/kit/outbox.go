package kit

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The states of a [Delivery].
const (
	// DeliveryWaiting is to be attempted, for the first time or again.
	DeliveryWaiting = "waiting"
	// DeliveryDone was answered with success in time.
	DeliveryDone = "delivered"
	// DeliveryRefused was answered in a way that the vendor takes for final.
	DeliveryRefused = "refused"
	// DeliveryFailed was attempted for the last time.
	DeliveryFailed = "failed"
	// DeliverySkipped was not sent, as the recipient failed too often before.
	DeliverySkipped = "skipped"
	// DeliveryDropped was never sent, because of a fault rule or its size, or was given
	// up.
	DeliveryDropped = "dropped"
)

// Delivery is one event on its way to one recipient.
type Delivery struct {
	// RequestID is the same for all attempts; empty where each has its own.
	RequestID string `json:"request_id,omitempty"`
	// Recipient is who gets it: a webhook, an app, an integration.
	Recipient string          `json:"recipient"`
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
	// RequestID tells attempts of a delivery apart, where the vendor does.
	RequestID string `json:"request_id,omitempty"`
	// Timestamp is the time that was sent and signed, where the vendor does that.
	Timestamp int64 `json:"timestamp,omitempty"`
	// Status is 0 when there was no answer, which Error explains then.
	Status int    `json:"status"`
	Error  string `json:"error,omitempty"`
	// TookMS is how long the answer took, in wall-clock time.
	TookMS int64 `json:"took_ms"`
	// Late says that there was no answer in time.
	Late bool `json:"-"`
	// Answer is the answer.
	Answer Receipt `json:"-"`
}

// Recipient is where deliveries go to. Its methods are called with the sandbox
// locked.
type Recipient interface {
	// Prepare returns the headers of the delivery's next attempt, signed as fault rules
	// say; it may set RequestID and Timestamp of the attempt. False skips the delivery.
	Prepare(*Sending, *Attempt) (http.Header, bool)
	// Settle decides after an attempt.
	Settle(*Sending, Attempt) Verdict
}

// Verdict is the outcome of an attempt.
type Verdict struct {
	// State is final; DeliveryWaiting has another attempt follow at Again.
	State string
	Again time.Time
	// InPlace keeps the deliveries behind this one in its lane waiting until then.
	InPlace bool
}

// Parcel is a delivery that is to be sent.
type Parcel struct {
	Delivery
	To Recipient
	// Lane is what is sent one after the other; what has no lane overtakes freely.
	Lane string
	// NewID returns the RequestID; nil where each attempt has its own.
	NewID func() string
}

// Sending is a delivery on its way.
type Sending struct {
	Delivery
	// Action is what a fault rule does to it.
	Action Action
	// Header is that of the latest attempt.
	Header http.Header

	to    Recipient
	lane  string
	since time.Time
}

// Age is how long after it was posted something happens.
func (d *Sending) Age(at time.Time) time.Duration { return at.Sub(d.since) }

// outbox is what is to be sent, and all that was.
type outbox struct {
	waiting []*Sending // not yet due, or not yet in a lane
	held    []*Sending // by fault rules
	lanes   map[string]*lane
	all     []*Sending
	alone   int // lanes for deliveries that have none
}

// lane is what is sent one after the other.
type lane struct {
	queue []*Sending
	busy  bool
}

// Post leaves a delivery to be sent, as the fault rules say. One whose state is
// final already is listed, not sent.
func (w *World) Post(p Parcel) {
	d := &Sending{Delivery: p.Delivery, to: p.To, lane: p.Lane, since: w.Now()}
	d.Attempts, d.Due = []Attempt{}, w.Now()
	if p.NewID != nil {
		d.RequestID = p.NewID()
	}
	d.Action = w.takeFault(func(m Match) bool { return m.reaches(d.Event, d.Recipient) })
	d.Due = d.Due.Add(time.Duration(d.Action.DelaySeconds) * time.Second)
	o := &w.outbox
	o.all = append(o.all, d)
	switch {
	case d.Action.Drop:
		d.State = DeliveryDropped
	case d.State == "":
		d.State = DeliveryWaiting
	}
	if d.State != DeliveryWaiting {
		d.Due = time.Time{}
		return
	}
	o.put(d)
	for range d.Action.Duplicate {
		twin := *d
		if d.Action.NewRequestID && p.NewID != nil {
			twin.RequestID = p.NewID()
		}
		o.all = append(o.all, &twin)
		o.put(&twin)
	}
}

// put has a delivery wait for its time, or for its release.
func (o *outbox) put(d *Sending) {
	if d.Action.Hold {
		o.held = append(o.held, d)
		return
	}
	o.waiting = append(o.waiting, d)
}

// nextDue returns when something is to be sent next, the zero time for never.
func (o *outbox) nextDue() time.Time {
	var next time.Time
	for _, d := range o.waiting {
		next = sooner(next, d.Due)
	}
	for _, l := range o.lanes {
		if len(l.queue) > 0 {
			next = sooner(next, l.queue[0].Due)
		}
	}
	return next
}

// sooner returns the earlier of two times; the zero time is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// fill moves what is due into the lanes, in the order it is due.
func (o *outbox) fill(now time.Time) {
	var due []*Sending
	o.waiting = slices.DeleteFunc(o.waiting, func(d *Sending) bool {
		if d.Due.After(now) {
			return false
		}
		due = append(due, d)
		return true
	})
	slices.SortStableFunc(due, func(a, b *Sending) int { return a.Due.Compare(b.Due) })
	for _, d := range due {
		name := d.lane
		if name == "" {
			o.alone++
			name = "alone " + strconv.Itoa(o.alone)
		}
		if o.lanes[name] == nil {
			o.lanes[name] = &lane{}
		}
		o.lanes[name].queue = append(o.lanes[name].queue, d)
	}
}

// discard takes out what has not been sent yet and matches.
func (o *outbox) discard(matches func(*Sending) bool) {
	o.waiting = slices.DeleteFunc(o.waiting, matches)
	o.held = slices.DeleteFunc(o.held, matches)
	for _, l := range o.lanes {
		kept := l.queue[:0:0]
		for i, d := range l.queue {
			if i == 0 && l.busy || !matches(d) {
				kept = append(kept, d)
			}
		}
		l.queue = kept
	}
}

// Discard takes back what has not been sent yet to a recipient.
func (w *World) Discard(recipient string) {
	w.outbox.discard(func(d *Sending) bool { return d.Recipient == recipient })
}

// Deliveries returns all deliveries so far, in the order they were posted.
func (s *Sandbox[W]) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &s.w.kit().outbox
	all := make([]Delivery, 0, len(o.all))
	for _, d := range o.all {
		copied := d.Delivery
		copied.Attempts = slices.Clone(d.Attempts)
		all = append(all, copied)
	}
	return all
}

// Release sends what fault rules held back, the latest first.
func (s *Sandbox[W]) Release() {
	s.Locked(func(w W) {
		o := &w.kit().outbox
		slices.Reverse(o.held)
		for _, d := range o.held {
			d.Due = w.kit().Now()
		}
		o.waiting, o.held = append(o.waiting, o.held...), nil
	})
	s.Settle()
}
