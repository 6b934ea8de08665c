package delivery

import (
	"slices"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/provider"
)

// Limits of a subject's record, and of how fast its cards change.
const (
	// maxSeen is how many events are known to have been applied; what is older than these is for Fold to tell.
	maxSeen = 100
	// maxFollowUps is how many tasks it remembers while the queue takes none: the provider says the same when it is asked again.
	maxFollowUps = 20
	// maxFurther is how many events of other subjects may follow from one.
	maxFurther = 10
	// maxWaiting bounds what waits for a channel that nothing can be posted in.
	maxWaiting = 200
	// maxLines is how many lines of text that wait at once are put together into one reply.
	maxLines = 20

	// editEvery is the least time between two changes of a card: what happens in between is shown together.
	editEvery = time.Second
)

// remember keeps what the event needs beside being shown.
func remember(h *subject.Held, eventID string, c provider.Change) {
	sub := &h.Subject
	for _, name := range c.Aliases {
		h.AddAlias(name)
	}
	for i, task := range c.Tasks {
		task.Round = 0
		id := digest.Of("task", sub.Connection, sub.Name, eventID, strconv.Itoa(i))
		sub.FollowUps = append(sub.FollowUps, bridge.FollowUp{ID: id, Task: task})
	}
	for i, further := range c.FollowUps[:min(len(c.FollowUps), maxFurther)] {
		further.UpdateOnly, further.Series = true, "" // so that it begins nothing
		id := digest.Of("further", sub.Connection, sub.Name, eventID, strconv.Itoa(i))
		sub.FollowUps = append(sub.FollowUps, bridge.FollowUp{ID: id, Event: &further})
	}
	sub.FollowUps = sub.FollowUps[max(0, len(sub.FollowUps)-maxFollowUps):]
}

// visibility is how much of an event people can see.
type visibility int

// How much they see: nothing, a card edited in place, or a new post or reply.
const (
	unseen visibility = iota
	edited
	noticed
)

// plan notes what the connection's channels see of the event, and returns how much each sees. A channel that has a card already
// gets it brought up to date whatever it wants, so that the card doesn't lie; all else is for those that want the event. There
// is one card in each channel, however many of its subscriptions want it.
func plan(sub *bridge.Subject, c bridge.Connection, d provider.Descriptor, e provider.Event, change provider.Change) map[chat.Place]visibility {
	sees := map[chat.Place]visibility{}
	for _, place := range c.Channels() {
		all := c.In(place)
		if release(sub, d, place, all) {
			sees[place] = noticed
		}
		at := sub.In(place)
		i, held := choose(d, sub, all, e, change)
		switch {
		case e.Channel == place.Key() && (i < 0 || held):
			i, held = 0, false // a user chose this channel at the provider, whatever its filters say
		case e.Channel != "" && e.Channel != place.Key():
			i = -1
		}
		told := change
		if change.OriginChannel == place {
			told.Replies = nil
		}
		switch {
		case (i < 0 || change.OriginChannel == place) && at != nil && at.StyleIn(all) == bridge.Each:
			at.Rev = sub.Rev // posts of their own are never changed
		case i < 0, at != nil && at.Over, at == nil && e.UpdateOnly:
		case held && at != nil && !at.Held: // it is shown already, so something else let it through; its card is edited
		default:
			seen := planFor(sub, all[i], at, e, told)
			if now := sub.In(place); held {
				now.Held = true
			} else {
				now.Held, sees[place] = false, max(sees[place], seen)
			}
		}
	}
	return sees
}

// choose returns the first of the channel's subscriptions that wants the event, else the first that can't tell yet (held); -1 for none.
func choose(d provider.Descriptor, sub *bridge.Subject, all []bridge.Subscription, e provider.Event, change provider.Change) (i int, held bool) {
	first := -1
	for i, s := range all {
		switch judge(s, d, sub, e, change) {
		case wanted:
			return i, false
		case undecided:
			if first < 0 {
				first = i
			}
		}
	}
	return first, first >= 0
}

// release has a held card posted, or drops it, once enough is known of the subject to tell which; it reports the former.
func release(sub *bridge.Subject, d provider.Descriptor, place chat.Place, all []bridge.Subscription) bool {
	at := sub.In(place)
	if at == nil || !at.Held {
		return false
	}
	i := slices.IndexFunc(all, func(s bridge.Subscription) bool { return s.ID == at.Subscription })
	told := refused
	if i >= 0 {
		told = filterVerdict(all[i], d, sub.Resource, sub.Labels)
	}
	switch told {
	case undecided:
		return false
	case refused:
		sub.Shown = slices.DeleteFunc(sub.Shown, func(other bridge.Shown) bool { return other.Place.SameChannel(place) })
		return false
	}
	at.Held = false
	for i := range at.Waiting {
		if at.Waiting[i].State != nil {
			at.Waiting[i].State = sub.State // which now knows what it is about
		}
	}
	return true
}

// planFor notes what the channel of a subscription that wants the event sees, and returns how much that is; at is nil where it has no card
// yet.
func planFor(sub *bridge.Subject, wish bridge.Subscription, at *bridge.Shown, e provider.Event, change provider.Change) visibility {
	mention := ""
	if change.Escalated {
		mention = wish.Mention
	}
	fresh := at == nil
	if fresh {
		sub.Shown = append(sub.Shown, bridge.Shown{Place: wish.Place})
		at = &sub.Shown[len(sub.Shown)-1]
	}
	at.Subscription = wish.ID
	if wish.Style == bridge.Each {
		at.Rev = sub.Rev
		enqueue(at, bridge.Waiting{Key: waitingKey(e, "card"), State: sub.State, Reply: chat.Reply{Mention: mention}})
		enqueueReplies(at, e, change.Replies, "")
		return noticed
	}
	if at.Message.Zero() && wish.Style == bridge.Thread {
		at.Thread, at.ThreadTitle = thread(e), e.SeriesTitle
	}
	if change.Resurface && !at.Message.Zero() {
		at.Earlier, at.Message, at.Rev, at.Mention = at.Message, chat.MessageRef{}, 0, ""
		enqueue(at, bridge.Waiting{Key: waitingKey(e, "moved"), Moved: true})
		fresh = true
	}
	// A card that may be posted already can't be given a mention.
	if fresh || at.Message.Zero() && at.DoubtSince.IsZero() {
		if mention != "" {
			at.Mention = mention
		}
		mention = ""
	}
	replies := change.Replies
	if mention != "" && len(replies) == 0 {
		replies = []chat.Reply{{Text: chat.Say("bridge.deliver.worse")}}
	}
	enqueueReplies(at, e, replies, mention)
	if fresh || len(replies) > 0 {
		return noticed
	}
	return edited
}

// seenAs is how a subject remembers the event.
func seenAs(e provider.Event) string { return digest.Of(e.ID)[:16] }

// thread names the series whose thread an event's card belongs in; where there is none, it is that of the resource.
func thread(e provider.Event) string {
	if e.Series != "" {
		return e.Series
	}
	return resourceThread + e.Resource
}
