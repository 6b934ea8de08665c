package main

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/session"
	"mattermost-plugin-zoom/server/store"
	"mattermost-plugin-zoom/server/zoom"
)

// app is the plugin's object graph: everything is made in build, once, and handed to who needs it.
type app struct {
	api       plugin.API
	registry  *provider.Registry
	settings  *config.Container
	client    *mattermost.Client
	texts     *i18n.Catalogue
	kv        *mattermost.KV
	vault     *oauth.Vault
	tokens    *oauth.Tokens
	accounts  *account.Service
	meetings  *meeting.Service
	sessions  *session.Sessions
	bridge    *assembly.Bridge
	inbox     *store.Inbox
	lastEvent *store.LastEvent
	commands  *command.Command
	http      http.Handler
	exit      func(int)
	now       func() time.Time
	// records are the meetings' and the people's, and what the public plugin left.
	records *store.Store

	// registered are the words of the commands that this server has told Mattermost of.
	registering sync.Mutex
	registered  map[string]slash

	// background ends the loops of this process.
	background context.Context
	end        context.CancelFunc
	stopSweep  func(context.Context) error
}

// build makes the graph. It needs the server for the bot only; nothing works yet until start.
func build(api plugin.API, registry *provider.Registry, settings *config.Container, now func() time.Time, exit func(int)) (*app, error) {
	texts, err := catalogueOf(registry)
	if err != nil {
		return nil, err
	}
	botID, err := mattermost.EnsureBot(api)
	if err != nil {
		return nil, err
	}
	a := &app{
		api: api, registry: registry, settings: settings, texts: texts, exit: exit, client: mattermost.New(api, botID, texts, now),
		registered: map[string]slash{},
	}
	a.background, a.end = context.WithCancel(context.Background())

	kv := mattermost.NewKV(api)
	a.kv = kv
	records := store.New(kv, now)
	a.now, a.records = now, records
	outbound := mattermost.Outbound(api)
	a.lastEvent = store.NewLastEvent(records)
	a.vault = oauth.NewVault(kv, now)
	a.vault.SetKey(settings.Load().EncryptionKey)
	log := a.client.Logger()
	authorization := oauth.Dependencies{KV: kv, Vault: a.vault, App: a.oauthApp, Client: outbound, Now: now, Log: log}
	a.tokens = oauth.NewTokens(authorization)
	calls := zoom.NewClient(func() string { return settings.Load().ZoomAPI() }, outbound, now, log)
	a.accounts = account.NewService(account.Dependencies{
		Settings: a.accountSettings, People: a.client, Tokens: a.tokens, Flow: oauth.NewFlow(authorization), Zoom: calls, Links: records, Now: now, Log: log,
	})
	a.meetings = meeting.NewService(meeting.Dependencies{
		Settings: a.meetingSettings, Chat: a.client, Board: notifyingBoard{a.client, a}, Zoom: calls, Accounts: a.accounts, Index: records,
		Seals: a.vault, Scheduler: recheckScheduler{a}, Now: now, Log: log,
	})
	a.inbox = store.NewInbox(kv, now, log, a.handle, store.Options{ReservedFor: kindZoom})
	a.buildBridge(kv, records, now)
	doctor := meeting.NewDoctor(a.inspect)
	a.commands = a.meetings.Command(connections{a.accounts}, doctor)
	a.http = httpapi.New(httpapi.Dependencies{
		Settings: a.httpSettings, Meetings: a.meetings, Accounts: a.accounts, Doctor: doctor, People: reader{a},
		Verifier: zoom.NewVerifier(func() []string { return zoom.Secrets(settings.Load().ZoomWebhookSecret) }, now),
		Accept:   a.accept, AcceptUnverified: a.acceptUnverified, NoteEvent: a.noteEvent, Log: log,
		Bridge: a.bridge, Signer: a.sessions, Providers: a.providerAnswers, Enabled: a.enabledProviders,
	})
	return a, nil
}

func (a *app) oauthApp() oauth.App {
	s := a.settings.Load()
	return oauth.App{
		ClientID: s.OAuthClientID, ClientSecret: s.OAuthClientSecret, AccountID: s.AccountID,
		AuthURL: s.Zoom() + "/oauth/authorize", TokenURL: s.Zoom() + "/oauth/token", RevokeURL: s.Zoom() + "/oauth/revoke",
		RedirectURL: s.PluginURL("/oauth2/complete"),
	}
}

func (a *app) accountSettings() account.Settings {
	s := a.settings.Load()
	return account.Settings{
		Mode: account.Mode(s.Mode()), ClientID: s.OAuthClientID, TrustUnverifiedEmail: s.TrustUnverifiedEmail,
		ConnectURL: s.PluginURL("/oauth2/connect"),
	}
}

func (a *app) meetingSettings() meeting.Settings {
	s := a.settings.Load()
	return meeting.Settings{Missing: s.Missing(), RestrictPublic: s.RestrictMeetingCreation, Replicas: a.client.Replicas()}
}

func (a *app) httpSettings() httpapi.Settings {
	s := a.settings.Load()
	return httpapi.Settings{
		Missing: s.Missing(), Mode: s.Mode(), URLSecret: s.WebhookSecret, JoinHosts: s.JoinHosts(), BotID: a.client.BotID(),
		RedirectURL: s.PluginURL("/oauth2/complete"), WebhookURL: s.EventURL("/webhook"), DeauthorizationURL: s.EventURL("/deauthorization"),
	}
}

