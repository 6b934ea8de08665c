package bridge

import (
	"reflect"
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

// Failures are the results of deliveries that didn't get where they should, and that an admin can do something about.
func Failures() []Result { return []Result{Refused, Unreadable, Failed} }

// Entry is a line of a connection's delivery log: what became of one delivery.
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

// Line is what one delivery was to some channels, as the log keeps it. Its entry has no Views.
type Line struct {
	Entry
	// Channels are those that may see it; nil for all that follow the connection.
	Channels []chat.Place
}

// Lines returns the entry as the log keeps it, at least one line. A channel that doesn't follow what the delivery was about is in none of
// them.
func (e Entry) Lines() []Line {
	views := e.Views
	e.Views = nil
	if views == nil {
		return []Line{{Entry: e}}
	}
	if len(views) == 0 {
		return []Line{{Entry: e, Channels: []chat.Place{}}}
	}
	var lines []Line
	for _, v := range views {
		line := Line{Entry: e, Channels: v.Channels}
		if !v.Known {
			line.Reason = chat.Message{} // it may name what the channel doesn't follow
		}
		line.Result, line.Event, line.Title = v.Result, v.Event, v.Title
		lines = append(lines, line)
	}
	return lines
}

// Merged returns the entries with those that follow each other and say the same as one, which is counted.
func Merged(entries []Entry) []Entry {
	var found []Entry
	for _, e := range entries {
		if n := len(found); n > 0 && Alike(found[n-1], e) {
			found[n-1].Count = max(found[n-1].Count, 1) + max(e.Count, 1)
			continue
		}
		found = append(found, e)
	}
	return found
}

// LogQuery selects entries of the log of deliveries, as one channel may see them.
type LogQuery struct {
	// Connections are whose entries are wanted, Most how many at most of each.
	Connections []string
	Most        int
	Place       chat.Place
	// Results and Event narrow it down; nil and "" for all.
	Results []Result
	Event   string
	// Since and Before narrow it down to a time; zero for all.
	Since, Before time.Time
}

// LogSummary is what can be said of a connection's latest deliveries to everyone who follows any of it.
type LogSummary struct {
	// Last is when a delivery arrived last.
	Last time.Time
	// Old says that the last one proved itself with a secret that was replaced; ByPath that one of the last twenty did so by its address.
	Old, ByPath bool
}

// Alike reports whether two entries say the same, but for when and how often.
func Alike(a, b Entry) bool {
	a.At, a.Count = b.At, b.Count
	return reflect.DeepEqual(a, b)
}
