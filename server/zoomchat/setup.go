package zoomchat

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
)

// Setup lets system admins register the Zoom apps whose chatbots the plugin is, with commands and a form.
type Setup struct {
	Apps *Apps
	// Prompts seal the button and the form.
	Prompts *conversation.Prompts
	// Facts returns what the manifest of an app for the bot with this ID says; ok is false if there is no such bot.
	Facts func(id string) (f ManifestFacts, ok bool)
	// Bots are the IDs of all bots that there can be.
	Bots func() []string
	// Admin reports whether the user is a system admin.
	Admin func(person chat.PersonID) bool
}

// opSetup is the operation of the button and the form.
const opSetup = "teamchat_setup"

// The fields of the form.
const (
	fieldClientID     = "client_id"
	fieldClientSecret = "client_secret"
	fieldRobotJID     = "bot_jid"
	fieldSecretToken  = "secret_token"
	fieldManaged      = "admin_managed"
)

// robotJID is the pattern of a bot's address.
var robotJID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}@[A-Za-z0-9.-]{1,128}$`)

// Command returns the subcommand for admins.
func (s *Setup) Command() *command.Command {
	help := func(of string) chat.Message { return chat.Say("zoomchat.command." + of) }
	hint := chat.Say("zoomchat.command.hint")
	return &command.Command{Name: "teamchat", Admin: true, Help: help("teamchat"), Sub: []*command.Command{
		{Name: "setup", Admin: true, Hint: hint, Help: help("setup"), Run: s.runSetup},
		{Name: "list", Admin: true, Help: help("list"), Run: s.runList},
		{Name: "remove", Admin: true, Hint: hint, Help: help("remove"), Run: s.runRemove},
	}}
}

// Operations are what the button and the form do.
func (s *Setup) Operations() map[string]conversation.Operation {
	return map[string]conversation.Operation{opSetup: {Press: s.press, Answer: s.answer}}
}

// bot returns the ID that was typed, in whatever case; for nothing, that of all bots.
func (s *Setup) bot(typed string) (string, error) {
	id := strings.ToLower(strings.TrimSpace(typed))
	if id == "" {
		id = AllApps
	}
	if !slices.Contains(s.Bots(), id) {
		return "", fault.New(fault.InvalidInput)
	}
	return id, nil
}

// runSetup shows the manifest to paste, and the button to the form.
func (s *Setup) runSetup(ctx context.Context, call command.Call) (chat.Message, error) {
	id, err := s.bot(call.Text)
	if err != nil {
		return chat.Say("zoomchat.setup.which").WithText("Bots", chat.Code(strings.Join(s.Bots(), ", "))), nil
	}
	facts, ok := s.Facts(id)
	if !ok {
		return chat.Message{}, fault.New(fault.InvalidInput)
	}
	manifest, err := Manifest(facts)
	if err != nil {
		return chat.Message{}, fault.Wrap(err, fault.NotConfigured).With("Setting", "Site URL")
	}
	button, err := s.Prompts.Button(ctx, chat.Say("zoomchat.setup.enter"), true, conversation.Intent{Actor: call.Actor, Place: call.Place, Kind: opSetup, Text: id})
	if err != nil {
		return chat.Message{}, err
	}
	text := chat.Lines(
		chat.Say("zoomchat.setup.steps", "Bot", facts.Name).WithText("URL", chat.Code(facts.EventURL)),
		chat.VerbatimText(chat.CodeBlock(strings.Split(manifest, "\n"))),
		chat.Say("zoomchat.setup.then"),
	)
	return chat.Message{}, errors.Wrap(call.Talk.Tell(ctx, chat.Note{Text: text, Buttons: []chat.Button{button}}), "show how to set up an app")
}

// press opens the form.
func (s *Setup) press(ctx context.Context, c chat.Click, what conversation.Intent) error {
	if !s.Admin(c.Actor.Person) {
		return fault.New(fault.AdminOnly)
	}
	facts, ok := s.Facts(what.Text)
	if !ok {
		return fault.New(fault.ButtonExpired)
	}
	field := func(name string, kind chat.FieldKind) chat.FormField {
		return chat.FormField{Name: name, Kind: kind, Label: chat.Say("zoomchat.setup." + name), Help: chat.Say("zoomchat.setup." + name + ".help")}
	}
	managed := field(fieldManaged, chat.BoolField)
	managed.Default, managed.Optional = "true", true
	return s.Prompts.Ask(ctx, c.Talk, chat.Form{
		Title: chat.Say("zoomchat.setup.title"), Intro: chat.Say("zoomchat.setup.intro", "Bot", facts.Name), Submit: chat.Say("zoomchat.setup.save"),
		Fields: []chat.FormField{
			field(fieldClientID, chat.TextField), field(fieldClientSecret, chat.SecretField), field(fieldRobotJID, chat.TextField), field(fieldSecretToken, chat.SecretField), managed,
		},
	}, what)
}

// answer stores the app, once Zoom accepts its credentials.
func (s *Setup) answer(ctx context.Context, a chat.FormAnswer, what conversation.Intent) (chat.FormErrors, error) {
	if !s.Admin(a.Actor.Person) {
		return nil, fault.New(fault.AdminOnly)
	}
	value := func(name string) string { return strings.TrimSpace(a.Values[name]) }
	wrong := chat.FormErrors{}
	for _, name := range []string{fieldClientID, fieldClientSecret, fieldSecretToken} {
		if value(name) == "" {
			wrong[name] = chat.Say("zoomchat.setup.missing")
		}
	}
	if !robotJID.MatchString(value(fieldRobotJID)) {
		wrong[fieldRobotJID] = chat.Say("zoomchat.setup.no_jid")
	}
	if len(wrong) > 0 {
		return wrong, nil
	}
	app := App{ID: what.Text, ClientID: value(fieldClientID), RobotJID: value(fieldRobotJID), AdminManaged: a.Values[fieldManaged] == "true"}
	err := s.Apps.Save(ctx, app, Credentials{ClientSecret: value(fieldClientSecret), SecretToken: value(fieldSecretToken)})
	switch {
	case fault.Is(err, fault.ClientRejected):
		return chat.FormErrors{fieldClientSecret: chat.Failure(err)}, nil
	case fault.Is(err, fault.MissingScope):
		return chat.FormErrors{fieldClientID: chat.Say("zoomchat.setup.no_scope")}, nil
	case err != nil:
		return nil, err
	}
	facts, _ := s.Facts(what.Text)
	return nil, errors.Wrap(what.Talk.Tell(ctx, chat.Note{Text: chat.Say("zoomchat.setup.done", "Bot", facts.Name)}), "say that an app is set up")
}

// runList shows the apps with their state.
func (s *Setup) runList(ctx context.Context, _ command.Call) (chat.Message, error) {
	states, err := s.Apps.Status(ctx)
	if err != nil {
		return chat.Message{}, err
	}
	if len(states) == 0 {
		return chat.Say("zoomchat.list.none"), nil
	}
	lines := []chat.Message{chat.Say("zoomchat.list")}
	for _, state := range states {
		line := chat.Say("zoomchat.list.ok", "Bot", state.ID, "Accounts", strings.Join(state.Accounts, ", "))
		switch {
		case state.Err != nil:
			line = chat.Say("zoomchat.list.failed", "Bot", state.ID).WithMessage("Reason", chat.Failure(state.Err))
		case len(state.Accounts) == 0:
			line = chat.Say("zoomchat.list.unused", "Bot", state.ID)
		}
		lines = append(lines, line)
	}
	return chat.Lines(lines...), nil
}

// runRemove removes an app.
func (s *Setup) runRemove(ctx context.Context, call command.Call) (chat.Message, error) {
	id, err := s.bot(call.Text)
	if err != nil || strings.TrimSpace(call.Text) == "" {
		return chat.Say("zoomchat.setup.which").WithText("Bots", chat.Code(strings.Join(s.Bots(), ", "))), nil
	}
	if err := s.Apps.Remove(ctx, id); err != nil {
		return chat.Message{}, err
	}
	return chat.Say("zoomchat.removed", "Bot", id), nil
}

// BotsOf returns the IDs of the bots that there can be: one for all, one that starts meetings, and one for each provider.
func BotsOf(providers map[string]string) []string {
	return append([]string{AllApps, MeetingApp}, slices.Sorted(maps.Keys(providers))...)
}
