package bridge

import (
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Style is how the events of a subscription appear.
type Style string

// The styles.
const (
	// Live is one card for each subject, brought up to date in place, with its history in the thread.
	Live Style = ""
	// Each is a new post for each event.
	Each Style = "each"
	// Thread is one thread for each series (or for the resource), in which the cards are.
	Thread Style = "thread"
)

// Subscription is what a channel wants from a connection.
type Subscription struct {
	ID    string     `json:"id"`
	Place chat.Place `json:"place"`
	// Resource narrows it to one of the connection's resources; "" for all.
	Resource string `json:"resource,omitempty"`
	// Name is what people call it, where a channel has several by rules.
	Name         string `json:"name,omitempty"`
	ResourceName string `json:"resource_name,omitempty"`
	// Events are the kinds that are wanted; nil for the provider's defaults, which is not the same as none.
	Events []string `json:"events"`
	// Filters hold, by label, patterns separated by commas; one that begins with "!" keeps out. Or the least level.
	Filters map[string]string `json:"filters,omitempty"`
	// OnlyTurns wants only what differs from the result before.
	OnlyTurns bool  `json:"only_turns,omitempty"`
	Style     Style `json:"style,omitempty"`
	// Notes says that replies in a card's thread are added at the provider.
	Notes bool `json:"notes,omitempty"`
	// Mention is who is mentioned when something gets worse: "", "here", "channel", or a user's name.
	Mention   string     `json:"mention,omitempty"`
	CreatedBy chat.Actor `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
}

// Kinds returns the kinds of events that the subscription asks for.
func (s Subscription) Kinds(d provider.Descriptor) []string {
	if s.Events != nil {
		return s.Events
	}
	var wanted []string
	for _, kind := range d.Events {
		if kind.Default {
			wanted = append(wanted, kind.ID)
		}
	}
	return wanted
}
