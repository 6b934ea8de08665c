package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/plugin"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/hints"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/pause"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/session"
	"mattermost-plugin-zoom/server/takeover"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat"
)

// app is the plugin's object graph: build makes everything once and passes it on.
type app struct {
	api        plugin.API
	settings   *config.Container
	storage    storage
	client     *mattermost.Client
	vault      *oauth.Vault
	queue      *queue.Engine
	hints      *hints.Hints
	bridge     *assembly.Bridge
	encryption *encryption
	takeover   *takeover.Takeover
	background *background
	meetings   *meeting.Service
	commands   *slashCommands
	listener   *listener
	providers  *providerStates
	http       http.Handler
	exit       func(int)

	// end stops the loops of this process.
	end context.CancelFunc
	// rekeyed signals each change of the encryption key.
	rekeyed chan struct{}
}

// build makes the graph. It needs the server for the bot only; nothing works before start.
func (p *Plugin) build() (*app, error) {
	api, registry, settings, now := p.API, p.registry, &p.settings, p.now
	texts, err := catalogueOf(registry)
	if err != nil {
		return nil, err
	}
	botID, err := mattermost.EnsureBot(api)
	if err != nil {
		return nil, err
	}
	client := mattermost.New(api, botID, texts, now)
	records, err := p.open(api, client.Logger())
	if err != nil {
		return nil, err
	}
	b := &builder{
		api: api, storage: records, registry: registry, surfaces: p.surfaces, settings: settings, now: now, client: client, views: &views{settings: settings, client: client},
		kv: mattermost.NewKV(api), outbound: mattermost.Outbound(api), log: client.Logger(), background: &background{log: client.Logger(), run: p.background},
	}
	return b.app(p.exit), nil
}

// builder makes the parts of the graph one after another.
type builder struct {
	api        plugin.API
	storage    storage
	registry   *provider.Registry
	surfaces   func(p products) map[chat.SurfaceID]bridge.Product
	settings   *config.Container
	now        func() time.Time
	client     *mattermost.Client
	views      *views
	kv         *mattermost.KV
	outbound   *http.Client
	log        *slog.Logger
	background *background

	lastEvent *eventClock
	vault     *oauth.Vault
	calls     *zoom.Client
	accounts  *account.Service
	meetings  *meeting.Service
	zoomChat  *zoomchat.Surface
	sessions  *session.Sessions
	jobs      *jobs
	hints     *hints.Hints
}

func (b *builder) app(exit func(int)) *app {
	b.lastEvent = &eventClock{records: b.storage.lastEvents, now: b.now, log: b.log}
	b.vault = oauth.NewVault(b.storage.keyring, b.now)
	b.vault.SetKey(b.settings.Load().EncryptionKey)
	b.jobs = &jobs{now: b.now}
	b.hints = hints.New(b.client.PublishHint, b.log)
	b.buildQueue()
	board := &notifyingBoard{log: b.log}
	b.buildMeetings(board)
	b.buildBridge(board)
	commands := &slashCommands{client: b.client, registry: b.registry, settings: b.settings, bridge: b.jobs.bridge, registered: map[string]slash{}}
	left := &predecessor{settings: b.settings, client: b.client, table: b.kv, notes: b.storage.predecessor, now: b.now}
	check := &selfCheck{
		settings: b.settings, database: b.storage.database, client: b.client, registry: b.registry, commands: commands, accounts: b.accounts, sessions: b.sessions,
		lastEvent: b.lastEvent, predecessor: left, now: b.now,
	}
	doctor := meeting.NewDoctor(check.inspect)
	commands.meetings = b.meetings.Command(connections{b.accounts}, doctor, b.jobs.bridge.OverviewCommand(), b.chatSetup(commands).Command())
	b.jobs.chat = &zoomchat.Inbox{Surface: b.zoomChat, Bridge: zoomBridge{b.jobs.bridge, b.meetings}, Commands: zoomCommands{commands}, Log: b.log}
	states := &providerStates{settings: b.settings, client: b.client, registry: b.registry, commands: commands}
	replacement := &takeover.Takeover{
		Table: b.kv, Accounts: b.accounts, Meetings: b.storage.meetings, Posts: b.client, Notes: b.storage.predecessor, Note: left.note, Log: b.log,
		Wait: pause.For,
	}
	return &app{
		api: b.api, settings: b.settings, storage: b.storage, client: b.client, vault: b.vault, queue: b.jobs.queue, hints: b.hints, bridge: b.jobs.bridge,
		encryption: &encryption{
			api: b.api, settings: b.settings, client: b.client, grants: b.storage.grants, vault: b.vault, sessions: b.sessions, bridge: b.jobs.bridge,
			connections: b.storage.connections,
		},
		takeover: replacement, background: b.background, meetings: b.meetings, commands: commands, listener: &listener{client: b.client, bridge: b.jobs.bridge}, providers: states,
		http: b.routes(doctor, states), exit: exit, rekeyed: make(chan struct{}, 1),
	}
}

