package main

import (
	"context"
	"io/fs"
	"runtime/debug"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/bitbucket"
	"mattermost-plugin-zoom/server/provider/jenkins"
	"mattermost-plugin-zoom/server/provider/pagerduty"
	"mattermost-plugin-zoom/server/provider/sentry"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/session"
	"mattermost-plugin-zoom/server/store"
)

// providers are the tools whose news can come to channels. A further one is one more line here, and its two switches in
// plugin.json.
func providers(settings *config.Container, now func() time.Time) *provider.Registry {
	return provider.NewRegistry(
		jenkins.New(),
		bitbucket.New(),
		sentry.New(sentry.Options{PersonalData: func() bool { return settings.Load().Providers["sentry"].PersonalData }, Now: now}),
		pagerduty.New(),
	)
}

// catalogueOf returns all texts: ours, the bridge's and the providers'.
func catalogueOf(registry *provider.Registry) (*i18n.Catalogue, error) {
	sources := []fs.FS{bridge.Texts()}
	for _, p := range registry.All() {
		if texts := p.Describe().Texts; texts != nil {
			sources = append(sources, texts)
		}
	}
	return i18n.NewCatalogue(sources...)
}

// buildBridge makes the part of the graph that brings the news of tools.
func (a *app) buildBridge(kv *mattermost.KV, records *store.Store, now func() time.Time) {
	a.sessions = session.New(session.Dependencies{
		Registry: a.registry, KV: kv, Vault: a.vault,
		Trusted: mattermost.Outbound(a.api), Guarded: mattermost.Guarded(a.api),
		PluginURL: func(path string) string { return a.settings.Load().PluginURL(path) },
		Command:   func(id string) string { return "/" + a.settings.Load().Triggers()[id] },
		Now:       now, Log: a.client.Logger(),
	})
	surface := mattermost.NewSurface(a.client, func(id string) string { return a.registry.Describe(id).Name })
	a.bridge = assembly.New(assembly.Dependencies{
		Registry: a.registry, Settings: a.bridgeSettings, Surface: surface, People: surface, Records: records,
		Inbox: bridge.NewJobInbox(a.inbox), Seals: a.vault, Sessions: a.sessions, Meetings: starter{a.meetings}, Audit: a.client,
		Now: now, Log: a.client.Logger(),
	})
}

func (a *app) bridgeSettings() bridge.Settings {
	s := a.settings.Load()
	return bridge.Settings{
		Enabled: s.Triggers(), Policy: bridge.ConnectPolicy(s.Policy()), HookURL: s.PluginURL("/hooks/"),
		Missing: s.MissingForBridge(), Replicas: a.client.Replicas(), Rules: s.RuleLimits(),
	}
}

// starter starts meetings for the cards of the bridge.
type starter struct{ meetings *meeting.Service }

// Start starts a meeting in the thread of a card.
func (s starter) Start(ctx context.Context, actor chat.Actor, at, asked chat.Place, topic string) error {
	_, err := s.meetings.Start(ctx, meeting.StartRequest{Actor: actor, Place: at, FromChannel: asked.Thread == "", Topic: topic})
	return err
}

// notifyingBoard tells the bridge of each meeting that is announced, since its thread may be about something at a tool.
type notifyingBoard struct {
	meeting.Board
	app *app
}

// Announce posts the meeting. The tool is told after that, which nobody waits for.
func (b notifyingBoard) Announce(ctx context.Context, m meeting.Announcement) (chat.MessageRef, error) {
	message, err := b.Board.Announce(ctx, m)
	if err == nil && m.Place.Thread != "" {
		go b.app.met(m)
	}
	return message, err
}

// met has the bridge note a meeting at the tool that its thread is about.
func (a *app) met(m meeting.Announcement) {
	defer a.survive("A meeting in a thread")
	ctx, cancel := context.WithTimeout(a.background, commandTimeout)
	defer cancel()
	number := ""
	if len(m.Meeting.DialIn) > 0 {
		number = m.Meeting.DialIn[0].Number
	}
	a.bridge.Met(ctx, m.Creator.ID.Actor(), m.Place, m.Meeting.JoinURL, number)
}

// handleBridge carries out what the inbox holds for the bridge.
func (a *app) handleBridge(ctx context.Context, d queue.Job) error {
	job, err := bridge.ReadJob(d)
	if err != nil {
		return queue.Permanent(err)
	}
	return a.bridge.Handle(ctx, job)
}

