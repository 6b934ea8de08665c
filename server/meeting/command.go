package meeting

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
)

// Connections is what the commands need to connect and disconnect users.
type Connections interface {
	// Connected reports whether the person can call Zoom, and the email address of the Zoom user who authorized.
	Connected(ctx context.Context, person chat.PersonID) (email string, connected bool, err error)
	// ConnectURL returns a link with which the person can authorize; next is resumed afterwards, "" for nothing.
	ConnectURL(ctx context.Context, person chat.PersonID, next string) (string, error)
	// Redeem finishes an authorization with the code that a browser showed, and returns what to resume.
	Redeem(ctx context.Context, person chat.PersonID, code string) (email, next string, err error)
}

// Commands are the subcommands of /zoom.
type Commands struct {
	accounts Accounts
	index    Index
	intents  *intents
	starter  *Starter
}

// Command returns the tree of /zoom, with the subcommands of other parts of the plugin. It doesn't depend on the settings; a command that a
// setting forbids says so when run.
func (s *Commands) Command(accounts Connections, doctor *Doctor, further ...*command.Command) *command.Command {
	tree := &command.Command{Name: "zoom", Help: chat.Say("command.zoom")}
	tree.Sub = []*command.Command{
		{Name: "start", Hint: chat.Say("command.start.hint"), Help: chat.Say("command.start"), Run: s.runStart},
		{Name: "connect", Hint: chat.Say("command.connect.hint"), Help: chat.Say("command.connect"), Run: s.runConnect(accounts)},
		{Name: "disconnect", Help: chat.Say("command.disconnect"), Run: s.runDisconnect},
		{Name: "settings", Help: chat.Say("command.settings"), Run: s.runSettings},
		{Name: "doctor", Help: chat.Say("command.doctor"), Admin: true, Run: doctor.Run},
	}
	tree.Sub = append(append(tree.Sub, further...), &command.Command{Name: "help", Help: chat.Say("command.help"), Run: runHelp(tree)})
	return tree
}

func (s *Commands) runStart(ctx context.Context, call command.Call) (chat.Message, error) {
	// Start shows the user every result itself.
	_, _ = s.starter.Start(ctx, StartRequest{
		Actor: call.Actor, Place: call.Place,
		Topic: call.Text, Window: call.Window,
	})
	return chat.Message{}, nil
}

func (s *Commands) runConnect(accounts Connections) func(context.Context, command.Call) (chat.Message, error) {
	return func(ctx context.Context, call command.Call) (chat.Message, error) {
		if call.Text != "" {
			email, next, err := accounts.Redeem(ctx, call.Actor.Person, call.Text)
			if err != nil {
				return chat.Message{}, err
			}
			// Resume shows the user every result itself.
			_, _ = s.starter.Resume(ctx, call.Actor, next)
			return chat.Say("connect.done", "Email", email), nil
		}
		email, connected, err := accounts.Connected(ctx, call.Actor.Person)
		if err != nil {
			return chat.Message{}, err
		}
		link, err := accounts.ConnectURL(ctx, call.Actor.Person, "")
		switch {
		case err != nil:
			return chat.Message{}, err
		case connected:
			return chat.Say("connect.already", "Email", email, "URL", link), nil
		}
		return chat.Say("connect.link", "URL", link), nil
	}
}

// runDisconnect asks for confirmation: reconnecting takes a sign-in, and an account-level app is everyone's.
func (s *Commands) runDisconnect(ctx context.Context, call command.Call) (chat.Message, error) {
	email, err := s.accounts.MayDisconnect(ctx, call.Actor.Person)
	if err != nil {
		return chat.Message{}, err
	}
	button, err := s.intents.button(ctx, chat.Say("disconnect.button"), intent{Actor: call.Actor, Action: actionDisconnect})
	if err != nil {
		return chat.Message{}, err
	}
	question := chat.Say("disconnect.ask")
	if email != "" {
		question = chat.Say("disconnect.ask_named", "Email", email)
	}
	note := chat.Note{Text: question, Buttons: []chat.Button{button}}
	return chat.Message{}, errors.Wrap(call.Talk.Tell(ctx, note), "ask whether to disconnect")
}

// runSettings shows which meeting the person starts, with a button for each alternative.
func (s *Commands) runSettings(ctx context.Context, call command.Call) (chat.Message, error) {
	current, err := s.index.Choice(ctx, call.Actor.Person)
	if err != nil {
		return chat.Message{}, errors.Wrap(err, "read the user's setting")
	}
	if current == Unspecified {
		current = Unique
	}
	note := chat.Note{Text: chat.Say("settings.current." + string(current))}
	for _, choice := range []Choice{Unique, Personal, Ask} {
		if choice == current {
			continue
		}
		button, err := s.intents.choiceButton(ctx, call.Actor, choice, chat.Say("settings.button."+string(choice)))
		if err != nil {
			return chat.Message{}, err
		}
		note.Buttons = append(note.Buttons, button)
	}
	return chat.Message{}, errors.Wrap(call.Talk.Tell(ctx, note), "show the settings")
}

func runHelp(tree *command.Command) func(context.Context, command.Call) (chat.Message, error) {
	return func(_ context.Context, call command.Call) (chat.Message, error) {
		lines := []chat.Message{chat.Say("help.title")}
		for _, sub := range tree.Visible(call.ByAdmin()) {
			line := chat.Say("help.line", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help)
			if !sub.Hint.Zero() {
				line = chat.Say("help.line_with_hint", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help).WithMessage("Hint", sub.Hint)
			}
			lines = append(lines, line)
		}
		return chat.Lines(append(lines, chat.Say("help.icon"))...), nil
	}
}
