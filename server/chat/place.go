package chat

import "strings"

// SurfaceID names a chat product.
type SurfaceID string

// Mattermost is the surface that the plugin runs in. Its users are persons; see PersonID.
const Mattermost SurfaceID = "mattermost"

// PersonID identifies a Mattermost user. Accounts at providers, settings and permissions belong to a person, on whichever surface they
// act.
type PersonID string

// Actor returns the person as an actor on Mattermost.
func (p PersonID) Actor() Actor { return Actor{Surface: Mattermost, ID: string(p), Person: p} }

// Actor is a user of a surface, linked to a person or not.
type Actor struct {
	Surface SurfaceID `json:"surface,omitempty"`
	// ID is the surface's ID of the actor.
	ID string `json:"id,omitempty"`
	// Name is the actor's display name there; "" if it wasn't looked up.
	Name string `json:"name,omitempty"`
	// Person is the linked Mattermost user; "" for none.
	Person PersonID `json:"person,omitempty"`
}

// Zero reports whether there is no actor.
func (a Actor) Zero() bool { return a.ID == "" }

// Is reports whether both are the same actor, regardless of name and link.
func (a Actor) Is(other Actor) bool { return a.Surface == other.Surface && a.ID == other.ID }

// Place is where a message goes: a channel of a surface, or a thread in it.
type Place struct {
	Surface SurfaceID `json:"surface,omitempty"`
	Channel string    `json:"channel,omitempty"`
	// Thread is the ID of the thread's first message; "" for the channel itself.
	Thread string `json:"thread,omitempty"`
}

// Zero reports whether there is no place.
func (p Place) Zero() bool { return p.Channel == "" }

// Top returns the channel of the place, outside of threads.
func (p Place) Top() Place { return Place{Surface: p.Surface, Channel: p.Channel} }

// In returns this thread in the place's channel; "" for the channel itself.
func (p Place) In(thread string) Place {
	return Place{Surface: p.Surface, Channel: p.Channel, Thread: thread}
}

// SameChannel reports whether both are in the same channel.
func (p Place) SameChannel(other Place) bool { return p.Top() == other.Top() }

// Key returns a string that identifies the channel across surfaces. It doesn't depend on the thread.
func (p Place) Key() string { return string(p.Surface) + "." + p.Channel }

// MessageRef identifies a posted message.
type MessageRef struct {
	Place
	ID string `json:"id,omitempty"`
}

// Zero reports whether there is no message.
func (m MessageRef) Zero() bool { return m.ID == "" }

// Is reports whether both are the same message, regardless of thread.
func (m MessageRef) Is(other MessageRef) bool {
	return m.Surface == other.Surface && m.ID == other.ID
}

// Follow returns the thread that holds the replies to the message.
func (m MessageRef) Follow() Place {
	if m.Thread != "" {
		return m.Place
	}
	return m.In(m.ID)
}

// Compare orders channels by their keys.
func (p Place) Compare(other Place) int { return strings.Compare(p.Key(), other.Key()) }
