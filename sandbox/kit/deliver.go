package kit

import (
	"net"
	"net/http"
	"time"

	"github.com/pkg/errors"
)

// errBroken is an attempt that a fault rule broke.
var errBroken = errors.New("the connection was broken")

// handOut sets those lanes to work whose first delivery is due. It needs the lock.
func (s *Sandbox[W]) handOut() {
	w := s.w.kit()
	if s.ended {
		return
	}
	now := s.clock.Now()
	w.outbox.fill(now)
	for name, l := range w.outbox.lanes {
		switch {
		case l.busy:
		case len(l.queue) == 0:
			delete(w.outbox.lanes, name)
		case !l.queue[0].Due.After(now):
			l.busy = true
			s.busy++
			go s.work(w, l)
		}
	}
}

// work sends what is due in a lane, one after the other.
func (s *Sandbox[W]) work(w *World, l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(l.queue) > 0 && !l.queue[0].Due.After(s.clock.Now()) {
		d := l.queue[0]
		again := s.attempt(w, d)
		if d.State == DeliveryWaiting && again.InPlace {
			continue
		}
		l.queue = l.queue[1:]
		if d.State == DeliveryWaiting && !s.ended {
			w.outbox.waiting = append(w.outbox.waiting, d)
		}
	}
	l.busy = false
	s.busy--
	s.idle.Broadcast()
}

// attempt makes one attempt of a delivery and settles its state. It needs
// the lock, and gives it away while it waits.
func (s *Sandbox[W]) attempt(w *World, d *Sending) Verdict {
	s.unlocked(func() { s.pause(time.Duration(d.Action.LatencyMS) * time.Millisecond) })
	a := Attempt{At: s.clock.Now()}
	header, ok := d.to.Prepare(d, &a)
	if !ok {
		d.State, d.Due = DeliverySkipped, time.Time{}
		return Verdict{}
	}
	d.Header = header
	s.try(d, &a)
	d.Attempts = append(d.Attempts, a)
	w.journal.delivered(d.Delivery, a)
	v := d.to.Settle(d, a)
	d.State, d.Due = v.State, v.Again
	return v
}

// try posts a delivery and notes the answer. It needs the lock, and gives it away
// while it waits.
func (s *Sandbox[W]) try(d *Sending, a *Attempt) {
	if d.Action.Reset && len(d.Attempts) == 0 {
		a.Error = errBroken.Error()
		return
	}
	var receipt Receipt
	var err error
	address, header, body := d.URL, d.Header, d.Body
	began := time.Now()
	s.unlocked(func() { receipt, err = s.client.Post(address, header, body) })
	a.Status, a.Answer, a.TookMS = receipt.Status, receipt, time.Since(began).Milliseconds()
	if err != nil {
		var network net.Error
		a.Error, a.Late = reason(err), errors.As(err, &network) && network.Timeout()
	}
}

// unlocked runs f without the lock.
func (s *Sandbox[W]) unlocked(f func()) {
	s.mu.Unlock()
	defer s.mu.Lock()
	f()
}

// Settle waits until every delivery that is due has been attempted.
func (s *Sandbox[W]) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy > 0 {
		s.idle.Wait()
	}
}

// Ask makes one attempt of a delivery at once, outside of the lanes, for a request
// whose answer matters. prepare returns the delivery to send, and settle judges the
// answer and sets the state; both are called with the sandbox locked.
func (s *Sandbox[W]) Ask(prepare func(W) (Parcel, error), settle func(*Sending, Attempt) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.w.kit()
	p, err := prepare(s.w)
	if err != nil {
		return err
	}
	d := &Sending{Delivery: p.Delivery, to: p.To, since: w.Now()}
	d.Attempts = []Attempt{}
	if p.NewID != nil {
		d.RequestID = p.NewID()
	}
	d.Action = w.takeFault(func(m Match) bool { return m.reaches(d.Event, d.Recipient) })
	a := Attempt{At: s.clock.Now()}
	var header http.Header
	header, _ = d.to.Prepare(d, &a)
	d.Header = header
	s.try(d, &a)
	if err = settle(d, a); err != nil {
		a.Error = err.Error()
	}
	d.Attempts = append(d.Attempts, a)
	w.outbox.all = append(w.outbox.all, d)
	w.journal.delivered(d.Delivery, a)
	return err
}
