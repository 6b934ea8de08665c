package console_test

import (
	"context"
	"os"
	"testing"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider/providertest/plain"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// on is the surface that the stories take place on. Only TestMain sets it.
var on chat.SurfaceID

// TestMain runs each story on both surfaces. What users read is compared as Mattermost's Markdown on both: how the plain surface words
// and marks things is for its own tests and the golden cards.
func TestMain(m *testing.M) { os.Exit(plain.RunOnBothSurfaces(m, &on)) }

// actor is the person as they act on the surface.
func actor(id string) chat.Actor { return chat.Actor{Surface: on, ID: id, Person: chat.PersonID(id)} }

// place is a channel of the surface.
func place(id string) chat.Place { return chat.Place{Surface: on, Channel: id} }

// message is a message somewhere on the surface.
func message(id string) chat.MessageRef { return chat.MessageRef{Place: place(""), ID: id} }

// talk is a conversation of a test: notes go to the people, forms to the form's function.
type talk struct {
	people bridge.Messenger
	actor  chat.Actor
	place  chat.Place
	form   func(chat.Form) // nil where none can be shown
}

func (t talk) Ask(_ context.Context, f chat.Form) error {
	if t.form == nil {
		return fault.New(fault.ButtonExpired)
	}
	t.form(f)
	return nil
}

func (t talk) Tell(ctx context.Context, n chat.Note) error {
	return t.people.Ephemeral(ctx, t.place, t.actor, n)
}

func (t talk) Replace(ctx context.Context, n chat.Note) error { return t.Tell(ctx, n) }

func (t talk) Features() chat.Features { return chat.Features{Forms: t.form != nil} }

// product is the chat product that the stories take place on.
type product struct {
	bridge.Surface
	channels
}

// channels are the channels of that product, with the rights in them and what the bot writes there.
type channels interface {
	bridge.Channels
	bridge.Permissions
	bridge.Messenger
}
