// Package bridge is the model of the notification bridge: connections to providers, the channels' subscriptions, the subjects that
// deliveries are about and the cards that show them, with their pure rules, and the ports through which all of this is kept and shown.
//
// It does nothing by itself: the packages below it carry out deliveries, commands, clicks and schedules. All state is in records that
// several servers share: a server claims a subject before it changes it, and other records change in one statement or transaction.
package bridge

import (
	"context"
	"errors"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// ErrGone is a post or channel that nothing will be shown in any more. A Surface returns it, and queue.ErrNotYet where it is too early.
var ErrGone = errors.New("the post or channel is gone")

// Surface shows cards and replies in a chat product.
type Surface interface {
	// Post puts a card into a channel or thread. ErrGone for a channel that is archived or gone.
	Post(ctx context.Context, p chat.Posting) (chat.MessageRef, error)
	// Update brings the card of a post up to date; one that shows it already is left alone. ErrGone for a post that is deleted or
	// cannot be changed.
	Update(ctx context.Context, m chat.MessageRef, p chat.Posting) error
	// Reply posts a line into the thread. ErrGone likewise.
	Reply(ctx context.Context, at chat.Place, r chat.Reply, mark chat.Mark) (chat.MessageRef, error)
	// Recover returns the message in the place that carries the mark and was posted since then, the zero one when there is none. It serves
	// only after a crash between a post and its record.
	Recover(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (chat.MessageRef, error)
	// Link returns the address of a message.
	Link(m chat.MessageRef) string
}

// Persons is the directory of Mattermost's users, to whom accounts at providers belong on whichever surface they act.
type Persons interface {
	// Person returns the user with this ID.
	Person(ctx context.Context, person chat.PersonID) (chat.Person, error)
	// PersonByEmail returns the user with this email address. An address that the server hasn't verified belongs to no one.
	PersonByEmail(ctx context.Context, email string) (chat.Person, bool)
}

// Channels is what the bridge reads of a surface's channels.
type Channels interface {
	// Channel returns the channel of the place.
	Channel(ctx context.Context, place chat.Place) (chat.Channel, error)
	// ChannelsOf returns the channels that the actor is a member of.
	ChannelsOf(ctx context.Context, actor chat.Actor) ([]chat.Place, error)
	// Message returns the text of the message with this address if the actor may read it. For any other address, ok is false.
	Message(ctx context.Context, actor chat.Actor, address string) (text string, ok bool)
}

// Directory looks up users, channels and messages.
type Directory interface {
	Persons
	Channels
}

// Permissions says what actors may do in channels at this moment. Where a method has no error, an unknown answer is a no.
type Permissions interface {
	// MayPost reports whether the actor may post in the channel.
	MayPost(ctx context.Context, actor chat.Actor, place chat.Place) bool
	// StillMayPost is MayPost for callers that end something when the answer is no: an unknown answer is an error.
	StillMayPost(ctx context.Context, actor chat.Actor, place chat.Place) (bool, error)
	// MayMentionAll reports whether the actor may mention everyone in the channel.
	MayMentionAll(ctx context.Context, actor chat.Actor, place chat.Place) bool
	// MayAdminister reports whether the actor is an admin of the channel or of the whole surface.
	MayAdminister(ctx context.Context, actor chat.Actor, place chat.Place) bool
}

// Messenger writes as the bot, beside cards and their replies.
type Messenger interface {
	// Direct sends the actor a direct message.
	Direct(ctx context.Context, actor chat.Actor, text chat.Message) error
	// Ephemeral shows the actor a note in a place. No one else sees it.
	Ephemeral(ctx context.Context, at chat.Place, actor chat.Actor, note chat.Note) error
	// Announce writes into a channel or thread, for everyone to read.
	Announce(ctx context.Context, at chat.Place, text chat.Message) error
}

// Product is a chat product as the bridge uses it; see package surfaces.
type Product interface {
	Surface
	Channels
	Permissions
	Messenger
}

// Seals makes blobs that nobody else can make or read.
type Seals interface {
	// Seal returns the blob for plain; it opens only under the same name.
	Seal(ctx context.Context, name string, plain []byte) ([]byte, error)
	// Open returns what Seal was given. Fault: Unreadable.
	Open(ctx context.Context, name string, blob []byte) ([]byte, error)
	// Reseal returns the blob sealed with the key in use, and whether it was not before. What cannot be opened stays as it is.
	Reseal(ctx context.Context, name string, blob []byte) (fresh []byte, changed bool, err error)
}

// Sessions says as whom a tool is called, and where tools are.
type Sessions interface {
	// Sites returns where the provider's tool is installed: the vendor's own, and those that an admin has set.
	Sites(ctx context.Context, providerID string) ([]provider.Site, error)
	// SaveSite has an admin add a site, or change the one with the same address; the client may be blank.
	SaveSite(ctx context.Context, providerID string, s provider.Site, clientID, clientSecret string) error
	// RedirectURL is the callback URL that an admin registers at the provider.
	RedirectURL(providerID string) string
	// RemoveSite takes a site away that an admin has added.
	RemoveSite(ctx context.Context, providerID, siteURL string) error
	// ForUser returns a session that acts as the person's own account at the site. Faults: AccountNeeded, AccountRejected.
	ForUser(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) (provider.Session, error)
	// With returns a session that shows the credential to the site.
	With(ctx context.Context, providerID string, site provider.Site, c provider.Credential) (provider.Session, error)
	// ConnectURL returns a link with which the person, and nobody else, authorizes at the site; next (at most 1500 bytes) comes
	// back to Resume. Fault: SetupNeeded where no admin has registered this server at the site.
	ConnectURL(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, next string) (string, error)
	// Redeem finishes an authorization with the code that a browser was shown in which nobody was signed in, and returns what is to be
	// resumed. Faults: CodeWrong, SetupNeeded.
	Redeem(ctx context.Context, providerID string, person chat.PersonID, code string) (who provider.Account, next string, err error)
	// SaveToken keeps a personal token as the person's account, after a call has shown whose it is.
	SaveToken(ctx context.Context, providerID string, site provider.Site, person chat.PersonID, c provider.Credential) (provider.Account, error)
	// SignOut forgets the person's account at the site, and ends it there where that can be done.
	SignOut(ctx context.Context, providerID string, site provider.Site, person chat.PersonID) error
}

// Meetings starts Zoom meetings.
type Meetings interface {
	// Start starts a meeting as the person and announces it in the place. Whatever happens, the person is told, where they asked.
	Start(ctx context.Context, actor chat.Actor, at, asked chat.Place, topic string) error
}

// ConnectPolicy is who may connect channels.
type ConnectPolicy string

// The policies; all ask for the right to post in the channel.
const (
	Members       ConnectPolicy = "members"
	ChannelAdmins ConnectPolicy = "channel_admins"
	SystemAdmins  ConnectPolicy = "system_admins"
)

// Settings are what admins decide, as the bridge needs it.
type Settings struct {
	// Enabled holds the providers that are switched on, with the words of their commands.
	Enabled map[string]string
	Policy  ConnectPolicy
	// HookURL is the address of deliveries, to be followed by Connection.Hook.
	HookURL string
	// Missing names a setting without which nothing can be kept safely; "" when there is none.
	Missing string
	// Rules are how many rules of a provider a channel may have, where an admin has set that.
	Rules map[string]int
}
