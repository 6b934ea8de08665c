package assembly

import (
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/access"
	"mattermost-plugin-zoom/server/bridge/action"
	"mattermost-plugin-zoom/server/bridge/cache"
	"mattermost-plugin-zoom/server/bridge/connection"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/bridge/delivery"
	"mattermost-plugin-zoom/server/bridge/lookup"
	"mattermost-plugin-zoom/server/bridge/notice"
	"mattermost-plugin-zoom/server/bridge/oncall"
	"mattermost-plugin-zoom/server/bridge/signin"
	"mattermost-plugin-zoom/server/bridge/subscription"
	"mattermost-plugin-zoom/server/bridge/surfaces"
)

// common is what several packages of the bridge work with.
type common struct {
	providers     bridge.Providers
	chats         surfaces.Router
	keys          *access.Keys
	caller        *access.Caller
	rights        *access.Rights
	homes         *access.Homes
	directory     *connection.Directory
	accessButtons *connection.AccessButtons
	notices       *notice.Notices
	prompts       *conversation.Prompts
	trail         *conversation.Trail
	requests      *conversation.Registry
}

func newCommon(d Dependencies, connections *cache.Connections) common {
	c := common{
		providers: bridge.Providers{Registry: d.Registry, Settings: d.Settings},
		chats:     surfaces.Router{Persons: d.Persons, Products: d.Products},
		prompts:   &conversation.Prompts{Seals: d.Seals, Now: d.Now},
		trail:     &conversation.Trail{Audit: d.Audit},
	}
	c.notices = &notice.Notices{People: c.chats, Messenger: c.chats, Log: d.Log}
	c.keys = &access.Keys{Providers: c.providers, Connections: connections, Seals: d.Seals, Audit: d.Audit, Now: d.Now, Log: d.Log}
	c.caller = &access.Caller{Providers: c.providers, Sessions: d.Sessions, Keys: c.keys}
	c.rights = &access.Rights{Providers: c.providers, People: c.chats, Permissions: c.chats}
	c.homes = &access.Homes{Providers: c.providers, Sessions: d.Sessions, Permissions: c.chats, Connections: connections, Keys: c.keys, Now: d.Now}
	c.directory = &connection.Directory{
		Providers: c.providers, Connections: connections, Sessions: d.Sessions, Channels: c.chats, Permissions: c.chats,
		Rights: c.rights, Log: d.Log,
	}
	c.accessButtons = &connection.AccessButtons{Providers: c.providers, Prompts: c.prompts}
	c.requests = &conversation.Registry{Providers: c.providers, Prompts: c.prompts, Trail: c.trail, Messenger: c.chats, Log: d.Log}
	return c
}

// useCases are what users can do, by package.
type useCases struct {
	signIns       *signin.Service
	subscriptions *subscription.Service
	connections   *connection.Service
	actions       *action.Service
	lookups       *lookup.Service
	onCall        *oncall.Service
}

func newUseCases(d Dependencies, c common, cards delivery.Parts, connections *cache.Connections) useCases {
	var u useCases
	u.signIns = signin.New(signin.Dependencies{
		Providers: c.providers, People: c.chats, Sessions: d.Sessions, Notices: c.notices, Prompts: c.prompts, Trail: c.trail,
		Requests: c.requests, Log: d.Log,
	})
	u.subscriptions = subscription.New(subscription.Dependencies{
		Providers: c.providers, Channels: c.chats, Permissions: c.chats, Connections: connections, Sessions: d.Sessions, Rights: c.rights,
		Directory: c.directory, Notices: c.notices, Prompts: c.prompts, Trail: c.trail, AccessButtons: c.accessButtons, Now: d.Now, Log: d.Log,
	})
	u.connections = connection.New(connection.Dependencies{
		Providers: c.providers, People: c.chats, Permissions: c.chats, Messenger: c.chats, Connections: connections, Deliveries: d.Deliveries, Inbox: d.Inbox,
		Sessions: d.Sessions, Keys: c.keys, Caller: c.caller,
		Rights: c.rights, Directory: c.directory, AccessButtons: c.accessButtons, Notices: c.notices, Prompts: c.prompts, Trail: c.trail,
		SignIns: u.signIns, Parts: u.subscriptions, Cards: cards.Cards, Journal: cards.Journal, Reconciliation: cards.Worker,
		Now: d.Now, Log: d.Log,
	})
	u.actions = action.New(action.Dependencies{
		Providers: c.providers, Surface: c.chats, People: c.chats, Permissions: c.chats, Messenger: c.chats, Subjects: d.Subjects, Connections: connections,
		Sessions: d.Sessions, Meetings: d.Meetings,
		Audit: d.Audit, Caller: c.caller, Rights: c.rights, AccessButtons: c.accessButtons, Notices: c.notices, Prompts: c.prompts,
		Trail: c.trail, Cards: cards.Cards, Now: d.Now, Log: d.Log,
	})
	u.lookups = lookup.New(lookup.Dependencies{
		Providers: c.providers, Surface: c.chats, People: c.chats, Names: d.Subjects, Homes: c.homes, SignIn: u.connections.Form,
		Notices: c.notices, Prompts: c.prompts, Cards: cards.Cards, Notes: u.actions, Now: d.Now, Log: d.Log,
	})
	u.onCall = oncall.New(oncall.Dependencies{
		Providers: c.providers, People: c.chats, Permissions: c.chats, Rotations: d.Connections, Inbox: d.Inbox, Rights: c.rights, Homes: c.homes,
		SignIn: u.connections.Form, Notices: c.notices, Prompts: c.prompts, Cards: cards.Cards, Now: d.Now, Log: d.Log,
	})
	return u
}
