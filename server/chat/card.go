package chat

import (
	"time"
)

// Tone is the color a card gets. Color is never the only sign: the card's emoji and state say the same.
type Tone string

// The tones and their meanings.
const (
	// ToneNeutral is plain information.
	ToneNeutral Tone = ""
	// ToneRunning is work in progress.
	ToneRunning Tone = "running"
	// ToneSuccess is something that succeeded or was fixed.
	ToneSuccess Tone = "success"
	// ToneWarning is something to look at, or that someone is looking at.
	ToneWarning Tone = "warning"
	// ToneFailure is something broken.
	ToneFailure Tone = "failure"
	// ToneInactive is something that was canceled, set aside, or ended without a result.
	ToneInactive Tone = "inactive"
)

// Card shows one subject (a build, a pull request, an incident) in a channel. It is posted once and updated in place.
//
// Title and Author hold text as the provider sent it; the surface renders it harmless.
type Card struct {
	// Emoji is the name of the emoji before the state, without colons; letters, digits and "_".
	Emoji string
	// State is the subject's state in one to three words ("Failed").
	State Message
	// Title names the subject on one line; URL is its page at the provider, "" for none.
	Title string
	URL   string
	Tone  Tone
	// Author is the user behind the change that the card shows; "" for none.
	Author string
	// Text is a few lines under the title; zero for none.
	Text Message
	// Fields are short facts. Use at most six; more are too many to read.
	Fields []Field
	// Actions are the buttons and menus.
	Actions []Action
	// Footer says where the subject belongs, such as its repository, as the provider sent it.
	Footer string
	// At is the time of the latest change by the provider's clock; zero if unknown.
	At time.Time
	// Open reports that the subject is still in progress or waits for someone.
	Open bool
}

// Field is one fact on a card.
type Field struct {
	Label Message
	Value Message
	// Long gives the field the whole width.
	Long bool
}

// Action is something that users can do with a card: a button, or a menu if it has options.
type Action struct {
	// ID names the action; letters and digits only, unique on its card.
	ID    string
	Label Message
	// Tone is ToneSuccess for the usual next step, ToneFailure for what can't be undone, and ToneNeutral otherwise.
	Tone Tone
	// Values are sent with the click. The client can change them.
	Values map[string]string
	// Options make the action a menu; the chosen one comes back as the value "selected".
	Options []Option
}

// Option is one entry of a menu or of a select field.
type Option struct {
	Label Message
	Value string
	// Detail is shown on a second line where there is room for one; zero for none.
	Detail Message
}

// Reply is one line of history in a card's thread.
type Reply struct {
	Text Message `json:"text"`
	// Actions are the buttons under the reply.
	Actions []Action `json:"actions,omitempty"`
	// Mention is the user or group that the reply notifies; see Posting.
	Mention string `json:"mention,omitempty"`
}

// Posting is a card to post in a channel.
type Posting struct {
	Place Place
	Card  Card
	// Mention is the user or group that a new post notifies: "", "here", "channel" or a username. It has no effect on an update.
	Mention string
	// Mark is stored with the post, so that the post can be found again and matched to its subject.
	Mark Mark
}

// Mark is data in a post that users don't see. It proves nothing by itself: the record that it names has to name the post in turn.
type Mark struct {
	// Provider, Connection and Subject identify what the post is about.
	Provider, Connection, Subject string
	// Key distinguishes this post from others about the same subject in the same place.
	Key string
}