// buildQueue makes the queue, whose jobs are handled by what is built later.
func (b *builder) buildQueue() {
	b.jobs.queue = queue.New(queue.Dependencies{
		Store: b.storage.jobs, Handle: b.jobs.handle, Left: func() { b.hints.Send(hints.Jobs, "") }, Now: b.now, Log: b.log,
	}, queue.Options{ReservedFor: kindZoom})
	b.hints.On(hints.Jobs, func(string) { b.jobs.queue.Wake() })
}

// buildMeetings makes the accounts, the surface of Zoom Team Chat and the meetings.
func (b *builder) buildMeetings(board *notifyingBoard) {
	authorization := oauth.Dependencies{
		Grants: b.storage.grants, SignIns: b.storage.signIns, Vault: b.vault, App: b.views.oauth, Client: b.outbound, Now: b.now, Log: b.log,
	}
	b.calls = zoom.NewClient(func() string { return b.settings.Load().ZoomAPI() }, b.outbound, b.now, b.log)
	b.accounts = account.NewService(account.Dependencies{
		Settings: b.views.account, People: b.client, Tokens: oauth.NewTokens(authorization), Flow: oauth.NewFlow(authorization), Zoom: b.calls,
		Personal: b.storage.meetings, Left: b.kv, Now: b.now, Log: b.log,
	})
	b.zoomChat = b.buildZoomChat()
	places := meetingPlaces{Client: b.client, zoom: &zoomchat.MeetingBoard{Surface: b.zoomChat}}
	board.Board = places
	b.meetings = meeting.NewService(meeting.Dependencies{
		Settings: b.views.meeting, Chat: places, Board: board, Zoom: b.calls, Accounts: b.accounts, Index: b.storage.meetings,
		Seals: b.vault, Runner: recheckRunner{b.jobs}, Background: b.background.do, Now: b.now, Log: b.log,
	})
	b.jobs.accounts, b.jobs.meetings = b.accounts, b.meetings
}

// buildBridge makes the part of the graph for notifications of providers; the board notifies it of meetings.
func (b *builder) buildBridge(board *notifyingBoard) {
	b.sessions = session.New(session.Dependencies{
		Registry: b.registry, Records: session.Records{Grants: b.storage.grants, SignIns: b.storage.signIns, Sites: b.storage.sites},
		Vault: b.vault, Trusted: b.outbound, Guarded: mattermost.Guarded(b.api),
		PluginURL: func(path string) string { return b.settings.Load().PluginURL(path) },
		Command:   func(id string) string { return "/" + b.settings.Load().Triggers()[id] },
		Now:       b.now, Log: b.log,
	})
	surface := mattermost.NewSurface(b.client, func(id string) string { return b.registry.Describe(id).Name })
	b.jobs.bridge = assembly.New(assembly.Dependencies{
		Registry: b.registry, Settings: b.views.bridge, Products: b.surfaces(products{mattermost: surface, zoomChat: b.zoomChat}), Persons: surface, Subjects: b.storage.subjects, Connections: b.storage.connections, Deliveries: b.storage.deliveries,
		Inbox: bridge.NewJobInbox(b.jobs.queue), Seals: b.vault, Sessions: b.sessions, Meetings: starter{b.meetings}, Audit: b.client,
		Changed: func(connectionID string) { b.hints.Send(hints.Connection, connectionID) }, Now: b.now, Log: b.log,
	})
	b.hints.On(hints.Connection, b.jobs.bridge.Forget)
	board.bridge = b.jobs.bridge
}

// routes makes the handler of all requests.
func (b *builder) routes(doctor *meeting.Doctor, states *providerStates) http.Handler {
	return httpapi.New(httpapi.Dependencies{
		Settings: b.views.http, Meetings: b.meetings, Accounts: b.accounts, Doctor: doctor, People: reader{b.client},
		Verifier: zoom.NewVerifier(func() []string { return zoom.Secrets(b.settings.Load().ZoomWebhookSecret) }, b.now),
		Accept:   b.jobs.accept, AcceptUnverified: b.jobs.acceptUnverified, NoteEvent: b.lastEvent.note, Log: b.log,
		TeamChat: b.jobs.chat, AcceptChat: b.jobs.acceptChat, ConnectURL: b.accounts.ConnectURL,
		Bridge: b.jobs.bridge, Signer: b.sessions, Providers: states.all, Enabled: states.enabled,
	})
}
