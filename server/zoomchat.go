package main

import (
	"context"
	"maps"
	"strings"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat"
	"mattermost-plugin-zoom/server/zoomchat/content"
	"mattermost-plugin-zoom/server/zoomchat/event"
)

// kindChat marks the events of Zoom Team Chat in the queue.
const kindChat = "zoomchat"

// headerApp is the header of such a job with the app that the event is of.
const headerApp = "app"

// acceptChat puts an event of a Zoom Team Chat app into the queue. Events of one conversation are handled one after another. A repeated
// delivery has the same body, and so the same ID.
func (j *jobs) acceptChat(ctx context.Context, appID string, e event.Event, body []byte) error {
	_, err := j.queue.Accept(ctx, queue.Job{
		ID: digest.Of(kindChat, appID, string(body)), Kind: kindChat, Key: digest.Of(kindChat, appID, e.AccountID, e.Channel.JID+e.Channel.ID),
		Header: map[string]string{headerApp: appID}, Body: body,
	})
	return err
}

// buildZoomChat makes the surface of Zoom Team Chat.
func (b *builder) buildZoomChat() *zoomchat.Surface {
	apps := &zoomchat.Apps{
		Records: b.storage.zoomChat, Seals: b.vault, TokenURL: func() string { return b.settings.Load().Zoom() + "/oauth/token" }, Transport: b.outbound,
		Now: b.now, Log: b.log,
	}
	return zoomchat.New(zoomchat.Dependencies{
		Apps: apps, Records: b.storage.zoomChat, Seals: b.vault, Calls: b.calls, Render: b.rendersForZoom, Now: b.now, Log: b.log,
		People: &zoomPeople{Client: b.client, settings: b.settings, accounts: b.accounts, calls: b.calls},
	})
}

// chatSetup returns the command with which admins set up the apps, and lets the bridge carry out its button and form.
func (b *builder) chatSetup(commands *slashCommands) *zoomchat.Setup {
	facts := botFacts{
		settings: b.settings, registry: b.registry, commands: zoomCommands{commands}, say: func(m chat.Message) string { return b.client.Plain("", m) },
	}
	setup := &zoomchat.Setup{Apps: b.zoomChat.Apps, Prompts: b.jobs.bridge.Prompter(), Facts: facts.of, Bots: facts.bots, Admin: reader{b.client}.Admin}
	b.jobs.bridge.Extend(setup.Operations())
	return setup
}

// rendersForZoom returns what renders messages in Zoom Team Chat for the person; for everyone if it is "".
func (b *builder) rendersForZoom(person chat.PersonID) content.Renderer {
	clock := b.client.Clock(person)
	return content.Renderer{
		Say:    func(m chat.Message) chat.Text { return b.client.Text(person, m) },
		Reader: content.Reader{Zone: clock.Zone, Hours12: clock.Hours12, Emoji: markdown.EmojiOf},
	}
}

// zoomPeople are the Mattermost users who Zoom users are.
type zoomPeople struct {
	*mattermost.Client
	settings *config.Container
	accounts *account.Service
	calls    *zoom.Client
}

// PersonOf returns the user who authorized as the Zoom user. Where no user authorizes for themselves, it is the one with the Zoom user's
// email address.
func (p *zoomPeople) PersonOf(ctx context.Context, accountID, zoomUser string) (chat.PersonID, error) {
	person, err := p.accounts.PersonOf(ctx, accountID, zoomUser)
	if err != nil || person != "" || p.settings.Load().Mode() == config.ModeUser {
		return person, err
	}
	caller, err := p.accounts.Caller(ctx, chat.Person{Email: zoomUser, EmailVerified: true})
	if err != nil {
		return "", nil //nolint:nilerr // as long as no one can be looked up, no one is known
	}
	caller.User = zoomUser
	user, err := p.calls.User(ctx, caller)
	if err != nil || user.ID != zoomUser || user.AccountID != "" && user.AccountID != accountID {
		return "", nil //nolint:nilerr // a user whom Zoom doesn't tell is not known
	}
	found, ok := p.PersonByEmail(ctx, strings.ToLower(user.Email))
	if !ok {
		return "", nil
	}
	return found.ID, nil
}

// LinkURL is the page on which a user authorizes in Zoom, which links their Zoom user.
func (p *zoomPeople) LinkURL() string { return p.settings.Load().PluginURL("/chat/link") }

// FormURL is the page that shows the form with this ID.
func (p *zoomPeople) FormURL(id string) string {
	return p.settings.Load().PluginURL("/chat/forms/" + id)
}

// zoomBridge is what clicks, forms and words in Zoom Team Chat are for.
type zoomBridge struct {
	*assembly.Bridge
	meetings *meeting.Service
}

// Press carries out a click on a button under a note: the bridge's, or that of meetings.
func (b zoomBridge) Press(ctx context.Context, c chat.Click) error {
	if c.Action == conversation.Pressed {
		return b.Bridge.Press(ctx, c)
	}
	return b.meetings.Act(ctx, c)
}

// zoomCommands are what can be typed in Zoom Team Chat.
type zoomCommands struct{ *slashCommands }

// Words implements zoomchat.Commands.
func (c zoomCommands) Words() map[string]string {
	words := map[string]string{zoomchat.MeetingApp: c.meetings.Name}
	maps.Copy(words, c.settings.Load().Triggers())
	return words
}

// Run implements zoomchat.Commands.
func (c zoomCommands) Run(ctx context.Context, line string, call command.Call) (chat.Message, error) {
	return c.tree(line).Execute(ctx, line, call)
}

// botFacts are what the manifests of Zoom apps say.
type botFacts struct {
	settings *config.Container
	registry *provider.Registry
	commands zoomCommands
	say      func(chat.Message) string
}

// of returns what the manifest of the bot with this ID says.
func (f botFacts) of(id string) (zoomchat.ManifestFacts, bool) {
	s := f.settings.Load()
	facts := zoomchat.ManifestFacts{EventURL: s.PluginURL("/teamchat/" + id), SiteURL: s.SiteURL}
	switch id {
	case zoomchat.AllApps:
		facts.Name, facts.Command, facts.Summary = "Mattermost", "mattermost", f.say(chat.Say("zoomchat.manifest.all"))
		facts.Hints = [][2]string{{"help", f.say(chat.Say("zoomchat.manifest.help"))}}
		return facts, true
	case zoomchat.MeetingApp:
		facts.Name, facts.Command, facts.Summary = "Meetings", "meet", f.say(f.commands.meetings.Help)
		facts.Hints = f.hints(f.commands.meetings)
		return facts, true
	}
	word, on := s.Triggers()[id]
	if !on {
		return zoomchat.ManifestFacts{}, false
	}
	tree := f.commands.tree(word)
	facts.Name, facts.Command, facts.Summary, facts.Hints = f.registry.Describe(id).Name, word, f.say(tree.Help), f.hints(tree)
	return facts, true
}

// hints returns the uses of a command with what they do.
func (f botFacts) hints(tree *command.Command) [][2]string {
	var hints [][2]string
	for _, sub := range tree.Visible(false) {
		usage := strings.TrimSpace(sub.Name + " " + f.say(sub.Hint))
		hints = append(hints, [2]string{usage, f.say(sub.Help)})
	}
	return hints
}

// bots returns the IDs of the bots that there can be.
func (f botFacts) bots() []string { return zoomchat.BotsOf(f.settings.Load().Triggers()) }
