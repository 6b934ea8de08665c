package delivery

import (
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/queue"
)

// takeLeases leases what has to be shown and can be shown now. The error makes the job come back for the rest.
func (s *Applier) takeLeases(sub *bridge.Subject, c bridge.Connection) ([]*work, error) {
	var todo []*work
	var wait error
	now := s.Now()
	channels := c.Channels()
	for i := range sub.Shown {
		at := &sub.Shown[i]
		since := now.Sub(at.At)
		switch {
		case at.Over, at.Held, at.Rev >= sub.Rev && len(at.Waiting) == 0, !at.Shared && !slices.Contains(channels, at.Place.Top()):
		case now.Before(at.Until):
			wait = worst(wait, queue.NotYet(min(at.Until.Sub(now), waitMax)))
		case !at.Message.Zero() && since >= 0 && since < editEvery:
			wait = worst(wait, queue.NotYet(editEvery-since))
		default:
			w := &work{again: at.Owner != ""}
			if !w.again {
				at.Waiting = joinReplies(at.Waiting)
			}
			at.Lease = at.Taken(s.owner, now)
			w.Shown, w.post = *at, at.Message
			w.Waiting = slices.Clone(at.Waiting)
			todo = append(todo, w)
		}
	}
	return todo, wait
}

// joinReplies puts the lines of a flood into few replies, in their order. It is for the record, before anything of it is posted, so that
// a server that takes over knows what each reply holds.
func joinReplies(all []bridge.Waiting) []bridge.Waiting {
	if len(all) <= fewWaiting {
		return all
	}
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
