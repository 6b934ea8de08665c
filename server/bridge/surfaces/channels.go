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

// MayPost reports whether the actor may post in the channel now; no one may on a surface other than their own.
func (r Router) MayPost(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	product, ok := r.at(actor, place)
	return ok && product.MayPost(ctx, actor, place)
}

// StillMayPost is MayPost with an error for an unknown answer; a surface that isn't there is an error.
func (r Router) StillMayPost(ctx context.Context, actor chat.Actor, place chat.Place) (bool, error) {
	product, err := r.of(place.Surface)
	if err != nil || actor.Surface != place.Surface {
		return false, err
	}
	return product.StillMayPost(ctx, actor, place)
}

// MayMentionAll reports whether the actor may mention everyone in the channel.
func (r Router) MayMentionAll(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	product, ok := r.at(actor, place)
	return ok && product.MayMentionAll(ctx, actor, place)
}

// MayAdminister reports whether the actor is an admin of the channel now.
func (r Router) MayAdminister(ctx context.Context, actor chat.Actor, place chat.Place) bool {
	product, ok := r.at(actor, place)
	return ok && product.MayAdminister(ctx, actor, place)
}

// Ephemeral shows a note to one actor in a place.
func (r Router) Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error {
	product, err := r.of(at.Surface)
	if err != nil {
		return err
	}
	return product.Ephemeral(ctx, at, actor, note)
}

// Direct has the bot write to the actor on the actor's surface.
func (r Router) Direct(ctx context.Context, actor chat.Actor, text chat.Message) error {
	product, err := r.of(actor.Surface)
	if err != nil {
		return err
	}
	return product.Direct(ctx, actor, text)
}

// Announce has the bot write into a channel or thread, for all to read.
func (r Router) Announce(ctx context.Context, at chat.Place, text chat.Message) error {
	product, err := r.of(at.Surface)
	if err != nil {
		return err
	}
	return product.Announce(ctx, at, text)
}
