package meeting

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/i18n"
)

// Connections is what the commands need to connect and disconnect people.
type Connections interface {
	// Connected returns whether the person's calls to Zoom can be made, and the address of the Zoom user who authorized.
	Connected(ctx context.Context, userID string) (email string, connected bool, err error)
	// ConnectURL returns a link with which the person can authorize; next is resumed afterwards, "" is nothing.
	ConnectURL(ctx context.Context, userID, next string) (string, error)
	// Redeem finishes an authorization with the code that a browser was shown, and returns what is to be resumed.
	Redeem(ctx context.Context, userID, code string) (email, next string, err error)
}

// Command returns the tree of /zoom. It is the same whatever the settings are; what a setting forbids says so when run.
func (s *Service) Command(accounts Connections, doctor *Doctor) *command.Command {
	tree := &command.Command{Name: "zoom", Help: i18n.M("command.zoom")}
	tree.Sub = []*command.Command{
		{Name: "start", Hint: i18n.M("command.start.hint"), Help: i18n.M("command.start"), Run: s.runStart},
		{Name: "connect", Hint: i18n.M("command.connect.hint"), Help: i18n.M("command.connect"), Run: s.runConnect(accounts)},
		{Name: "disconnect", Help: i18n.M("command.disconnect"), Run: s.runDisconnect},
		{Name: "settings", Help: i18n.M("command.settings"), Run: s.runSettings},
		{Name: "doctor", Help: i18n.M("command.doctor"), Admin: true, Run: doctor.Run},
		{Name: "help", Help: i18n.M("command.help"), Run: runHelp(tree)},
	}
	return tree
}

func (s *Service) runStart(ctx context.Context, call command.Call) (i18n.Message, error) {
	// Start tells the person itself, whatever comes of it.
	_, _ = s.Start(ctx, StartRequest{
		UserID: call.UserID, Place: chat.Place{ChannelID: call.ChannelID, RootID: call.RootID},
		Topic: call.Text, ConnectionID: call.ConnectionID,
	})
	return i18n.Message{}, nil
}

func (s *Service) runConnect(accounts Connections) func(context.Context, command.Call) (i18n.Message, error) {
	return func(ctx context.Context, call command.Call) (i18n.Message, error) {
		if call.Text != "" {
			email, next, err := accounts.Redeem(ctx, call.UserID, call.Text)
			if err != nil {
				return i18n.Message{}, err
			}
			// Resume tells the person itself, whatever comes of it.
			_, _ = s.Resume(ctx, call.UserID, next)
			return i18n.M("connect.done", "Email", chat.Escape(email)), nil
		}
		email, connected, err := accounts.Connected(ctx, call.UserID)
		if err != nil {
			return i18n.Message{}, err
		}
		link, err := accounts.ConnectURL(ctx, call.UserID, "")
		switch {
		case err != nil:
			return i18n.Message{}, err
		case connected:
			return i18n.M("connect.already", "Email", chat.Escape(email), "URL", link), nil
		}
		return i18n.M("connect.link", "URL", link), nil
	}
}

// runDisconnect asks first: what is ended takes a sign-in to get back, and with an account-level app it is everybody's.
func (s *Service) runDisconnect(ctx context.Context, call command.Call) (i18n.Message, error) {
	email, err := s.accounts.MayDisconnect(ctx, call.UserID)
	if err != nil {
		return i18n.Message{}, err
	}
	button, err := s.button(ctx, i18n.M("disconnect.button"), intent{UserID: call.UserID, Action: actionDisconnect})
	if err != nil {
		return i18n.Message{}, err
	}
	question := i18n.M("disconnect.ask")
	if email != "" {
		question = i18n.M("disconnect.ask_named", "Email", chat.Escape(email))
	}
	at := chat.Place{ChannelID: call.ChannelID, RootID: call.RootID}
	note := chat.Note{Text: question, Buttons: []chat.Button{button}}
	return i18n.Message{}, errors.Wrap(s.chat.Whisper(ctx, at, call.UserID, note), "ask whether to disconnect")
}

// runSettings shows which meeting the person starts, with a button for each other choice.
func (s *Service) runSettings(ctx context.Context, call command.Call) (i18n.Message, error) {
	current, err := s.index.Choice(ctx, call.UserID)
	if err != nil {
		return i18n.Message{}, errors.Wrap(err, "read the user's setting")
	}
	if current == Unspecified {
		current = Unique
	}
	note := chat.Note{Text: i18n.M("settings.current." + string(current))}
	for _, choice := range []Choice{Unique, Personal, Ask} {
		if choice == current {
			continue
		}
		button, err := s.choiceButton(ctx, call.UserID, choice, i18n.M("settings.button."+string(choice)))
		if err != nil {
			return i18n.Message{}, err
		}
		note.Buttons = append(note.Buttons, button)
	}
	at := chat.Place{ChannelID: call.ChannelID, RootID: call.RootID}
	return i18n.Message{}, errors.Wrap(s.chat.Whisper(ctx, at, call.UserID, note), "show the settings")
}

func runHelp(tree *command.Command) func(context.Context, command.Call) (i18n.Message, error) {
	return func(_ context.Context, call command.Call) (i18n.Message, error) {
		lines := []i18n.Message{i18n.M("help.title")}
		for _, sub := range tree.Visible(call.Admin) {
			line := i18n.M("help.line", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help)
			if !sub.Hint.Zero() {
				line = i18n.M("help.line_with_hint", "Command", "/"+tree.Name+" "+sub.Name).WithMessage("Help", sub.Help).WithMessage("Hint", sub.Hint)
			}
			lines = append(lines, line)
		}
		return i18n.Lines(append(lines, i18n.M("help.icon"))...), nil
	}
}
