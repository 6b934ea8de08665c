package memory

import (
	"context"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/takeover"
)

// LastEvents remembers when each sender's last signed event arrived.
type LastEvents struct {
	*Faults
	now func() time.Time
	at  sync.Map
}

// Note records that an event of the sender arrived now.
func (l *LastEvents) Note(_ context.Context, sender string) error {
	if err := l.before("LastEvents.Note", sender); err != nil {
		return err
	}
	l.at.Store(sender, l.now())
	return nil
}

// At returns when an event of the sender last arrived; zero for never.
func (l *LastEvents) At(_ context.Context, sender string) (time.Time, error) {
	if err := l.before("LastEvents.At", sender); err != nil {
		return time.Time{}, err
	}
	at, _ := l.at.Load(sender)
	known, _ := at.(time.Time)
	return known, nil
}

// Set has the sender's last event be of this time.
func (l *LastEvents) Set(sender string, at time.Time) { l.at.Store(sender, at) }

// Predecessor remembers what changed when this plugin replaced the public one.
type Predecessor struct {
	*Faults
	now func() time.Time

	mu     sync.Mutex
	noted  takeover.Found
	holder string
	until  time.Time
}

// Note remembers what was found, once, and reports whether this was the first time.
func (p *Predecessor) Note(_ context.Context, found takeover.Found) (first bool, err error) {
	if err := p.before("Predecessor.Note", ""); err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.noted.At.IsZero() {
		return false, nil
	}
	p.noted, p.noted.At = found, p.now()
	return true, nil
}

// Claim makes this server the one that takes over, for the time, and reports whether it is.
func (p *Predecessor) Claim(_ context.Context, holder string, keep time.Duration) (held bool, err error) {
	if err := p.before("Predecessor.Claim", holder); err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holder != holder && p.now().Before(p.until) {
		return false, nil
	}
	p.holder, p.until = holder, p.now().Add(keep)
	return true, nil
}

// Noted returns what Note remembered; zero for nothing.
func (p *Predecessor) Noted(context.Context) (takeover.Found, error) {
	if err := p.before("Predecessor.Noted", ""); err != nil {
		return takeover.Found{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.noted, nil
}
