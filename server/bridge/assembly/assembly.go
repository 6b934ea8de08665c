// Package assembly builds the bridge out of its packages. It is the one place that knows them all; it does nothing else.
package assembly

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/action"
	"mattermost-plugin-zoom/server/bridge/cache"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/delivery"
	"mattermost-plugin-zoom/server/bridge/oncall"
	"mattermost-plugin-zoom/server/bridge/subject"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/provider"
)

// Subjects keeps the subjects of deliveries.
type Subjects interface {
	subject.Records
	action.Subjects
	console.Subjects
}

// Connections keeps connections with the channels that follow them, rotations, and what is done once.
type Connections interface {
	connection.Store
	console.Connections
	oncall.Rotations
}

// Deliveries keeps what became of deliveries.
type Deliveries interface {
	delivery.Deliveries
	connection.Deliveries
}

// Dependencies are what the bridge works with.
type Dependencies struct {
	Registry *provider.Registry
	Settings func() bridge.Settings
	// Products are the chat products by the IDs of their surfaces.
	Products    map[chat.SurfaceID]bridge.Product
	Persons     bridge.Persons
	Subjects    Subjects
	Connections Connections
	// Changed is called with the ID of each connection that was changed on this server, to have other servers Forget it; nil where there
	// are none.
	Changed    func(connectionID string)
	Deliveries Deliveries
	Inbox      bridge.Inbox
	Seals      bridge.Seals
	Sessions   bridge.Sessions
	// Meetings starts Zoom meetings from cards; nil where none can be started.
	Meetings bridge.Meetings
	Audit    bridge.Audit
	Now      func() time.Time
	// Log writes a line to the server's log, with names and values in pairs.
	Log *slog.Logger
}

// Bridge is the whole bridge. It is safe for use by several goroutines.
type Bridge struct {
	*delivery.Receiver
	*delivery.Worker
	*delivery.Journal
	*console.Service
	Cards       *delivery.Applier
	Keys        *access.Keys
	Connections *connection.Service
	Actions     *action.Service
	onCall      *oncall.Service
	connections *cache.Connections
	overviews   *console.Overviews
	requests    *conversation.Registry
}

// New builds a bridge that works with these.
func New(d Dependencies) *Bridge {
	if d.Changed == nil {
		d.Changed = func(string) {}
	}
	connections := cache.New(d.Connections, d.Now, d.Changed)
	c := newCommon(d, connections)
	cards := delivery.New(delivery.Dependencies{
		Providers: c.providers, Subjects: d.Subjects, Connections: connections, Deliveries: d.Deliveries, Surface: c.chats, Channels: c.chats, Permissions: c.chats, Messenger: c.chats,
		Inbox: d.Inbox, Keys: c.keys, Caller: c.caller, Directory: c.directory, Notices: c.notices, CanMeet: d.Meetings != nil, Now: d.Now, Log: d.Log,
	})
	u := newUseCases(d, c, cards, connections)
	consoles := console.Dependencies{
		Providers: c.providers, People: c.chats, Permissions: c.chats, Messenger: c.chats, Subjects: d.Subjects,
		Sessions: d.Sessions, Connections: d.Connections, Keys: c.keys, Rights: c.rights, Directory: c.directory, AccessButtons: c.accessButtons, Notices: c.notices, Prompts: c.prompts, Requests: c.requests,
		Subscriptions: u.subscriptions, SignIns: u.signIns, Rotations: u.onCall, Now: d.Now, Log: d.Log,
	}
	service := console.New(consoles)
	for _, operations := range []map[string]conversation.Operation{
		service.Operations(), u.actions.Operations(), u.connections.Operations(), u.lookups.Operations(), u.onCall.Operations(),
		u.signIns.Operations(), u.subscriptions.Operations(),
	} {
		c.requests.Register(operations)
	}
	for _, tasks := range []map[string]func(context.Context, bridge.Job) error{u.connections.Tasks(), u.onCall.Tasks()} {
		for key, do := range tasks {
			cards.Worker.Register(key, do)
		}
	}
	return &Bridge{
		Receiver: cards.Receiver, Worker: cards.Worker, Journal: cards.Journal, Service: service, Cards: cards.Cards, Keys: c.keys,
		Connections: u.connections, Actions: u.actions, onCall: u.onCall, connections: connections,
		overviews: console.NewOverviews(consoles), requests: c.requests,
	}
}

// Reseal seals the keys of a connection with the key in use, and reports whether they were not.
func (b *Bridge) Reseal(ctx context.Context, connectionID string) (changed bool, err error) {
	return b.Keys.Reseal(ctx, connectionID)
}

// Forget has a connection read again that another server has changed.
func (b *Bridge) Forget(connectionID string) { b.connections.Forget(connectionID) }

// Overview returns a page of all connections for a system admin; see console.Overviews.
func (b *Bridge) Overview(ctx context.Context, actor chat.Actor, q bridge.OverviewQuery, page int) (console.Overview, error) {
	return b.overviews.Overview(ctx, actor, q, page)
}

// OverviewCommand returns the command that shows it.
func (b *Bridge) OverviewCommand() *command.Command { return b.overviews.Command() }

// Extend adds operations of the plugin's own to those that buttons and forms can carry out; it is for the time before any is.
func (b *Bridge) Extend(operations map[string]conversation.Operation) {
	b.requests.Register(operations)
}

// Prompter makes buttons and forms for such operations.
func (b *Bridge) Prompter() *conversation.Prompts { return b.requests.Prompts }

// Press carries out a click on a button under a note; see conversation.Registry.
func (b *Bridge) Press(ctx context.Context, c chat.Click) error { return b.requests.Press(ctx, c) }

// Submit carries out the answer to a form; see conversation.Registry.
func (b *Bridge) Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	return b.requests.Submit(ctx, a)
}

// Options returns the choices of a form's field; see conversation.Registry.
func (b *Bridge) Options(ctx context.Context, a chat.FormAnswer, field, typed string) ([]chat.Option, error) {
	return b.requests.Options(ctx, a, field, typed)
}

// Tick hands the lists of who is on call that are due to the inbox; see oncall.Service.
func (b *Bridge) Tick(ctx context.Context) error { return b.onCall.Tick(ctx) }

// Resume goes on after a sign-in; see conversation.Registry.
func (b *Bridge) Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	return b.requests.Resume(ctx, person, next)
}

// Act carries out a click on an action of a card; see action.Service.
func (b *Bridge) Act(ctx context.Context, c chat.Click) error { return b.Actions.Act(ctx, c) }

// Met hears of each meeting that was announced; see action.Service.
func (b *Bridge) Met(ctx context.Context, actor chat.Actor, at chat.Place, joinURL, number string) {
	b.Actions.Met(ctx, actor, at, joinURL, number)
}

// Replied hears of each reply in a thread; see action.Service.
func (b *Bridge) Replied(ctx context.Context, actor chat.Actor, m chat.MessageRef, text string) {
	b.Actions.Replied(ctx, actor, m, text)
}
