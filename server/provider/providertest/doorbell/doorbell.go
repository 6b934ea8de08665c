// Package doorbell is a minimal provider for a product that doesn't exist. It shows what adding a provider takes: see
// docs/adding-a-provider.md.
package doorbell

import (
	"embed"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// headerSignature has the hexadecimal HMAC of the body.
const headerSignature = "X-Doorbell-Signature"

// maxName limits untrusted names, in characters.
const maxName = 100

//go:embed texts/en.json
var texts embed.FS

// Doorbell is the provider.
type Doorbell struct{}

// New returns the provider.
func New() Doorbell { return Doorbell{} }

// ring is a delivery and the state of a card: someone is at a door, or was let in.
type ring struct {
	ID     string    `json:"id"`
	Door   string    `json:"door"`
	Opened bool      `json:"opened"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Describe implements provider.Provider.
func (Doorbell) Describe() provider.Descriptor {
	return provider.Descriptor{
		ID: "doorbell", Name: "Doorbell", Summary: chat.Say("doorbell.summary"), ResourceNoun: chat.Say("doorbell.resource"),
		Events: []provider.EventKind{
			{ID: "rang", Label: chat.Say("doorbell.event.rang"), Default: true},
			{ID: "opened", Label: chat.Say("doorbell.event.opened"), Default: true},
		},
		Filters: []provider.Filter{{ID: "door", Label: chat.Say("doorbell.door")}},
		Headers: []string{headerSignature}, Texts: provider.Texts(texts),
	}
}

// Verify implements provider.Provider.
func (Doorbell) Verify(d provider.Delivery, secrets []string) (provider.Proof, error) {
	signature := d.Header[headerSignature]
	if signature == "" {
		return provider.Proof{}, provider.ErrUnsigned
	}
	return provider.ProofOf(provider.MatchSignature(d.Body, signature, secrets), provider.BySignature)
}

// Parse implements provider.Provider.
func (Doorbell) Parse(d provider.Delivery) ([]provider.Event, error) {
	var r ring
	if err := json.Unmarshal(d.Body, &r); err != nil || r.ID == "" || r.Door == "" {
		return nil, errors.New("no ring of a doorbell")
	}
	r.ID, r.Door, r.By = chat.Truncate(r.ID, maxName), chat.Truncate(r.Door, maxName), chat.Truncate(r.By, maxName)
	return []provider.Event{event(r)}, nil
}

func event(r ring) provider.Event {
	data, err := json.Marshal(r)
	if err != nil {
		data = nil // a year that JSON can't encode; Fold reports it
	}
	return provider.Event{Subject: "ring/" + r.ID, Labels: map[string]string{"door": r.Door}, At: r.At, Data: data}
}

// Fold implements provider.Provider.
func (Doorbell) Fold(state, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	var was, is ring
	if err := json.Unmarshal(e.Data, &is); err != nil {
		return provider.Change{}, errors.Wrap(err, "read a ring")
	}
	if len(state) > 0 {
		if err := json.Unmarshal(state, &was); err != nil {
			return provider.Change{}, errors.Wrap(err, "read what was before")
		}
		if was.Opened || !is.Opened {
			return provider.Change{Stale: true}, nil // a door is opened once
		}
	}
	change := provider.Change{State: e.Data, Kind: "rang"}
	if is.Opened {
		change.Kind, change.ResultChanged = "opened", true
		change.Replies = []chat.Reply{{Text: chat.Say("doorbell.reply", "Who", is.By)}}
	}
	return change, nil
}

// Card implements provider.Provider.
func (Doorbell) Card(state json.RawMessage) (chat.Card, error) {
	var r ring
	if err := json.Unmarshal(state, &r); err != nil {
		return chat.Card{}, errors.Wrap(err, "read a ring")
	}
	card := chat.Card{Emoji: "bell", State: chat.Say("doorbell.state.rang"), Tone: chat.ToneWarning, Title: r.Door, Footer: "Doorbell", At: r.At}
	if r.Opened {
		card.Emoji, card.State, card.Tone, card.Author = "door", chat.Say("doorbell.state.opened"), chat.ToneSuccess, r.By
	}
	return card, nil
}

// Sample implements provider.Provider.
func (Doorbell) Sample(now time.Time) provider.Event {
	return event(ring{ID: "sample", Door: "Front door", At: now})
}
