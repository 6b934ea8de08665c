package delivery

import (
	"maps"
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// maxJournalTitle is how much of a title the journal keeps, in characters.
const maxJournalTitle = 100

// channelView is what a channel may know of a delivery, and saw of it.
type channelView struct {
	// readable says that its filters let a subject through, or that the channel has its card.
	readable    bool
	kind, title string
	seen        visibility
}

// addView adds what the channels that follow the connection may know of a subject after some events. A channel that follows other parts of
// the connection learns nothing of them.
func (o *outcome) addView(d provider.Descriptor, c bridge.Connection, sub *bridge.Subject, e provider.Event) {
	resource, labels := sub.Resource, labelsOf(sub, e)
	if resource == "" {
		resource = e.Resource
	}
	for _, place := range c.Channels() {
		all := c.In(place)
		if !slices.ContainsFunc(all, func(s bridge.Subscription) bool { return s.Resource == "" || resource == "" || s.Resource == resource }) {
			continue
		}
		at := sub.In(place)
		now := channelView{readable: at != nil && !at.Held || slices.ContainsFunc(all, func(s bridge.Subscription) bool {
			return filterVerdict(s, d, resource, labels) == wanted
		})}
		if sub.State == nil {
			now.readable = false // nothing is known of it yet
		}
		if now.readable {
			now.kind, now.title, now.seen = o.kind, o.title, o.by[place]
		}
		o.mergeView(place, now)
	}
}

// mergeView adds what a channel saw of one subject to what it saw of others. The first that it may know names the delivery.
func (o *outcome) mergeView(place chat.Place, now channelView) {
	if o.channelViews == nil {
		o.channelViews = map[chat.Place]channelView{}
	}
	before := o.channelViews[place]
	if before.readable || !now.readable {
		now.kind, now.title = before.kind, before.title
	}
	now.readable = now.readable || before.readable
	now.seen = max(now.seen, before.seen)
	o.channelViews[place] = now
}

// views returns what a delivery with this result was to the channels: those to which it was the same are together, as there may be many.
func (o *outcome) views(result bridge.Result) []bridge.View {
	views := []bridge.View{}
	for _, place := range slices.SortedFunc(maps.Keys(o.channelViews), chat.Place.Compare) {
		now := o.channelViews[place]
		v := bridge.View{Result: result, Known: now.readable, Event: now.kind, Title: chat.Truncate(now.title, maxJournalTitle)}
		switch {
		case result == bridge.Failed, result == bridge.Unreadable:
		case !now.readable, o.folded && now.seen == unseen:
			v.Result = bridge.Unwanted
		case now.seen == edited:
			v.Result = bridge.Updated
		}
		i := slices.IndexFunc(views, func(other bridge.View) bool {
			return other.Result == v.Result && other.Known == v.Known && other.Event == v.Event && other.Title == v.Title
		})
		if i < 0 {
			i, views = len(views), append(views, v)
		}
		views[i].Channels = append(views[i].Channels, place)
	}
	return views
}
