// Package surfaces sends what the bridge shows, tells and asks to the chat product that it belongs to: that of the place, the message or the
// actor. It is the only package of the bridge that knows that there are several.
package surfaces

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// Router is all surfaces as if they were one. It is safe for use by several goroutines if they are.
type Router struct {
	// Persons is the directory of Mattermost's users, who act on all surfaces.
	bridge.Persons
	// Products are the chat products by their IDs.
	Products map[chat.SurfaceID]bridge.Product
}

// of returns the product with this ID. One that isn't there is an error, and not bridge.ErrGone, so that nothing is given up because of it.
func (r Router) of(id chat.SurfaceID) (bridge.Product, error) {
	product, ok := r.Products[id]
	if !ok {
		return nil, errors.Errorf("there is no surface %q", id)
	}
	return product, nil
}

// at returns the product of the place if the actor acts on it: rights in a channel are those of the surface's own actors.
func (r Router) at(actor chat.Actor, place chat.Place) (bridge.Product, bool) {
	product, ok := r.Products[place.Surface]
	return product, ok && actor.Surface == place.Surface
}

// Post puts a card into a channel or thread. See bridge.Surface.
func (r Router) Post(ctx context.Context, p chat.Posting) (chat.MessageRef, error) {
	product, err := r.of(p.Place.Surface)
	if err != nil {
		return chat.MessageRef{}, err
	}
	return product.Post(ctx, p)
}

// Update brings the card of a post up to date. See bridge.Surface.
func (r Router) Update(ctx context.Context, m chat.MessageRef, p chat.Posting) error {
	product, err := r.of(m.Surface)
	if err != nil {
		return err
	}
	return product.Update(ctx, m, p)
}

// Reply posts a line into the thread. See bridge.Surface.
func (r Router) Reply(ctx context.Context, at chat.Place, reply chat.Reply, mark chat.Mark) (chat.MessageRef, error) {
	product, err := r.of(at.Surface)
	if err != nil {
		return chat.MessageRef{}, err
	}
	return product.Reply(ctx, at, reply, mark)
}

// Recover returns the message in the place that carries the mark. See bridge.Surface.
func (r Router) Recover(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error) {
	product, err := r.of(at.Surface)
	if err != nil {
		return chat.MessageRef{}, err
	}
	return product.Recover(ctx, at, mark, since)
}

// Link returns the address of a message, "" on a surface that isn't there.
func (r Router) Link(m chat.MessageRef) string {
	product, err := r.of(m.Surface)
	if err != nil {
		return ""
	}
	return product.Link(m)
}
