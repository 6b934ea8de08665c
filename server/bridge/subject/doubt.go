package subject

import (
	"slices"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/queue"
)

// Nothing is written right before a post: the job in the queue says what is to be done, and the subject is saved after it. So a server that
// takes over from one that died doesn't know what that one posted. It doubts, and looks for each post by its mark before it makes one: of
// what was waiting, and of what the events ask for that the other had in hand, whenever their jobs are carried out again.

// lookAfter is how long after the doubtful attempt began a post is looked for: what was posted can be seen by then.
const lookAfter = 5 * time.Second

// doubtFor is how long an event is waited for that a dead server had in hand: longer than the queue carries out its job again.
const doubtFor = 25 * time.Hour

// maxDoubtful bounds the events of dead servers that a subject remembers.
const maxDoubtful = 100

// Doubt returns an error where it is too early to look for what may have been posted since then.
func (h *Held) Doubt(since time.Time) error {
	if wait := since.Add(lookAfter).Sub(h.holds.now()); wait > 0 {
		return queue.NotYet(wait)
	}
	return nil
}

// Finish notes of something shown whether it is known how far the attempt got that ends now.
func (h *Held) Finish(at *bridge.Shown, certain bool) {
	switch {
	case certain:
		at.DoubtSince = time.Time{}
	case at.DoubtSince.IsZero():
		at.DoubtSince = h.begun
	}
}

// Inherit begins to doubt what the holder before may have done.
func (h *Held) Inherit() {
	if !h.Again {
		return
	}
	sub := &h.Subject
	for _, id := range h.Events {
		if !slices.Contains(sub.Seen, id) && !slices.Contains(sub.Doubtful, id) {
			sub.Doubtful = append(sub.Doubtful, id)
		}
	}
	sub.Doubtful = sub.Doubtful[max(0, len(sub.Doubtful)-maxDoubtful):]
	if len(sub.Doubtful) > 0 && sub.DoubtSince.IsZero() {
		sub.DoubtSince = h.Since
	}
	doubtPending(sub, h.Since)
}

// Resolve doubts what the events made pending, if another server may have posted it already: a card is the same whichever event it was
// posted for, so it is in doubt until all events are resolved that the other server had in hand.
func (h *Held) Resolve(events []string) {
	sub := &h.Subject
	if h.holds.now().Sub(sub.DoubtSince) > doubtFor {
		sub.Doubtful = nil
	}
	since := time.Time{}
	if h.Again {
		since = h.Since
	}
	if len(sub.Doubtful) > 0 && (since.IsZero() || sub.DoubtSince.Before(since)) {
		since = sub.DoubtSince
	}
	sub.Doubtful = slices.DeleteFunc(sub.Doubtful, func(id string) bool { return slices.Contains(events, id) })
	if len(sub.Doubtful) == 0 {
		sub.DoubtSince = time.Time{}
	}
	if !since.IsZero() {
		doubtPending(sub, since)
	}
}

// doubtPending doubts all that is to be posted now.
func doubtPending(sub *bridge.Subject, since time.Time) {
	for i := range sub.Shown {
		if at := &sub.Shown[i]; sub.Pending(at) && at.DoubtSince.IsZero() {
			at.DoubtSince = since
		}
	}
}
