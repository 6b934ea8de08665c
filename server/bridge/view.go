package bridge

import (
	"reflect"
	"slices"

	"mattermost-plugin-zoom/server/chat"
)

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
