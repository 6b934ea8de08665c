package bridge

import (
	"maps"
	"slices"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// maxJournalTitle is how much of a title the journal keeps, in characters.
const maxJournalTitle = 100

// View is what a delivery was to some channels.
type View struct {
	Channels []string `json:"channels"`
	Result   Result   `json:"result"`
	// Known says that the channel may know what it was: it has the card, or its filters let it through. Event and Title are empty otherwise.
	Known bool   `json:"known,omitempty"`
	Event string `json:"event,omitempty"`
	Title string `json:"title,omitempty"`
}

// sight is what a channel may know of a delivery, and saw of it.
type sight struct {
	// readable says that its filters let a subject through, or that the channel has its card.
	readable    bool
	kind, title string
	seen        visibility
}

// look adds what the channels that follow the connection may know of a subject after some events. A channel that follows other parts of
// the connection learns nothing of them.
func (o *outcome) look(d provider.Descriptor, c Connection, sub *Subject, e provider.Event) {
	resource, labels := sub.Resource, sub.labels(e)
	if resource == "" {
		resource = e.Resource
	}
	for _, channelID := range c.Channels() {
		all := c.In(channelID)
		if !slices.ContainsFunc(all, func(s Subscription) bool { return s.Resource == "" || resource == "" || s.Resource == resource }) {
			continue
		}
		at := sub.in(channelID)
		now := sight{readable: at != nil && !at.Held || slices.ContainsFunc(all, func(s Subscription) bool {
			return s.filter(d, resource, labels) == wanted
		})}
		if sub.State == nil {
			now.readable = false // nothing is known of it yet
		}
		if now.readable {
			now.kind, now.title, now.seen = o.kind, o.title, o.by[channelID]
		}
		o.merge(channelID, now)
	}
}

// merge adds what a channel saw of one subject to what it saw of others. The first that it may know names the delivery.
func (o *outcome) merge(channelID string, now sight) {
	if o.sights == nil {
		o.sights = map[string]sight{}
	}
	before := o.sights[channelID]
	if before.readable || !now.readable {
		now.kind, now.title = before.kind, before.title
	}
	now.readable = now.readable || before.readable
	now.seen = max(now.seen, before.seen)
	o.sights[channelID] = now
}

// views returns what a delivery with this result was to the channels: those to which it was the same are together, as there may be many.
func (o *outcome) views(result Result) []View {
	views := []View{}
	for _, channelID := range slices.Sorted(maps.Keys(o.sights)) {
		now := o.sights[channelID]
		v := View{Result: result, Known: now.readable, Event: now.kind, Title: chat.Truncate(now.title, maxJournalTitle)}
		switch {
		case result == Failed, result == Unreadable:
		case !now.readable, o.folded && now.seen == unseen:
			v.Result = Unwanted
		case now.seen == edited:
			v.Result = Updated
		}
		i := slices.IndexFunc(views, func(other View) bool {
			return other.Result == v.Result && other.Known == v.Known && other.Event == v.Event && other.Title == v.Title
		})
		if i < 0 {
			i, views = len(views), append(views, v)
		}
		views[i].Channels = append(views[i].Channels, channelID)
	}
	return views
}

// visible returns what the channel may know of a journal, in its order: lines about the connection itself, and what each delivery was to
// the channel. What concerns other parts of the connection is left out.
func visible(journal []Entry, channelID string) []Entry {
	var found []Entry
	for _, e := range journal {
		if e.Views != nil {
			i := slices.IndexFunc(e.Views, func(v View) bool { return slices.Contains(v.Channels, channelID) })
			if i < 0 {
				continue
			}
			v := e.Views[i]
			if !v.Known {
				e.Reason = chat.Message{} // it may name what the channel doesn't follow
			}
			e.Result, e.Event, e.Title, e.Views = v.Result, v.Event, v.Title, nil
		}
		if n := len(found); n > 0 && alike(found[n-1], e) {
			found[n-1].Count = max(found[n-1].Count, 1) + max(e.Count, 1)
			continue
		}
		found = append(found, e)
	}
	return found
}
