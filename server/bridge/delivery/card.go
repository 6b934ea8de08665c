package delivery

import (
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// card draws the state; a card that was posted again links the one before it. Actions that no one could take, because the connection
// has no API access and users have no accounts at the provider, are left out.
func (s *Presenter) card(c bridge.Connection, p provider.Provider, state []byte, earlier chat.MessageRef) (chat.Card, error) {
	card, err := p.Card(state)
	if err != nil {
		return chat.Card{}, queue.Permanent(errors.Wrap(err, "draw a card"))
	}
	if _, personal := p.(provider.Authorizer); !personal && !c.HasCredential {
		card.Actions = nil
	}
	card = s.withMeeting(card)
	if earlier.Zero() {
		return card, nil
	}
	line := chat.Say("bridge.deliver.earlier", "Link", s.Surface.Link(earlier))
	if card.Text.Zero() {
		card.Text = line
	} else {
		card.Text = chat.Lines(card.Text, line)
	}
	return card, nil
}

// mark returns what a post about the subject is known by.
func (s *Presenter) mark(c bridge.Connection, sub bridge.Subject, key string) chat.Mark {
	return chat.Mark{Provider: c.Provider, Connection: c.ID, Subject: sub.Name, Key: key}
}

// withMeeting returns the card with a button that starts a meeting about it, where meetings can be started at all.
func (s *Presenter) withMeeting(card chat.Card) chat.Card {
	if !s.CanMeet {
		return card
	}
	card.Actions = append(slices.Clone(card.Actions), chat.Action{ID: bridge.ActionMeeting, Label: chat.Say("bridge.act.meeting")})
	return card
}
