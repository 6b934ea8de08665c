package zoomchat

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat/event"
)

// Bridge is what clicks, forms and words are for.
type Bridge interface {
	// Act carries out a click on a card.
	Act(ctx context.Context, c chat.Click) error
	// Press carries out a click on a button under a note, whose action says whose note it is.
	Press(ctx context.Context, c chat.Click) error
	// Submit carries out the answer to a form; errors by field keep it open.
	Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error)
	// Replied hears of a reply in a thread.
	Replied(ctx context.Context, actor chat.Actor, m chat.MessageRef, text string)
}

// Commands are what can be typed.
type Commands interface {
	// Words returns the first words of the commands that are switched on: by providers' IDs, and that of meetings by MeetingApp.
	Words() map[string]string
	// Run runs a line that begins with one of the words.
	Run(ctx context.Context, line string, call command.Call) (chat.Message, error)
}

// MeetingApp is the ID of the app whose bot starts meetings.
const MeetingApp = "zoom"

// Inbox takes what Zoom tells the bots and carries it out. It is safe for concurrent use.
type Inbox struct {
	Surface  *Surface
	Bridge   Bridge
	Commands Commands
	Log      *slog.Logger
}

// ErrForeign is an event that is signed with the app's secret token and names another app's bot.
var ErrForeign = errors.New("the event is about another app")

// Receive verifies a delivery to the app's address, and returns the event, or the answer to Zoom's check of the address. Nothing is read
// before the signature is right. Faults and errors: NotConfigured for an unknown app, those of zoom.Verifier, event.ErrEvent, ErrForeign.
func (in *Inbox) Receive(ctx context.Context, appID string, header http.Header, body []byte) (e event.Event, answer []byte, err error) {
	found, err := in.Surface.Apps.get(ctx, appID)
	if err != nil {
		return event.Event{}, nil, err
	}
	verifier := zoom.NewVerifier(func() []string { return zoom.Secrets(found.secrets.SecretToken) }, in.Surface.Now)
	secret, err := verifier.SignedBy(header, body)
	if err != nil {
		return event.Event{}, nil, err
	}
	e, err = event.Parse(body)
	switch {
	case err != nil:
		return event.Event{}, nil, err
	case e.Kind == event.Validation:
		answer, err = zoom.ValidationAnswer(secret, e.PlainToken)
		return e, answer, err
	case e.RobotJID != "" && e.RobotJID != found.RobotJID, e.ClientID != "" && e.ClientID != found.ClientID:
		return event.Event{}, nil, ErrForeign
	}
	return e, nil, nil
}

// Wanted reports whether an event has to be handled; others need only be acknowledged.
func Wanted(e event.Event) bool {
	switch e.Kind {
	case event.Installed, event.Removed, event.Command, event.Clicked, event.Submitted, event.Mentioned:
		return e.AccountID != "" && (e.User.ID != "" || e.Kind == event.Removed)
	}
	return false
}

// Handle carries out an event that Receive returned for the app.
func (in *Inbox) Handle(ctx context.Context, appID string, body []byte) error {
	e, err := event.Parse(body)
	if err != nil || !Wanted(e) {
		return queue.Permanent(errors.Wrap(err, "read a chatbot's event"))
	}
	found, err := in.Surface.Apps.get(ctx, appID)
	if fault.Is(err, fault.NotConfigured) {
		return queue.Permanent(err)
	}
	if err != nil {
		return err
	}
	if e.Kind == event.Removed {
		return in.removed(ctx, found, e)
	}
	if e.External {
		in.Log.Info("A user of another Zoom account used a Zoom Team Chat app; such users can't", "app", appID, "account_id", e.AccountID)
		return nil
	}
	at, err := conversationOf(found, e)
	if err != nil {
		return queue.Permanent(err)
	}
	seen := Sighting{App: appID, Account: e.AccountID, UserID: e.User.ID, UserJID: e.User.JID, UserName: e.User.Name, Channel: at.jid}
	if at.channel() {
		seen.ChannelName = e.Channel.Name
	}
	if err := in.Surface.Records.See(ctx, seen); err != nil {
		return errors.Wrap(err, "record who used a Zoom Team Chat app")
	}
	actor := chat.Actor{Surface: ID, ID: identity{appID, e.AccountID, e.User.ID}.id(), Name: chat.OneLine(e.User.Name)}
	if actor.Person, err = in.Surface.People.PersonOf(ctx, e.AccountID, e.User.ID); err != nil {
		return errors.Wrap(err, "look up whose Zoom user it is")
	}
	return in.carryOut(ctx, exchange{event: e, app: found, actor: actor, place: at.place()})
}

