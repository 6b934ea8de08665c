package delivery

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/provider"
)

// SentFrom is where the site's subjects are noted whose cards people sent to channels: each by its name, for the connection that has it.
func SentFrom(providerID, site string) string { return digest.Of("sent", providerID, site) }

// CardBeside returns the connection, other than this, by which the channel shows the subject of the same site, and the card; "" for none.
func (s *Applier) CardBeside(ctx context.Context, c bridge.Connection, place chat.Place, subject string) (bridge.Connection, chat.MessageRef, error) {
	all, err := s.Directory.Following(ctx, c.Provider, place)
	if err != nil {
		return bridge.Connection{}, chat.MessageRef{}, err
	}
	for _, other := range all {
		if other.ID == c.ID || other.Site != c.Site {
			continue
		}
		sub, _, err := s.Subjects.Subject(ctx, other.ID, subject)
		if err != nil {
			return bridge.Connection{}, chat.MessageRef{}, errors.Wrap(err, "look for a card of the subject")
		}
		if at := sub.In(place); at != nil && !at.Message.Zero() && !at.Over && at.StyleIn(other.In(place)) != bridge.Each {
			return other, at.Message, nil
		}
	}
	return bridge.Connection{}, chat.MessageRef{}, nil
}

// passOnToShared has the cards of the events' subjects that people sent to channels from the account as a whole brought up to date, too, where the
// events came by another connection of the same site. Repeating it does no harm.
func (s *Applier) passOnToShared(ctx context.Context, c bridge.Connection, p provider.Provider, events []provider.Event) error {
	if _, searches := p.(provider.Searcher); !searches || c.Site == "" {
		return nil
	}
	for _, e := range events {
		sender, err := s.Subjects.Alias(ctx, SentFrom(c.Provider, c.Site), e.Subject)
		if err != nil {
			return errors.Wrap(err, "look whether a subject was sent to channels")
		}
		if sender == "" || sender == c.ID {
			continue
		}
		whole, _, err := s.Connections.Connection(ctx, sender)
		if err != nil {
			return errors.Wrap(err, "read the connection that a subject was sent from")
		}
		if len(whole.Subscriptions) > 0 {
			continue // it hears of it by itself
		}
		e.UpdateOnly = true // so that it begins nothing
		job := bridge.Job{ID: digest.Of("sent", sender, e.Subject, e.ID), Key: jobKey(sender, e.Subject), Connection: sender, Events: []provider.Event{e}}
		if err := s.Inbox.Accept(ctx, job); err != nil {
			return errors.Wrap(err, "store an event for the cards that were sent")
		}
	}
	return nil
}
