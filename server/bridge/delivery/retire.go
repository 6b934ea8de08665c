package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
)

// retiredFor is how long it isn't said again that a channel gets no more notifications.
const retiredFor = 24 * time.Hour

// stillWelcome reports whether who made the subscription may still post in the channel: the bridge speaks there for them, and not when
// they have left. It is asked for each new card, and no more often.
func (s *Presenter) stillWelcome(ctx context.Context, c bridge.Connection, w *work) (bool, error) {
	sub := w.subscription(c)
	if sub.CreatedBy.Zero() {
		return true, nil
	}
	may, err := s.Permissions.StillMayPost(ctx, sub.CreatedBy, w.Place)
	return may, errors.Wrap(err, "see whether who connected a channel is still there") // an outage must not disconnect anybody
}

// subscription returns the one that the card is for.
func (w *work) subscription(c bridge.Connection) bridge.Subscription {
	for _, sub := range c.In(w.Place) {
		if sub.ID == w.Subscription {
			return sub
		}
	}
	return bridge.Subscription{}
}

// endUnwelcome ends the channel's subscriptions of a user who may no longer post there, and tells the channel, that user and the
// connection's creator.
func (s *Presenter) endUnwelcome(ctx context.Context, c bridge.Connection, w *work) error {
	creator := w.subscription(c).CreatedBy
	channel, err := s.Channels.Channel(ctx, w.Place)
	if err != nil {
		return errors.Wrap(err, "look up the channel of a card")
	}
	if channel.Archived {
		return s.retire(ctx, c, w)
	}
	if err := s.unsubscribe(ctx, c.ID, func(sub bridge.Subscription) bool { return sub.Place.SameChannel(w.Place) && sub.CreatedBy.Is(creator) }); err != nil {
		return err
	}
	first, err := s.Connections.Claim(ctx, digest.Of("unwelcome", c.ID, w.Place.Key(), creator.ID), retiredFor)
	if err != nil {
		return errors.Wrap(err, "claim to say that a channel gets no more notifications")
	}
	w.dropped = true
	s.journal.Note(c.ID, endedIn(w.Place, chat.Say("bridge.deliver.creator_gone")))
	if !first {
		return nil
	}
	named := []string{"Provider", s.Name(c.Provider), "Name", c.Name, "Command", s.Word(c.Provider)}
	if err := s.Messenger.Announce(ctx, w.Place.Top(), chat.Say("bridge.deliver.announce_creator_gone", named...)); err != nil {
		s.Log.Warn("A channel couldn't be told that its notifications stopped", "channel_id", w.Place.Channel, "error", err.Error())
	}
	text := chat.Say("bridge.deliver.tell_creator_gone", named...).WithMessage("Channel", channelName(channel))
	for _, actor := range slices.CompactFunc([]chat.Actor{creator, c.CreatedBy}, chat.Actor.Is) {
		s.Notices.WriteTo(ctx, actor, text)
	}
	return nil
}

// retire ends the subscriptions of a channel in which nothing can be posted any more, and tells the users who made them, once.
func (s *Presenter) retire(ctx context.Context, c bridge.Connection, w *work) error {
	place := w.Place
	if err := s.unsubscribe(ctx, c.ID, func(sub bridge.Subscription) bool { return sub.Place.SameChannel(place) }); err != nil {
		return err
	}
	w.Over = true
	first, err := s.Connections.Claim(ctx, digest.Of("retire", c.ID, place.Key()), retiredFor)
	if err != nil {
		return errors.Wrap(err, "claim to say that a channel is gone")
	}
	s.journal.Note(c.ID, endedIn(place, chat.Say("bridge.deliver.channel_gone")))
	if !first {
		return nil
	}
	channel, err := s.Channels.Channel(ctx, place)
	if err != nil {
		channel = chat.Channel{} // gone for good, and so is its name
	}
	text := chat.Say("bridge.deliver.tell_channel_gone", "Provider", s.Name(c.Provider), "Name", c.Name).
		WithMessage("Channel", channelName(channel))
	var told []chat.Actor
	for _, sub := range c.In(place) {
		if !sub.CreatedBy.Zero() && !slices.ContainsFunc(told, sub.CreatedBy.Is) {
			told = append(told, sub.CreatedBy)
			s.Notices.WriteTo(ctx, sub.CreatedBy, text)
		}
	}
	return nil
}

// channelName returns how people call the channel, as far as it has a name.
func channelName(channel chat.Channel) chat.Message {
	if channel.Name == "" {
		return chat.Say("bridge.deliver.some_channel")
	}
	return chat.Verbatim(channel.Name)
}

// unsubscribe removes subscriptions. With the last of them the connection ends, and the webhook that we made at the provider, so that
// the provider doesn't send to an address that no channel follows.
func (s *Presenter) unsubscribe(ctx context.Context, connectionID string, which func(bridge.Subscription) bool) error {
	var ended bridge.Connection
	_, err := s.Connections.UpdateConnection(ctx, connectionID, func(c *bridge.Connection) (bool, error) {
		ended = bridge.Connection{}
		before := len(c.Subscriptions)
		c.Subscriptions = slices.DeleteFunc(c.Subscriptions, which)
		if before == 0 || len(c.Subscriptions) == before {
			return false, nil
		}
		if len(c.Subscriptions) == 0 {
			ended = *c
			c.ID = ""
		}
		return true, nil
	})
	if err != nil {
		return errors.Wrap(err, "end subscriptions")
	}
	installer, ok := s.InstallerOf(ended)
	if !ok || len(ended.Installation) == 0 {
		return nil
	}
	session, err := s.Caller.Background(ctx, ended)
	if err == nil {
		err = installer.Uninstall(ctx, session, ended.Resource, ended.Installation)
	}
	if err != nil {
		s.Log.Warn("An unused webhook couldn't be removed", "connection", ended.ID, "error", err.Error())
	}
	return nil
}

// endedIn returns the line of the journal that says why a channel no longer follows the connection. It is nothing to others.
func endedIn(place chat.Place, why chat.Message) bridge.Entry {
	return bridge.Entry{Result: bridge.Unwanted, Views: []bridge.View{{Channels: []chat.Place{place.Top()}, Result: bridge.Unwanted, Known: true}}, Reason: why}
}
