package providertest

import (
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/providertest/plain"
)

// transcript is what a channel of the plain surface shows of a story: each card when it changes, and what is said in its thread.
type transcript struct {
	strings.Builder
	// cards are the latest cards by their subjects.
	cards map[string]string
}

// begin writes the heading of a delivery.
func (tr *transcript) begin(delivery string) {
	if tr.Len() > 0 {
		tr.WriteString("\n")
	}
	tr.WriteString("=== " + delivery + "\n")
}

// add writes what the step of a story changes.
func (tr *transcript) add(say plain.Say, s step) {
	if s.change.Stale {
		return
	}
	if card := say.Card(s.card); card != tr.cards[s.subject] {
		if tr.cards == nil {
			tr.cards = map[string]string{}
		}
		tr.cards[s.subject] = card
		tr.WriteString(card + "\n")
	}
	for _, r := range s.change.Replies {
		tr.WriteString("  > " + strings.ReplaceAll(say.Reply(r), "\n", "\n    ") + "\n")
	}
}

// plain returns how the plain surface renders the provider's messages in English.
func (tr *conformance) plain() plain.Say {
	return func(m chat.Message) chat.Text { return tr.catalogue.Text("en", m) }
}
