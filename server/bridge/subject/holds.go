package subject

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/pause"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// heldWait is the wait before a subject is asked for again that another server holds: about as long as it takes to show a card.
	heldWait = 250 * time.Millisecond
	// holdLeft is what has to be left of a hold to begin with anything.
	holdLeft = 10 * time.Second
	// maxNames is how many further names a subject gets at once, and remembers to have.
	maxNames = 50
)

// Holds claims subjects for this server. Within it, one goroutine at a time has a subject, and others wait for it. It is safe for
// concurrent use.
type Holds struct {
	records Records
	now     func() time.Time
	// owner identifies this server.
	owner string
	locks locks
}

// NewHolds returns the holds of one server.
func NewHolds(records Records, now func() time.Time) *Holds {
	return &Holds{records: records, now: now, owner: rand.Text()}
}

// Held is a subject that one goroutine of this server has.
type Held struct {
	bridge.Hold
	// KeepFor is how long the subject is kept, where that isn't bridge.SubjectKept.
	KeepFor time.Duration

	holds *Holds
	// begun is when it was asked for.
	begun   time.Time
	aliases []string
	cards   []bridge.CardRecord
	closed  []chat.MessageRef
	free    func()
}

// OtherServer marks the error of a subject that another server has: nothing was done about it. It is a queue.ErrNotYet.
type OtherServer struct{ error }

// Unwrap returns the error that says when to try again.
func (e OtherServer) Unwrap() error { return e.error }

// Take claims the subject and returns it; free it in any case. While another server has the subject, Take asks again for as long as
// patience lasts. Errors: OtherServer, bridge.ErrNoSubject.
func (s *Holds) Take(ctx context.Context, c bridge.Claim, patience time.Duration) (*Held, error) {
	free, err := s.locks.take(ctx, c.Connection, c.Name)
	if err != nil {
		return nil, errors.Wrap(err, "wait for a subject")
	}
	c.Holder = s.owner
	h := &Held{holds: s, free: free}
	for {
		h.begun = s.now()
		h.Hold, err = s.records.Hold(context.WithoutCancel(ctx), c) // a claim that nobody waits for would keep others out
		if !errors.Is(err, bridge.ErrHeld) || patience <= 0 || pause.For(ctx, heldWait) != nil {
			break
		}
		patience -= heldWait
	}
	switch {
	case errors.Is(err, bridge.ErrHeld):
		free()
		return nil, OtherServer{queue.NotYet(heldWait)}
	case err != nil:
		free()
		return nil, errors.Wrapf(err, "claim a subject of %s", c.Connection)
	}
	h.Subject.Connection, h.Subject.Name = c.Connection, c.Name
	return h, nil
}

// Free lets another goroutine of this server have the subject.
func (h *Held) Free() { h.free() }

// Lasts returns an error where so little of the hold is left that another server might begin with the same.
func (h *Held) Lasts() error {
	if h.begun.Add(bridge.HoldTime).Sub(h.holds.now()) < holdLeft {
		return queue.NotYet(0)
	}
	return nil
}

// Keep writes the subject and goes on holding it.
func (h *Held) Keep(ctx context.Context) error { return h.write(ctx, bridge.SubjectSave{Keep: true}) }

// Save writes the subject and gives it back, even when the server is shutting down.
func (h *Held) Save(ctx context.Context) error {
	return h.write(context.WithoutCancel(ctx), bridge.SubjectSave{})
}

// GiveBack ends a hold that changed nothing.
func (h *Held) GiveBack(ctx context.Context) error {
	return h.write(context.WithoutCancel(ctx), bridge.SubjectSave{Unchanged: true})
}

func (h *Held) write(ctx context.Context, as bridge.SubjectSave) error {
	sub := &h.Subject
	sub.Names = append(sub.Names, h.aliases...)
	sub.Names = sub.Names[max(0, len(sub.Names)-maxNames):]
	as.Subject, as.Number, as.KeepFor, as.Aliases, as.Cards, as.Closed = *sub, h.Number, h.KeepFor, h.aliases, h.cards, h.closed
	err := h.holds.records.Save(ctx, as)
	if errors.Is(err, bridge.ErrHoldLost) {
		return OtherServer{queue.NotYet(heldWait)} // the server that took over looks for what was posted, and so does the next attempt
	}
	if err != nil {
		return errors.Wrapf(err, "save a subject of %s", sub.Connection)
	}
	h.aliases, h.cards, h.closed = nil, nil, nil
	return nil
}

// AddAlias gives the subject a further name when it is saved.
func (h *Held) AddAlias(name string) {
	if name != h.Subject.Name && !slices.Contains(h.Subject.Names, name) && !slices.Contains(h.aliases, name) && len(h.aliases) < maxNames {
		h.aliases = append(h.aliases, name)
	}
}

// Show records with the subject that the message shows it.
func (h *Held) Show(card bridge.CardRecord) {
	card.Connection, card.Subject = h.Subject.Connection, h.Subject.Name
	h.cards = append(slices.DeleteFunc(h.cards, func(other bridge.CardRecord) bool { return other.Message.Is(card.Message) }), card)
}

// Close records with the subject that the message no longer shows it.
func (h *Held) Close(m chat.MessageRef) {
	if m.Zero() {
		return
	}
	h.closed = append(h.closed, m)
	for i := range h.cards {
		h.cards[i].Open = h.cards[i].Open && !h.cards[i].Message.Is(m)
	}
}
