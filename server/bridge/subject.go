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
	// Lease is held by the server that works on it.
	Lease
	// Shared says that a user sent it there; the channel need not follow the connection.
	Shared bool `json:"shared,omitempty"`
	// Over is a post that can be changed no more.
	Over bool `json:"over,omitempty"`
	// Held is a card that isn't posted until an event says whether it passes the subscription's filters.
	Held bool `json:"held,omitempty"`
}

// Lease keeps other servers from doing what one works on.
type Lease struct {
	// Owner has it until Until; then it is anybody's.
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until,omitzero"`
	// Since is when the first owner began of which it isn't known how far it got.
	Since time.Time `json:"since,omitzero"`
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

// Series is the state of what subjects come in.
type Series struct {
	State json.RawMessage `json:"state,omitempty"`
	// Threads are the threads of style Thread, by the channels' keys.
	Threads map[string]string `json:"threads,omitempty"`
	// Making are the leases of servers that post such a root, likewise.
	Making map[string]Lease `json:"making,omitempty"`
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

// StyleIn returns the style of the subscription that it is shown for.
func (s *Shown) StyleIn(all []Subscription) Style {
	for _, subscription := range all {
		if subscription.ID == s.Subscription {
			return subscription.Style
		}
	}
	return Live
}

// leaseTime is how long a server may be silent before another takes over what it leased.
const leaseTime = 30 * time.Second

// Taken returns the lease as its next owner has it.
func (l Lease) Taken(owner string, now time.Time) Lease {
	if l.Since.IsZero() {
		l.Since = now
	}
	return Lease{Owner: owner, Until: now.Add(leaseTime), Since: l.Since}
}

// Same reports whether no one has taken the lease since.
func (l Lease) Same(other Lease) bool { return l.Owner == other.Owner && l.Until.Equal(other.Until) }

// SharedIn reports whether the subject's card was sent to the channel without the channel following anything.
func (sub Subject) SharedIn(place chat.Place) bool {
	return slices.ContainsFunc(sub.Shown, func(at Shown) bool { return at.Place.SameChannel(place) && at.Shared })
}

// ActionMeeting is the action that each card has beside its provider's: a Zoom meeting about it, in its thread.
const ActionMeeting = "zoom"
