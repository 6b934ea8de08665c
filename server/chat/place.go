package chat

import "strings"

// SurfaceID names a chat product.
type SurfaceID string

// Mattermost is the surface that the plugin runs in. Its users are the persons; see PersonID.
const Mattermost SurfaceID = "mattermost"

// PersonID is a Mattermost user: accounts at providers, settings and rights belong to a person, on whichever surface they act.
type PersonID string

// Actor returns the person as they act on Mattermost.
func (p PersonID) Actor() Actor { return Actor{Surface: Mattermost, ID: string(p), Person: p} }

// Actor is whoever acts on a surface.
type Actor struct {
	Surface SurfaceID `json:"surface,omitempty"`
	// ID is what the surface calls the actor.
	ID string `json:"id,omitempty"`
	// Name is what people call the actor there; "" where that was not asked for.
	Name string `json:"name,omitempty"`
	// Person is the Mattermost user that the actor is linked to; "" for none.
	Person PersonID `json:"person,omitempty"`
}

// Zero reports whether there is no actor.
func (a Actor) Zero() bool { return a.ID == "" }

// Is reports whether both are one actor, whatever is known of them.
func (a Actor) Is(other Actor) bool { return a.Surface == other.Surface && a.ID == other.ID }

// Place is where something is said: a channel of a surface, or a thread in it.
type Place struct {
	Surface SurfaceID `json:"surface,omitempty"`
	Channel string    `json:"channel,omitempty"`
	// Thread is the first message of the thread; "" means the channel itself.
	Thread string `json:"thread,omitempty"`
}

// Zero reports whether it is no place.
func (p Place) Zero() bool { return p.Channel == "" }

// Top returns the channel that the place is in, outside of threads.
func (p Place) Top() Place { return Place{Surface: p.Surface, Channel: p.Channel} }

// In returns the thread in the channel of the place; "" for the channel itself.
func (p Place) In(thread string) Place {
	return Place{Surface: p.Surface, Channel: p.Channel, Thread: thread}
}

// SameChannel reports whether both are in one channel.
func (p Place) SameChannel(other Place) bool { return p.Top() == other.Top() }

// Key returns what tells the channel from those of all surfaces; it says nothing of threads.
func (p Place) Key() string { return string(p.Surface) + "." + p.Channel }

// MessageRef is a message that was posted somewhere.
type MessageRef struct {
	Place
	ID string `json:"id,omitempty"`
}

// Zero reports whether it is no message.
func (m MessageRef) Zero() bool { return m.ID == "" }

// Is reports whether both are one message, wherever it is said to be.
func (m MessageRef) Is(other MessageRef) bool {
	return m.Surface == other.Surface && m.ID == other.ID
}

// Follow returns the thread that replies to the message are in.
func (m MessageRef) Follow() Place {
	if m.Thread != "" {
		return m.Place
	}
	return m.In(m.ID)
}

// Compare orders channels by their keys.
func (p Place) Compare(other Place) int { return strings.Compare(p.Key(), other.Key()) }
