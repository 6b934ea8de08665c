package bridge

import (
	"reflect"
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Result is what became of a delivery.
type Result string

// The results.
const (
	Posted     Result = "posted"     // a new post or a reply, which people notice
	Updated    Result = "updated"    // only an earlier post was edited
	Unchanged  Result = "unchanged"  // a repetition, or older than what is known
	Unwanted   Result = "unwanted"   // no subscription wants it
	Ignored    Result = "ignored"    // of no interest to the provider
	Tested     Result = "tested"     // a ping, or the provider's test of the connection
	Refused    Result = "refused"    // unsigned or wrongly signed
	Unreadable Result = "unreadable" // signed, and not understood
	Failed     Result = "failed"     // will be tried again
)

// Entry is a line of a connection's journal: what became of one delivery.
type Entry struct {
	At     time.Time `json:"at"`
	Result Result    `json:"result"`
	// Event and Title say what it was, as far as that is known; from outside. They are empty where Views has them.
	Event string `json:"event,omitempty"`
	Title string `json:"title,omitempty"`
	// Views are what it was to the channels, where it was about something in the provider; one that is in none follows other parts of the
	// connection. Nil for what concerns the connection itself.
	Views []View `json:"views,omitempty"`
	// Reason says why, where the result alone does not.
	Reason chat.Message `json:"reason,omitzero"`
	// By is how it proved where it comes from; Old that it did so with a secret that was replaced.
	By  provider.ProofKind `json:"by,omitempty"`
	Old bool               `json:"old,omitempty"`
	// Count is how many such there were in a row.
	Count int `json:"count,omitempty"`
}

// View is what a delivery was to some channels.
type View struct {
	Channels []chat.Place `json:"channels"`
	Result   Result       `json:"result"`
	// Known says that the channel may know what it was: it has the card, or its filters let it through. Event and Title are empty otherwise.
	Known bool   `json:"known,omitempty"`
	Event string `json:"event,omitempty"`
	Title string `json:"title,omitempty"`
}

// Visible returns what the channel may know of a journal, in its order: lines about the connection itself, and what each delivery was to
// the channel. What concerns other parts of the connection is left out.
func Visible(journal []Entry, place chat.Place) []Entry {
	var found []Entry
	for _, e := range journal {
		if e.Views != nil {
			i := slices.IndexFunc(e.Views, func(v View) bool { return slices.Contains(v.Channels, place.Top()) })
			if i < 0 {
				continue
			}
			v := e.Views[i]
			if !v.Known {
				e.Reason = chat.Message{} // it may name what the channel doesn't follow
			}
			e.Result, e.Event, e.Title, e.Views = v.Result, v.Event, v.Title, nil
		}
		if n := len(found); n > 0 && Alike(found[n-1], e) {
			found[n-1].Count = max(found[n-1].Count, 1) + max(e.Count, 1)
			continue
		}
		found = append(found, e)
	}
	return found
}

// Alike reports whether two entries say the same, but for when and how often.
func Alike(a, b Entry) bool {
	a.At, a.Count = b.At, b.Count
	return reflect.DeepEqual(a, b)
}
