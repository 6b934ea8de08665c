package zoom

import "time"

// Now returns the simulated time.
func (s *Sandbox) Now() time.Time {
	return s.clock.Now()
}

// Advance lets simulated time pass. On the way retries, delayed notifications
// and validations happen, each at its own moment, as they would at Zoom.
func (s *Sandbox) Advance(d time.Duration) {
	s.Settle()
	target := s.clock.Now().Add(d)
	for {
		next, ok := s.nextDue()
		if !ok || next.After(target) {
			break
		}
		s.clock.Set(next)
		s.Tick()
		s.Settle()
	}
	s.clock.Set(target)
}

// Tick does what is due by now. A sandbox whose clock runs needs one every so
// often; Advance calls it by itself.
func (s *Sandbox) Tick() {
	s.mu.Lock()
	s.handOut()
	now := s.clock.Now()
	var due []string
	for _, app := range s.w.sortedApps() {
		if app.enabled && !app.revalidate.After(now) {
			due = append(due, app.ClientID)
			app.revalidate = now.Add(validationInterval)
		}
	}
	s.mu.Unlock()
	for _, clientID := range due {
		_ = s.validate(clientID, false) // the outcome is kept with the app
	}
}

// nextDue is the earliest moment at which something happens by itself.
func (s *Sandbox) nextDue() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var next time.Time
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, d := range s.w.waiting {
		sooner(d.Due)
	}
	for _, app := range s.w.apps {
		if app.enabled && app.WebhookURL != "" {
			sooner(app.revalidate)
		}
	}
	return next, !next.IsZero()
}
