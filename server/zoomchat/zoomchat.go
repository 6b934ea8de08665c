// Package zoomchat is Zoom Team Chat as a surface: chatbots that show the bridge's cards in Zoom's channels, and take commands, clicks and
// forms there. It decides nothing about providers and meetings.
//
// A chatbot is a Zoom app. An admin registers one for all providers, or one for each (see Apps). A place is a conversation as one app sees
// it, and an actor is a Zoom user as one app sees them: what an app tells can name nothing of another app's. Rights at providers belong to
// the Mattermost user that the Zoom user is linked to; see People.
//
// Zoom tells a chatbot little: it can read neither channels nor their members. So the surface remembers what signed events showed (see
// Records), and what it doesn't know is refused.
package zoomchat

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

// ID is the surface.
const ID chat.SurfaceID = "zoomchat"

// People tells who Zoom users are in Mattermost.
type People interface {
	// PersonOf returns the Mattermost user that the Zoom user of the account is linked to, "" for none.
	PersonOf(ctx context.Context, account, zoomUser string) (chat.PersonID, error)
	// Person returns the user with this ID.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// LinkURL is the page on which a Mattermost user links their Zoom user.
	LinkURL() string
	// FormURL is the page that shows the form with this ID to the Mattermost user whom it asks.
	FormURL(id string) string
}

// Dependencies are what a Surface works with.
type Dependencies struct {
	Apps    *Apps
	Records Records
	Seals   bridge.Seals
	Calls   *zoom.Client
	People  People
	// Render returns what renders for the person, in their language; for everyone if it is "".
	Render func(person chat.PersonID) content.Renderer
	Now    func() time.Time
	Log    *slog.Logger
}

// Surface shows cards, notes and forms in Zoom Team Chat. It implements bridge.Product and is safe for concurrent use.
type Surface struct {
	Dependencies
	*Members
	sender *sender
}

var _ bridge.Product = (*Surface)(nil)

// New returns a surface with these dependencies.
func New(d Dependencies) *Surface {
	return &Surface{Dependencies: d, Members: &Members{records: d.Records, people: d.People}, sender: newSender(d.Calls, d.Now)}
}

// address is a conversation as one app sees it.
type address struct {
	app, account, jid string
}

// place returns the place of the conversation.
func (a address) place() chat.Place {
	return chat.Place{Surface: ID, Channel: a.app + "/" + a.account + "/" + a.jid}
}

// channelHost is in the addresses of channels and of no other conversation.
const channelHost = "@conference."

// robotMark is in the address of a user's conversation with a bot, after the user's own.
const robotMark = "/robot_"

// channel reports whether the conversation is a channel; else it is that of one user with the bot.
func (a address) channel() bool { return strings.Contains(a.jid, channelHost) }

// owner returns the address of the user whose conversation with the bot it is.
func (a address) owner() string {
	user, _, _ := strings.Cut(a.jid, robotMark)
	return user
}

// addressOf returns the conversation of a place of ours.
func addressOf(at chat.Place) (address, error) {
	parts := strings.SplitN(at.Channel, "/", 3)
	if at.Surface != ID || len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return address{}, errors.Errorf("%q is no place of Zoom Team Chat", at.Key())
	}
	return address{parts[0], parts[1], parts[2]}, nil
}

// identity is a Zoom user as one app sees them.
type identity struct {
	app, account, user string
}

// id returns the ID of the actor.
func (i identity) id() string { return i.app + "/" + i.account + "/" + i.user }

// identityOf returns the Zoom user that an actor of ours is.
func identityOf(actor chat.Actor) (identity, error) {
	parts := strings.SplitN(actor.ID, "/", 3)
	if actor.Surface != ID || len(parts) != 3 || parts[0] == "" || parts[2] == "" {
		return identity{}, errors.Errorf("%q is no user of Zoom Team Chat", actor.ID)
	}
	return identity{parts[0], parts[1], parts[2]}, nil
}

// AppOf returns the ID of the app whose place it is, "" for a place of another surface.
func AppOf(at chat.Place) string {
	a, err := addressOf(at)
	if err != nil {
		return ""
	}
	return a.app
}
