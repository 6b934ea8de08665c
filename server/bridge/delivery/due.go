package delivery

import (
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/queue"
)

// work is a card of a held subject, as it is brought up to date.
type work struct {
	*bridge.Shown
	held *subject.Held
	// touched says that something was posted or changed.
	touched bool
	// dropped says that the channel is not to see the subject after all.
	dropped bool
}

// due returns what has to be shown and can be shown now. The error makes the job come back for the rest. If joined, replies were put
// together.
func (s *Applier) due(h *subject.Held, c bridge.Connection) (todo []*work, joined bool, wait error) {
	now, sub := s.Now(), &h.Subject
	channels := c.Channels()
	for i := range sub.Shown {
		at := &sub.Shown[i]
		since := now.Sub(at.At)
		switch {
		case at.Held, !sub.Pending(at), !at.Shared && !slices.Contains(channels, at.Place.Top()):
		case !at.Message.Zero() && since >= 0 && since < editEvery:
			wait = worst(wait, queue.NotYet(editEvery-since))
		default:
			if at.DoubtSince.IsZero() {
				before := len(at.Waiting)
				at.Waiting = joinReplies(at.Waiting)
				joined = joined || len(at.Waiting) < before
			}
			todo = append(todo, &work{Shown: at, held: h})
		}
	}
	return todo, joined, wait
}

// settle notes how far each card got.
func (s *Applier) settle(h *subject.Held, todo []*work) {
	var dropped []chat.Place
	for _, w := range todo {
		if w.touched {
			w.At = s.Now()
		}
		if w.Over {
			w.Waiting = nil
		}
		if w.dropped {
			dropped = append(dropped, w.Place)
		}
	}
	h.Subject.Shown = slices.DeleteFunc(h.Subject.Shown, func(at bridge.Shown) bool {
		return slices.ContainsFunc(dropped, at.Place.SameChannel)
	})
}

// shows records that the message shows the subject as the card says, in place of the one before, if any.
func (w *work) shows(m chat.MessageRef, providerID string, card chat.Card, before chat.MessageRef) {
	w.held.Show(bridge.CardRecord{
		Message: m, Provider: providerID, Title: card.Title, URL: card.URL, State: card.State, Tone: card.Tone, Open: card.Open && !w.Over, At: card.At,
		Shared: w.Shared,
	})
	if !before.Is(m) {
		w.held.Close(before)
	}
}

// end notes that the card can be changed no more.
func (w *work) end() {
	w.Over = true
	w.held.Close(w.Message)
}

// joinReplies puts lines that wait at once into few replies, in their order: each post in a thread costs the server a lot, and notifies its
// followers. What they became is saved before anything of it is posted, so that a server that takes over knows what each reply holds.
func joinReplies(all []bridge.Waiting) []bridge.Waiting {
	var few []bridge.Waiting
	lines := 0
	for _, w := range all {
		n := len(few)
		if n == 0 || lines >= maxLines || !isPlain(w) || !isPlain(few[n-1]) {
			few, lines = append(few, w), 1
			continue
		}
		few[n-1].Reply.Text = chat.Lines(few[n-1].Reply.Text, w.Reply.Text)
		lines++
	}
	return few
}

// isPlain reports whether it is a line of text and nothing else.
func isPlain(w bridge.Waiting) bool {
	return w.State == nil && !w.Moved && len(w.Reply.Actions) == 0 && w.Reply.Mention == ""
}
