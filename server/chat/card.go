package chat

import (
	"time"
)

// Tone is how a card feels at a glance. It is never the only sign: a card's emoji and state say the same.
type Tone string

// The tones, with what they stand for.
const (
	// ToneNeutral is plain news.
	ToneNeutral Tone = ""
	// ToneRunning is work under way.
	ToneRunning Tone = "running"
	// ToneSuccess is something that went well or was mended.
	ToneSuccess Tone = "success"
	// ToneWarning is something to look at, or that somebody looks at.
	ToneWarning Tone = "warning"
	// ToneFailure is something broken.
	ToneFailure Tone = "failure"
	// ToneInactive is something that was given up, put aside or is over without a result.
	ToneInactive Tone = "inactive"
)

// Card is one thing of a provider's (a build, a pull request, an incident) as a channel sees it. It is posted once and brought up to
// date in place.
//
// Title and Author are as they came from outside; the surface makes them harmless. In messages the parameters are put in as they
// are, so whoever fills one with text from outside passes it through Escape, Link or Code, as everywhere.
type Card struct {
	// Emoji is the name of the emoji before the state, without colons; letters, digits and "_".
	Emoji string
	// State says in one to three words how the thing stands ("Failed").
	State Message
	// Title names the thing on one line; URL is its page at the provider, "" for none.
	Title string
	URL   string
	Tone  Tone
	// Author is who did what the card tells; "" where nobody did.
	Author string
	// Text are a few lines under the title; zero for none.
	Text Message
	// Fields are short facts; more than six are too many to read.
	Fields []Field
	// Actions are the buttons and menus.
	Actions []Action
	// Footer says where the thing lives, such as the repository; as it came from outside.
	Footer string
	// At is the provider's time of the latest change; zero where it is not known.
	At time.Time
	// Open says that it goes on, or waits for somebody.
	Open bool
}

// Field is one fact on a card.
type Field struct {
	Label Message
	Value Message
	// Long fields take the whole width.
	Long bool
}

// Action is something that people can do about a card: a button, or a menu where it has options.
type Action struct {
	// ID says what it does; letters and digits only, unique on its card.
	ID    string
	Label Message
	// Tone shows what it is like: ToneSuccess for the usual next step, ToneFailure for what cannot be taken back, else ToneNeutral.
	Tone Tone
	// Values go with the click, as far as the client is honest.
	Values map[string]string
	// Options make it a menu; the one chosen comes back as the value "selected".
	Options []Option
}

// Option is one line of a menu or of a form's choice.
type Option struct {
	Label Message
	Value string
	// Detail says more about it, where there is room for a second line; zero for none.
	Detail Message
}

// Reply is one line of history in the thread of a card.
type Reply struct {
	Text Message `json:"text"`
	// Actions are buttons under it.
	Actions []Action `json:"actions,omitempty"`
	// Mention is who is called to it; see Posting.
	Mention string `json:"mention,omitempty"`
}

// Posting is a card on its way into a channel.
type Posting struct {
	Place Place
	Card  Card
	// Mention is who is called to it: "", "here", "channel" or a user's name. It works when the post is new.
	Mention string
	// Mark is kept with the post, so that it can be found again and tells what it is about.
	Mark Mark
}

// Posted is a post of ours that carries a mark.
type Posted struct {
	Message MessageRef
	Mark    Mark
}

// Mark is what a post of ours carries that people do not see. It proves nothing by itself: what it names has to name the post.
type Mark struct {
	// Provider, Connection and Subject say what the post is about.
	Provider, Connection, Subject string
	// Key tells this post from others about the same thing in the same place.
	Key string
}
