package plain

import (
	"context"
	"slices"

	"mattermost-plugin-zoom/server/chat"

	"github.com/pkg/errors"
)

// Channel returns the channel of the place. All are private, and none is archived.
func (c *Chat) Channel(_ context.Context, place chat.Place) (chat.Channel, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.channels[place.Channel]; !ok {
		return chat.Channel{}, errors.Errorf("there is no channel %q", place.Channel)
	}
	return chat.Channel{Name: place.Channel}, nil
}

// ChannelsOf returns the channels that the actor is a member of.
func (c *Chat) ChannelsOf(_ context.Context, actor chat.Actor) ([]chat.Place, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []chat.Place
	for name, members := range c.channels {
		if slices.Contains(members, actor.ID) {
			found = append(found, chat.Place{Surface: ID, Channel: name})
		}
	}
	slices.SortFunc(found, chat.Place.Compare)
	return found, nil
}

// MayPost reports whether the actor is a member.
func (c *Chat) MayPost(_ context.Context, actor chat.Actor, place chat.Place) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.channels[place.Channel], actor.ID)
}

// StillMayPost reports the same.
func (c *Chat) StillMayPost(ctx context.Context, actor chat.Actor, place chat.Place) (bool, error) {
	return c.MayPost(ctx, actor, place), nil
}

// MayMentionAll reports whether the actor is a member.
func (c *Chat) MayMentionAll(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	return c.MayPost(ctx, actor, place)
}

// MayAdminister reports whether the actor is the first member of the channel.
func (c *Chat) MayAdminister(_ context.Context, actor chat.Actor, place chat.Place) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	members := c.channels[place.Channel]
	return len(members) > 0 && members[0] == actor.ID
}
