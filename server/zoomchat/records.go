package zoomchat

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// App is a Zoom app whose chatbot the plugin is.
type App struct {
	// ID is the provider that the bot is for, Zoom itself ("zoom"), or AllApps. It is part of the address of the app's events.
	ID string
	// ClientID and RobotJID are Zoom's names of the app and of its bot.
	ClientID, RobotJID string
	// AdminManaged says that an admin added the app for the whole account. Only such a bot can show a message to one user in a channel.
	AdminManaged bool
	// Sealed holds the client secret and the secret token.
	Sealed string
}

// AllApps is the ID of an app whose bot is for all providers and Zoom.
const AllApps = "all"

// Sighting is what a signed event shows: this user did something in this conversation.
type Sighting struct {
	App, Account string
	// UserID, UserJID and UserName are the user. A JID or name that the event doesn't tell is "", and what was known stays.
	UserID, UserJID, UserName string
	// Channel and ChannelName are the conversation; "" for none.
	Channel, ChannelName string
}

// SeenUser is what is known of a Zoom user.
type SeenUser struct {
	JID, Name string
}

// SeenChannel is what is known of a conversation.
type SeenChannel struct {
	Name string
	// LastJID is the address of the user who did something there last.
	LastJID string
	// Gone says that Zoom knows the conversation no more, or that the bot can't reach it.
	Gone bool
	// Admins are the IDs of the users whom an admin named, by which the channel's rule is theirs; nil for none.
	Admins []string
	// Installed says that the account has the app.
	Installed bool
}

// Post is a message of the bot's that carries a mark.
type Post struct {
	// Message is where it is: its place names the app.
	Message chat.MessageRef
	Mark    chat.Mark
	// Shown is the hash of the content.
	Shown string
}

// Records is what the surface remembers. It is safe for concurrent use, also by several servers.
type Records interface {
	// Apps returns all apps by their IDs.
	Apps(ctx context.Context) ([]App, error)
	// SaveApp stores the app in place of the one with its ID.
	SaveApp(ctx context.Context, app App) error
	// RemoveApp removes the app and everything that its events showed.
	RemoveApp(ctx context.Context, id string) error

	// AddAccount records that the account has the app.
	AddAccount(ctx context.Context, app, account string) error
	// RemoveAccount records that it hasn't any more, and forgets what its users did.
	RemoveAccount(ctx context.Context, app, account string) error
	// Accounts returns the accounts that have the app.
	Accounts(ctx context.Context, app string) ([]string, error)

	// See records a sighting now, and that the account has the app and the channel is there.
	See(ctx context.Context, s Sighting) error
	// Forget removes the user and their sightings.
	Forget(ctx context.Context, app, account, userID string) error
	// User returns the user; ok is false for one who was never seen.
	User(ctx context.Context, app, account, userID string) (user SeenUser, ok bool, err error)
	// Channel returns the conversation; ok is false for one that was never seen.
	Channel(ctx context.Context, app, account, jid string) (channel SeenChannel, ok bool, err error)
	// SetGone records that the conversation can't be reached; a sighting ends that.
	SetGone(ctx context.Context, app, account, jid string) error
	// SetAdmins names the users by whom the channel's rule is decided.
	SetAdmins(ctx context.Context, app, account, jid string, userIDs []string) error
	// SeenIn returns how long ago the user did something in the conversation; ok is false for never.
	SeenIn(ctx context.Context, app, account, jid, userID string) (ago time.Duration, ok bool, err error)
	// UsersIn returns the names of the users seen in the conversation, by their IDs.
	UsersIn(ctx context.Context, app, account, jid string) (map[string]string, error)
	// ChannelsOf returns the conversations in which the user did something within this time.
	ChannelsOf(ctx context.Context, app, account, userID string, within time.Duration) ([]string, error)

	// SavePost stores a message of the bot's, in place of the one with its ID.
	SavePost(ctx context.Context, p Post) error
	// Post returns the message of this app with this ID; ok is false for none.
	Post(ctx context.Context, app, id string) (p Post, ok bool, err error)
	// MarkedPost returns the newest message in the place that carries the mark and was stored since then; ok is false for none.
	MarkedPost(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (p Post, ok bool, err error)
	// RemovePost removes a message that is gone.
	RemovePost(ctx context.Context, app, id string) error

	// SavePrompt stores what the buttons of a note or form do, for this long.
	SavePrompt(ctx context.Context, id, sealed string, keep time.Duration) error
	// Prompt returns it; ok is false if there is none or its time is over.
	Prompt(ctx context.Context, id string) (sealed string, ok bool, err error)
	// Prune removes prompts and messages whose time is over.
	Prune(ctx context.Context) error
}