// tree returns the tree that the command line is for.
func (a *app) tree(line string) *command.Command {
	word, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "/"), " ")
	for _, tree := range a.bridge.Commands() {
		if strings.EqualFold(tree.Name, word) {
			return tree
		}
	}
	return a.commands
}

// slash is a slash command as the server was told of it.
type slash struct {
	tree       *command.Command
	name, icon string
}

// slashes returns the commands that there are to be, by their words.
func (a *app) slashes() map[string]slash {
	all := map[string]slash{a.commands.Name: {tree: a.commands, name: "Zoom", icon: "assets/icon.svg"}}
	trees := map[string]*command.Command{}
	for _, tree := range a.bridge.Commands() {
		trees[tree.Name] = tree
	}
	for id, word := range a.settings.Load().Triggers() {
		if trees[word] != nil {
			all[word] = slash{tree: trees[word], name: a.registry.Describe(id).Name, icon: "assets/" + id + ".svg"}
		}
	}
	return all
}

// registerCommands brings the server's commands in line with the settings: those of providers come and go with their switches.
// What another plugin has is left to it. Only the command for meetings has to succeed: no provider's takes that away.
func (a *app) registerCommands() error {
	a.registering.Lock()
	defer a.registering.Unlock()
	wanted := a.slashes()
	for word, held := range a.registered {
		if _, stays := wanted[word]; stays {
			continue
		}
		if err := a.client.UnregisterCommand(held.tree, held.name); err != nil {
			a.client.Warn("A slash command couldn't be unregistered", "command", "/"+word, "error", err.Error())
			continue
		}
		delete(a.registered, word)
	}
	for word, s := range wanted {
		if s.tree == a.commands {
			if err := a.client.RegisterCommand(s.tree, s.name, s.icon); err != nil {
				return errors.Wrap(err, "register the slash commands")
			}
			a.registered[word] = s
			continue
		}
		if owner, taken := a.client.TriggerOwner(s.tree, s.name); taken {
			a.client.Warn("Another plugin or team already uses this slash command; choose another word in System Console > Plugins > Zoom", "command", "/"+word, "owner", owner)
			continue
		}
		if err := a.client.RegisterCommand(s.tree, s.name, s.icon); err != nil {
			a.client.Warn("A slash command couldn't be registered", "command", "/"+word, "error", err.Error())
			continue
		}
		a.registered[word] = s
	}
	return nil
}

// said hears what people write to the bot, and in threads, which may be those of cards. What comes from another server is for the plugin
// there.
func (a *app) said(post *model.Post) {
	if post.UserId == a.client.BotID() || post.Type != "" || byProgram(post) || post.GetRemoteID() != "" {
		return
	}
	toBot := a.client.DirectWithBot(post.ChannelId)
	if !toBot && post.RootId == "" {
		return
	}
	ctx, cancel := context.WithTimeout(a.background, commandTimeout)
	defer cancel()
	defer a.survive("A message to the bot")
	actor, message := chat.PersonID(post.UserId).Actor(), mattermost.RefOf(post)
	if toBot && a.bridge.Said(ctx, actor, message.Place, post.Message) {
		return
	}
	a.bridge.Replied(ctx, actor, message, post.Message)
}

// byProgram reports whether a bot, an integration or another plugin wrote the post: two that answer each other would not end, and nobody
// commands us by way of a webhook.
func byProgram(post *model.Post) bool {
	for _, from := range []string{model.PostPropsFromBot, model.PostPropsFromWebhook, model.PostPropsFromPlugin, model.PostPropsFromOAuthApp} {
		if post.GetProp(from) == "true" {
			return true
		}
	}
	return false
}

// survive keeps a panic from ending the plugin's process; it is deferred.
func (a *app) survive(what string) {
	if cause := recover(); cause != nil {
		a.client.Error(what+" made the plugin panic", "cause", cause, "stack", string(debug.Stack()))
	}
}

// providerAnswers tells admins of the providers: which are on, under which word, and who else has that word.
func (a *app) providerAnswers() []httpapi.ProviderAnswer {
	words := a.settings.Load().Triggers()
	wanted := a.slashes()
	answers := make([]httpapi.ProviderAnswer, 0, len(words))
	for _, p := range a.registry.All() {
		d := p.Describe()
		word, enabled := words[d.ID]
		answer := httpapi.ProviderAnswer{ID: d.ID, Name: d.Name, Enabled: enabled, Trigger: word}
		if s, ok := wanted[word]; ok && enabled {
			answer.Clash, _ = a.client.TriggerOwner(s.tree, s.name)
		}
		answers = append(answers, answer)
	}
	return answers
}
