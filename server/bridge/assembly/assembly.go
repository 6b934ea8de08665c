// Package assembly builds the bridge out of its packages. It is the one place that knows them all; it does nothing else.
package assembly

import (
	"context"
	"log/slog"
	"time"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/action"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/delivery"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/bridge/surfaces"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Records keeps what the bridge knows: all that its packages ask for.
type Records interface {
	delivery.Records
	console.Records
}

// Dependencies are what the bridge works with.
type Dependencies struct {
	Registry *provider.Registry
	Settings func() bridge.Settings
	// Products are the chat products by the IDs of their surfaces.
	Products map[chat.SurfaceID]bridge.Product
	Persons  bridge.Persons
	Records  Records
	Inbox    bridge.Inbox
	Seals    bridge.Seals
	Sessions bridge.Sessions
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
	Cards    *delivery.Applier
	Keys     *access.Keys
	requests *conversation.Registry
	actions  *action.Service
}

// New builds a bridge that works with these.
func New(d Dependencies) *Bridge {
	providers := bridge.Providers{Registry: d.Registry, Settings: d.Settings}
	all := surfaces.Router{Persons: d.Persons, Products: d.Products}
	notices := &notice.Notices{People: all, Messenger: all, Log: d.Log}
	keys := &access.Keys{Providers: providers, Records: d.Records, Seals: d.Seals, Audit: d.Audit, Now: d.Now, Log: d.Log}
	caller := &access.Caller{Providers: providers, Sessions: d.Sessions, Keys: keys}
	rights := &access.Rights{Providers: providers, People: all, Permissions: all}
	directory := &connection.Directory{
		Providers: providers, Records: d.Records, Sessions: d.Sessions, Channels: all, Permissions: all, Rights: rights, Log: d.Log,
	}
	parts := delivery.New(delivery.Dependencies{
		Providers: providers, Records: d.Records, Surface: all, Channels: all, Permissions: all, Messenger: all, Inbox: d.Inbox,
		Keys: keys, Caller: caller, Directory: directory, Notices: notices, CanMeet: d.Meetings != nil, Now: d.Now, Log: d.Log,
	})
	service := console.New(console.Dependencies{
		Providers: providers, Surface: all, People: all, Permissions: all, Messenger: all, Records: d.Records, Inbox: d.Inbox, Seals: d.Seals, Sessions: d.Sessions,
		Meetings: d.Meetings, Audit: d.Audit, Keys: keys, Caller: caller, Rights: rights, Directory: directory,
		Cards: parts.Cards, Journal: parts.Journal, Reconciliation: parts.Worker, Now: d.Now, Log: d.Log,
	})
	for key, do := range service.Tasks() {
		parts.Worker.Register(key, do)
	}
	return &Bridge{
		Receiver: parts.Receiver, Worker: parts.Worker, Journal: parts.Journal, Service: service, requests: service.Requests, actions: service.Actions, Cards: parts.Cards, Keys: keys,
	}
}

// Reseal seals the keys of a connection with the key in use, and reports whether they were not.
func (b *Bridge) Reseal(ctx context.Context, connectionID string) (changed bool, err error) {
	return b.Keys.Reseal(ctx, connectionID)
}

// Press carries out a click on a button under a note; see conversation.Registry.
func (b *Bridge) Press(ctx context.Context, c chat.Click) error { return b.requests.Press(ctx, c) }

// Submit carries out the answer to a form; see conversation.Registry.
func (b *Bridge) Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	return b.requests.Submit(ctx, a)
}

// Resume goes on after a sign-in; see conversation.Registry.
func (b *Bridge) Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	return b.requests.Resume(ctx, person, next)
}

// Act carries out a click on an action of a card; see action.Service.
func (b *Bridge) Act(ctx context.Context, c chat.Click) error { return b.actions.Act(ctx, c) }

// Met hears of each meeting that was announced; see action.Service.
func (b *Bridge) Met(ctx context.Context, actor chat.Actor, at chat.Place, joinURL, number string) {
	b.actions.Met(ctx, actor, at, joinURL, number)
}

// Replied hears of each reply in a thread; see action.Service.
func (b *Bridge) Replied(ctx context.Context, actor chat.Actor, m chat.MessageRef, text string) {
	b.actions.Replied(ctx, actor, m, text)
}