// exchange is an event with who did it, where.
type exchange struct {
	event event.Event
	app   *app
	actor chat.Actor
	place chat.Place
}

// conversationOf returns where the event happened: a channel, or the user's own conversation with the bot. Anything else, such as the
// conversation of two users, is no place for a bot, and the user's own conversation stands in for it.
func conversationOf(found *app, e event.Event) (address, error) {
	at := address{found.ID, e.AccountID, e.Channel.JID}
	userJID := e.User.JID
	if userJID == "" {
		userJID = inferred(e.User.ID, "@xmpp.zoom.us")
	}
	switch {
	case at.jid == "" && e.Channel.ID != "":
		at.jid = inferred(e.Channel.ID, channelHost+"xmpp.zoom.us")
	case at.channel():
	case at.owner() != at.jid && at.owner() != userJID:
		return address{}, errors.New("the event is about another user's conversation")
	default:
		at.jid = userJID + robotMark + found.RobotJID
	}
	return at, nil
}

// inferred returns the address of the user or channel with this ID, in an event that doesn't tell it: in Zoom's examples it is the ID in
// lower case.
func inferred(id, host string) string {
	lower := []byte(id)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower) + host
}

// removed records that an account, or a user of a user-managed app, removed the app.
func (in *Inbox) removed(ctx context.Context, found *app, e event.Event) error {
	if found.AdminManaged || e.User.ID == "" {
		in.Log.Info("A Zoom account removed a Zoom Team Chat app", "app", found.ID, "account_id", e.AccountID)
		return errors.Wrap(in.Surface.Records.RemoveAccount(ctx, found.ID, e.AccountID), "record that an account removed an app")
	}
	return errors.Wrap(in.Surface.Records.Forget(ctx, found.ID, e.AccountID, e.User.ID), "forget a user who removed an app")
}

// carryOut does what the event is for, and tells the user if that fails.
func (in *Inbox) carryOut(ctx context.Context, x exchange) error {
	note := chat.MessageRef{}
	do := in.typed
	switch x.event.Kind {
	case event.Installed:
		return in.welcome(ctx, x)
	case event.Clicked:
		do, note = in.clicked, chat.MessageRef{Place: x.place, ID: x.event.MessageID}
	case event.Submitted:
		do, note = in.submitted, chat.MessageRef{Place: x.place, ID: x.event.MessageID}
	case event.Mentioned:
		do = in.mentioned
	}
	t := &talk{surface: in.Surface, actor: x.actor, place: x.place, note: note}
	err := do(ctx, x, t)
	if err == nil {
		return nil
	}
	if _, early := queue.Wait(err); early {
		return err
	}
	in.Log.Log(ctx, fault.Level(err), "A request in Zoom Team Chat failed", "user_id", x.actor.ID, "event", x.event.Type, "error", err.Error())
	if err := t.Tell(ctx, chat.Note{Text: chat.Failure(err)}); err != nil {
		in.Log.Warn("A user of Zoom Team Chat couldn't be answered", "user_id", x.actor.ID, "error", err.Error())
	}
	return nil
}

// welcome greets a user who added the app.
func (in *Inbox) welcome(ctx context.Context, x exchange) error {
	text := chat.Say("zoomchat.welcome", "Provider", in.name(x.app.ID))
	if x.actor.Person == "" {
		text = chat.Lines(text, in.linkNeeded(x.actor))
	}
	if err := in.Surface.Direct(ctx, x.actor, text); err != nil {
		in.Log.Warn("A user who added a Zoom Team Chat app couldn't be welcomed", "user_id", x.actor.ID, "error", err.Error())
	}
	return nil
}

// linkNeeded tells an actor who isn't linked what to do.
func (in *Inbox) linkNeeded(actor chat.Actor) chat.Message {
	link := chat.LinkText(in.Surface.words(actor, "zoomchat.link"), in.Surface.People.LinkURL())
	return chat.Say("zoomchat.link_needed").WithText("Link", link)
}