// inspect gathers what the self-check looks at.
func (a *app) inspect(ctx context.Context) (meeting.Setup, error) {
	s := a.settings.Load()
	lastEvent, err := a.lastEvent.At(ctx)
	if err != nil {
		return meeting.Setup{}, errors.Wrap(err, "read when the last Zoom event arrived")
	}
	setup := meeting.Setup{
		Mode: s.Mode(), VerifiesEmail: a.client.VerifiesEmail(), TrustsUnverified: s.TrustUnverifiedEmail,
		Now: a.now(), LastEvent: lastEvent, WebhookURL: s.EventURL("/webhook"), URLSecret: s.WebhookSecret != "",
	}
	for _, problem := range s.Problems() {
		setup.Problems = append(setup.Problems, meeting.Problem{ID: problem.ID, Fatal: problem.Fatal})
	}
	setup.Grant = a.accounts.SharedGrant()
	swapped, err := a.swapChecks(ctx)
	if err != nil {
		return meeting.Setup{}, err
	}
	tools, err := a.toolChecks(ctx)
	setup.Further = append(swapped, tools...)
	return setup, errors.Wrap(err, "look at the tools")
}

// kindZoom marks the deliveries of Zoom in the inbox.
const kindZoom = "zoom"

// accept puts an event of Zoom into the inbox. Events of one meeting are handled one after another.
func (a *app) accept(ctx context.Context, e zoom.Event, body []byte) error {
	_, err := a.inbox.Accept(ctx, queue.Job{Kind: kindZoom, Key: e.Meeting.ID, Body: body})
	return err
}

// unverified marks an event in the inbox that no secret token verifies.
const unverified = "unverified"

// acceptUnverified puts a deauthorization that no secret token verifies into the inbox, if it could be about a grant of ours: Zoom is asked
// whether it is true. It reports whether it took the event.
func (a *app) acceptUnverified(ctx context.Context, e zoom.Event, body []byte) (bool, error) {
	ours, err := a.accounts.MayConcern(ctx, e)
	if err != nil || !ours {
		return false, err
	}
	_, err = a.inbox.Accept(ctx, queue.Job{
		ID:   kv.Hash(unverified, e.Deauthorized.UserID, a.now().UTC().Format(time.RFC3339Nano)),
		Kind: kindZoom, Key: e.Deauthorized.UserID, Header: map[string]string{unverified: "1"}, Body: body,
	})
	return err == nil, err
}

// handle carries out what the inbox holds.
func (a *app) handle(ctx context.Context, d queue.Job) error {
	if d.Kind == bridge.JobKind {
		return a.handleBridge(ctx, d)
	}
	if d.Kind == kindRecheck {
		return a.recheck(ctx, d)
	}
	event, err := zoom.ParseEvent(d.Body)
	if err != nil {
		return queue.Permanent(err)
	}
	if d.Header[unverified] != "" {
		return a.accounts.VerifyDeauthorized(ctx, event)
	}
	if event.Type == zoom.EventDeauthorized {
		return a.accounts.Deauthorized(ctx, event)
	}
	err = a.meetings.Handle(ctx, event)
	if errors.Is(err, meeting.ErrNotYet) {
		return queue.RetryAfter(err, meeting.ReplicaLag)
	}
	return err
}

func (a *app) noteEvent(ctx context.Context) {
	if err := a.lastEvent.Note(ctx); err != nil {
		a.client.Warn("The time of the last Zoom event couldn't be stored", "error", err.Error())
	}
}

// execute runs a slash command and shows its answer, or its failure, to who typed it.
func (a *app) execute(ctx context.Context, args *model.CommandArgs) {
	actor, at := chat.PersonID(args.UserId).Actor(), mattermost.Place(args.ChannelId, args.RootId)
	talk := a.client.Conversation(actor, at, args.TriggerId, chat.MessageRef{})
	answer, err := a.run(ctx, talk, args)
	if err != nil {
		a.client.Logger().Log(ctx, fault.Level(err), "A command failed", "user_id", args.UserId, "channel_id", args.ChannelId, "error", err.Error())
		answer = chat.Failure(err)
	}
	if answer.Zero() {
		return
	}
	if err := talk.Tell(ctx, chat.Note{Text: answer}); err != nil {
		a.client.Error("The answer to a command couldn't be shown", "user_id", args.UserId, "channel_id", args.ChannelId, "error", err.Error())
	}
}

func (a *app) run(ctx context.Context, talk chat.Conversation, args *model.CommandArgs) (answer chat.Message, err error) {
	defer func() {
		// A panic that got out would end the plugin's process.
		if cause := recover(); cause != nil {
			err = errors.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	actor := chat.PersonID(args.UserId).Actor()
	who, err := a.client.Person(ctx, actor.Person)
	if err != nil {
		return chat.Message{}, err
	}
	return a.tree(args.Command).Execute(ctx, args.Command, command.Call{
		Actor: actor, Admin: who.Admin, Place: mattermost.Place(args.ChannelId, args.RootId),
		Window: args.ConnectionId, Talk: talk,
	})
}

// reader knows the language and the rights of who reads an answer.
type reader struct{ *app }

func (r reader) Markdown(person chat.PersonID, m chat.Message) string {
	return r.client.Markdown(person, m)
}

func (r reader) Plain(person chat.PersonID, m chat.Message) string { return r.client.Plain(person, m) }

func (r reader) Conversation(actor chat.Actor, at chat.Place, trigger string, note chat.MessageRef) chat.Conversation {
	return r.client.Conversation(actor, at, trigger, note)
}

func (r reader) Username(ctx context.Context, person chat.PersonID) (string, error) {
	who, err := r.client.Person(ctx, person)
	return who.Username, err
}

func (r reader) Admin(person chat.PersonID) bool {
	who, err := r.client.Person(context.Background(), person)
	return err == nil && who.Admin
}
