package conversation

import (
	"context"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// Request is what a user wants done about a channel's connections, however they said so: typed, with a button, with a form, or
// before they signed in.
type Request struct {
	Actor    chat.Actor
	Place    chat.Place
	Provider string
	// Text is what was typed after the word, connection the one that was chosen instead; "" for nothing.
	Text       string
	Connection string
	// Subscription is one of the channel's to the connection, where only that is meant.
	Subscription string
	// Values are the answers that make a credential.
	Values map[string]string
	// Talk is the exchange in which it was asked for.
	Talk chat.Conversation
}

// Handler does what a wish is for and returns what to show to who has it; a zero note for nothing more.
type Handler func(ctx context.Context, w Request) (chat.Note, error)

// Intends returns the intent to do the deed for this wish.
func (w Request) Intends(deed string) Intent {
	return Intent{
		Actor: w.Actor, Kind: deed, Provider: w.Provider, Place: w.Place,
		Connection: w.Connection, Subscription: w.Subscription, Text: w.Text, Values: w.Values, Talk: w.Talk,
	}
}

// Request returns the wish that the intent was made for.
func (i Intent) Request() Request {
	return Request{
		Actor: i.Actor, Place: i.Place, Provider: i.Provider, Text: i.Text, Connection: i.Connection, Subscription: i.Subscription, Values: i.Values,
		Talk: i.Talk,
	}
}

// Offer is one button of a question.
type Offer struct {
	Label     chat.Message
	Primary   bool
	Operation string
	Request   Request
}

// OrCancel returns the button that ends a question.
func OrCancel(w Request) Offer {
	return Offer{Label: chat.Say("bridge.button.cancel"), Operation: OpCancel, Request: w}
}

// Unquoted returns what was typed without the quotes around it (straight, typographic or angle, even where the two differ, as phones
// make them), and without what nobody sees.
func Unquoted(typed string) string {
	const quotes = "\"'`“”„‟‘’‚‛«»‹›<>"
	shown := strings.Map(func(r rune) rune {
		if slices.Contains([]rune{'\u200b', '\u2060', '\ufeff'}, r) {
			return -1 // comes along when a name is copied out of a post
		}
		return r
	}, strings.ToValidUTF8(typed, ""))
	text := strings.Join(strings.Fields(shown), " ")
	first, last := []rune(text), []rune(text)
	if len(first) < 2 || !strings.ContainsRune(quotes, first[0]) || !strings.ContainsRune(quotes, last[len(last)-1]) {
		return text
	}
	return strings.TrimSpace(string(first[1 : len(first)-1]))
}
