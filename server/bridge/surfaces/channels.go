package surfaces

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
)

// Channel returns the channel of the place.
func (r Router) Channel(ctx context.Context, place chat.Place) (chat.Channel, error) {
	product, err := r.of(place.Surface)
	if err != nil {
		return chat.Channel{}, err
	}
	return product.Channel(ctx, place)
}

// ChannelsOf returns the channels of the actor's surface that the actor is a member of.
func (r Router) ChannelsOf(ctx context.Context, actor chat.Actor) ([]chat.Place, error) {
	product, err := r.of(actor.Surface)
	if err != nil {
		return nil, err
	}
	return product.ChannelsOf(ctx, actor)
}

// Message returns the text of the message on the actor's surface whose address this is.
func (r Router) Message(ctx context.Context, actor chat.Actor, address string) (string, bool) {
	product, err := r.of(actor.Surface)
	if err != nil {
		return "", false
	}
	return product.Message(ctx, actor, address)
}

// CanPost reports whether the actor may post in the channel now; nobody may on another surface than their own.
func (r Router) CanPost(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	product, ok := r.at(actor, place)
	return ok && product.CanPost(ctx, actor, place)
}

// StillPosts reports the same; a surface that isn't there is an error.
func (r Router) StillPosts(ctx context.Context, actor chat.Actor, place chat.Place) (bool, error) {
	product, err := r.of(place.Surface)
	if err != nil || actor.Surface != place.Surface {
		return false, err
	}
	return product.StillPosts(ctx, actor, place)
}

// CanCallAll reports whether the actor may mention everybody in the channel now.
func (r Router) CanCallAll(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	product, ok := r.at(actor, place)
	return ok && product.CanCallAll(ctx, actor, place)
}

// Administers reports whether the actor is an admin of the channel now.
func (r Router) Administers(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	product, ok := r.at(actor, place)
	return ok && product.Administers(ctx, actor, place)
}

// Whisper shows a note to one actor in a place.
func (r Router) Whisper(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	product, err := r.of(at.Surface)
	if err != nil {
		return err
	}
	return product.Whisper(ctx, at, actor, note)
}

// DirectMessage has the bot write to the actor on the actor's surface.
func (r Router) DirectMessage(ctx context.Context, actor chat.Actor, text chat.Message) error {
	product, err := r.of(actor.Surface)
	if err != nil {
		return err
	}
	return product.DirectMessage(ctx, actor, text)
}

// Announce has the bot write into a channel or thread, for all to read.
func (r Router) Announce(ctx context.Context, at chat.Place, text chat.Message) error {
	product, err := r.of(at.Surface)
	if err != nil {
		return err
	}
	return product.Announce(ctx, at, text)
}
