package bridge_test

import (
	"os"
	"testing"

	"mattermost-plugin-zoom/build/testdb"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/providertest/plain"
)

// on is the surface that the stories take place on. Only TestMain sets it.
var on chat.SurfaceID

// TestMain runs each story on both surfaces. None is about what only Mattermost has.
func TestMain(m *testing.M) {
	os.Exit(testdb.Around(func() int { return plain.RunOnBothSurfaces(m, &on) }))
}

// actor is the person as they act on the surface.
func actor(id string) chat.Actor { return chat.Actor{Surface: on, ID: id, Person: chat.PersonID(id)} }

// place is a channel of the surface.
func place(id string) chat.Place { return chat.Place{Surface: on, Channel: id} }

// ref is what refers to it.
func (p *post) ref() chat.MessageRef { return chat.MessageRef{Place: p.at, ID: p.id} }

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
