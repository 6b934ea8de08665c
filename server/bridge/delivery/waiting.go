package delivery

import (
	"strconv"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/provider"
)

// enqueue adds to what is to be posted. Where nothing can be posted for long, the oldest is let go of.
func enqueue(at *bridge.Shown, w bridge.Waiting) {
	at.Waiting = append(at.Waiting, w)
	at.Waiting = at.Waiting[max(0, len(at.Waiting)-maxWaiting):]
}

// enqueueReplies adds the event's replies, of which the first calls who is mentioned. What is only text is one post: it was said at once,
// and each post in a thread costs the server a lot, and notifies its followers.
func enqueueReplies(at *bridge.Shown, e provider.Event, replies []chat.Reply, mention string) {
	for i, r := range replies {
		if i == 0 && mention != "" {
			r.Mention = mention
		}
		w := bridge.Waiting{Key: waitingKey(e, strconv.Itoa(i)), Reply: r}
		if i > 0 && isPlain(w) && len(replies[i-1].Actions) == 0 {
			last := &at.Waiting[len(at.Waiting)-1]
			last.Reply.Text = chat.Lines(last.Reply.Text, r.Text)
			continue
		}
		enqueue(at, w)
	}
}

func waitingKey(e provider.Event, what string) string { return digest.Of(e.ID, what) }
