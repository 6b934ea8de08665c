package subscription

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// maxChannelsListed is how many channels one message tells of.
const maxChannelsListed = 30

// configureAll says what the person's channels get from the provider. Channels that they are no member of are not for their eyes.
func (s *Configurator) configureAll(ctx context.Context, providerID string, actor chat.Actor) (chat.Message, error) {
	channels, err := s.Channels.ChannelsOf(ctx, actor)
	if err != nil {
		return chat.Message{}, errors.Wrap(err, "list a user's channels")
	}
	lines := []chat.Message{chat.Say("bridge.configure.all", "Provider", s.Name(providerID))}
	listed := 0
	connections, err := s.Directory.Following(ctx, providerID, channels...)
	if err != nil {
		return chat.Message{}, err
	}
	for _, place := range channels {
		followed := bridge.SubscriptionsIn(connections, place)
		if len(followed) == 0 {
			continue
		}
		if listed++; listed > maxChannelsListed {
			continue
		}
		lines = append(lines, chat.Say("bridge.configure.all_channel").WithMessage("Channel", s.channelName(ctx, place)))
		for _, f := range followed {
			line := chat.Say("bridge.configure.all_line").WithText("Name", chat.Link(chat.Truncate(f.Title(), 100), f.Resource.URL))
			lines = append(lines, line.WithMessage("Events", s.EventsOf(providerID, f.Subscription.Events)))
		}
	}
	if listed == 0 {
		return chat.Say("bridge.configure.all_none", "Provider", s.Name(providerID)), nil
	}
	if more := listed - maxChannelsListed; more > 0 {
		lines = append(lines, chat.Plural("bridge.configure.all_more", more))
	}
	return chat.Lines(append(lines, chat.Message{}, chat.Say("bridge.configure.all_next", "Command", s.Word(providerID)))...), nil
}

// channelName names a channel for a user who is in it.
func (s *Configurator) channelName(ctx context.Context, place chat.Place) chat.Message {
	channel, err := s.Channels.Channel(ctx, place)
	switch {
	case err != nil:
		return chat.Verbatim("?")
	case channel.Direct:
		return chat.Say("bridge.direct")
	}
	return chat.Verbatim("~" + channel.Name)
}
