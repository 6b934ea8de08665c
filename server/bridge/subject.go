package bridge

import (
	"encoding/json"
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Subject is what a connection's deliveries have said of one thing, and where it is shown.
type Subject struct {
	Connection string          `json:"conn"`
	Name       string          `json:"name"`
	State      json.RawMessage `json:"state,omitempty"`
	// Rev counts the changes of the state.
	Rev int `json:"rev"`
	// Labels and Resource are the latest that its events have said; filters look at these.
	Labels   map[string][]string `json:"labels,omitempty"`
	Resource string              `json:"resource,omitempty"`
	// Seen are the events applied, the latest last; see maxSeen.
	Seen  []string `json:"seen,omitempty"`
	Shown []Shown  `json:"shown,omitempty"`
	// Names are its further names, NewNames those of them that are still to be set.
	Names    []string `json:"names,omitempty"`
	NewNames []string `json:"new_names,omitempty"`
	// FollowUps are tasks and events of other subjects that are still to be put into the queue.
	FollowUps []FollowUp `json:"follow_ups,omitempty"`
	// Doubtful are events, as in Seen, that a server had in hand when it died, at DoubtSince or later. What they ask for may have been posted.
	Doubtful   []string  `json:"doubtful,omitempty"`
	DoubtSince time.Time `json:"doubt_since,omitzero"`
}

// FollowUp is a task that an event brought up, or an event of another subject that followed from it (Event is not nil then).
type FollowUp struct {
	// ID distinguishes it from the same task of another event.
	ID    string          `json:"id"`
	Task  provider.Task   `json:"task,omitzero"`
	Event *provider.Event `json:"event,omitempty"`
}

// Shown is a subject in one subscription's channel.
type Shown struct {
	Subscription string `json:"sub"`
	// Place is the channel, or the thread in it that the card is in.
	Place chat.Place `json:"place"`
	// Message is the card; zero before it is posted.
	Message chat.MessageRef `json:"message,omitzero"`
	// Thread names the series whose thread the card belongs in; "" for none.
	Thread string `json:"thread,omitempty"`
	// ThreadTitle is what people call it, where that is not the name itself.
	ThreadTitle string `json:"thread_title,omitempty"`
	// Earlier is the card before this one, if it has surfaced again.
	Earlier chat.MessageRef `json:"earlier,omitzero"`
	// Rev is the change that the card shows; At when it was brought to it.
	Rev int       `json:"rev,omitempty"`
	At  time.Time `json:"at,omitzero"`
	// Mention is who is mentioned by the first post.
	Mention string `json:"mention,omitempty"`
	// Waiting are the replies, or in style Each the posts, that are still to be made.
	Waiting []Waiting `json:"waiting,omitempty"`
	// DoubtSince is since when more may have been posted than is recorded here, by a server that died or an attempt that failed; zero for no
	// doubt. What waits is looked for before it is posted then.
	DoubtSince time.Time `json:"doubt_since,omitzero"`
	// Shared says that a user sent it there; the channel need not follow the connection.
	Shared bool `json:"shared,omitempty"`
	// Over is a post that can be changed no more.
	Over bool `json:"over,omitempty"`
	// Held is a card that isn't posted until an event says whether it passes the subscription's filters.
	Held bool `json:"held,omitempty"`
}

// Waiting is something to be posted about a subject.
type Waiting struct {
	// Key distinguishes it from all others of this card.
	Key   string     `json:"key"`
	Reply chat.Reply `json:"reply,omitzero"`
	// State is what a new card of style Each shows; the mention is the reply's then.
	State json.RawMessage `json:"state,omitempty"`
	// Moved says in the earlier card's thread where it continues.
	Moved bool `json:"moved,omitempty"`
}

// ShownBy reports whether the message is the card or in its thread.
func (s Shown) ShownBy(m chat.MessageRef) bool {
	if !s.Place.SameChannel(m.Place) || m.Zero() {
		return false
	}
	cards := []string{s.Message.ID, s.Earlier.ID}
	return slices.Contains(cards, m.ID) || m.Thread != "" && (slices.Contains(cards, m.Thread) || s.Place.Thread == m.Thread)
}

// In returns where the subject is shown in the channel, nil for nowhere.
func (sub *Subject) In(place chat.Place) *Shown {
	for i := range sub.Shown {
		if sub.Shown[i].Place.SameChannel(place) {
			return &sub.Shown[i]
		}
	}
	return nil
}

// Pending reports whether something is to be posted or changed.
func (sub *Subject) Pending(at *Shown) bool {
	return !at.Over && (at.Rev < sub.Rev || len(at.Waiting) > 0)
}

// StyleIn returns the style of the subscription that it is shown for.
func (s *Shown) StyleIn(all []Subscription) Style {
	for _, subscription := range all {
		if subscription.ID == s.Subscription {
			return subscription.Style
		}
	}
	return Live
}

// SharedIn reports whether the subject's card was sent to the channel without the channel following anything.
func (sub Subject) SharedIn(place chat.Place) bool {
	return slices.ContainsFunc(sub.Shown, func(at Shown) bool { return at.Place.SameChannel(place) && at.Shared })
}

// ActionMeeting is the action that each card has beside its provider's: a Zoom meeting about it, in its thread.
const ActionMeeting = "zoom"
