// Package event reads what Zoom tells a chatbot: commands, clicks, submitted forms, mentions, installations. It verifies nothing (see
// zoom.Verifier) and decides nothing.
//
// The fields are those of Zoom's documents about webhooks of chatbots and Team Chat, in their two spellings: the older events write
// accountId, the newer ones account_id. chat_message.submit is in no document; its fields are those of Zoom's own sample applications.
package event

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"mattermost-plugin-zoom/server/zoom"
)

// Kind is what an event is about.
type Kind string

// The kinds of events.
const (
	// Validation asks the receiver to prove that it knows the secret token; see zoom.ValidationAnswer.
	Validation Kind = "validation"
	// Installed says that an account or user added the app.
	Installed Kind = "installed"
	// Removed says that a user or an account removed the app.
	Removed Kind = "removed"
	// Command is what a user typed after the slash command, or in their conversation with the bot.
	Command Kind = "command"
	// Clicked is a click on a button, or a choice from a menu.
	Clicked Kind = "clicked"
	// Submitted is a submitted form.
	Submitted Kind = "submitted"
	// Mentioned is a message in a channel that addresses the bot.
	Mentioned Kind = "mentioned"
	// LinkShared is a message with a link of one of the app's domains.
	LinkShared Kind = "link"
	// Edited is a change of a text or field that a card lets users edit.
	Edited Kind = "edited"
	// Other is any other event, which needs nothing but an acknowledgment.
	Other Kind = "other"
)

// ErrEvent is a delivery that is no event: not JSON, without a type, too large or nested too deeply.
var ErrEvent = errors.New("the delivery is no event of a chatbot")

const (
	// MaxBytes is the largest event that is read. Events repeat the whole card that was clicked.
	MaxBytes = 256 << 10
	// maxText bounds what a user typed or entered, in bytes.
	maxText = 16 << 10
	// maxName bounds names and identifiers, in bytes.
	maxName = 512
	// maxItems bounds the inputs of a form and the choices in one.
	maxItems = 200
)

// Event is an event, as far as the plugin uses it. What is missing, or not of the documented type, is zero.
type Event struct {
	Kind Kind
	// Type is Zoom's name of the event.
	Type string
	// AccountID is the account that the event happened in.
	AccountID string
	// User is who did something.
	User User
	// Channel is where: a channel, or the conversation of a user with the bot.
	Channel Channel
	// RobotJID is the bot's address.
	RobotJID string
	// MessageID is the message that was clicked or that addresses the bot; Thread is the first message of its thread, "" for none.
	MessageID, Thread string
	// Text is what was typed, in a Command and when Mentioned; the link in LinkShared.
	Text string
	// Value is what the button or option carries.
	Value string
	// Inputs are the answers of a form.
	Inputs []Input
	// External says that the user belongs to another account.
	External bool
	// TriggerID and ResponseURL are those of LinkShared.
	TriggerID, ResponseURL string
	// PlainToken is set in Validation.
	PlainToken string
	// ClientID is the app that was Removed.
	ClientID string
}

// User is a Zoom user.
type User struct {
	ID string
	// JID is the user's address in Team Chat; the newer events have none.
	JID  string
	Name string
	// Email is in newer events only.
	Email string
}

// Channel is a conversation.
type Channel struct {
	// JID is the conversation's address; the newer events have none.
	JID string
	// ID is the channel's ID, in newer events only.
	ID   string
	Name string
}

// Input is an answer of a form.
type Input struct {
	// Type is that of the element, such as "plain_text_input". Name is its action_id, "" where Zoom sends none; Label is its text.
	Type, Name, Label string
	// Values are what was entered or chosen.
	Values []string
}

// Parse reads the body of a delivery. Its error is ErrEvent.
func Parse(body []byte) (Event, error) {
	var w wire
	if len(body) > MaxBytes || !utf8.Valid(body) || zoom.TooDeep(body) || decode(body, &w) != nil || w.Event == "" || len(w.Event) > maxName {
		return Event{}, ErrEvent
	}
	e := w.event()
	switch w.Event {
	case "endpoint.url_validation":
		e.Kind, e.PlainToken = Validation, clip(w.Payload.PlainToken, maxName)
	case "bot_installed":
		e.Kind = Installed
	case "app_deauthorized":
		e.Kind, e.ClientID = Removed, clip(w.Payload.ClientID, maxName)
	case "bot_notification":
		e.Kind, e.Text = Command, clip(strings.TrimSpace(w.Payload.Cmd), maxText)
	case "interactive_message_actions":
		e.Kind, e.Value = Clicked, clip(w.Payload.ActionItem.Value, maxText)
	case "interactive_message_select":
		e.Kind = Clicked
		for _, item := range w.Payload.SelectedItems {
			e.Value = clip(item.Value, maxText)
		}
	case "interactive_message_editable", "interactive_message_fields_editable":
		e.Kind = Edited
	case "chat_message.submit":
		e.Kind = Submitted
		e.submitted(w.Payload.Object.SubmitItems)
	case "team_chat.app_mention":
		e.Kind, e.Text = Mentioned, clip(strings.TrimSpace(w.Payload.Object.Message), maxText)
	case "team_chat.link_shared":
		e.Kind, e.Text = LinkShared, clip(w.Payload.Object.Link, maxText)
		e.TriggerID, e.ResponseURL = clip(w.Payload.Object.TriggerID, maxName), clip(w.ResponseURL, maxText)
	default:
		e.Kind = Other
	}
	return e, nil
}

// decode reads JSON and leaves fields empty whose type is not the documented one: a field that no one needs must not fail an event.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return nil
	}
	return err
}

// clip cuts a text to a number of bytes, between characters, and drops what no identifier or line has.
func clip(text string, most int) string {
	text = strings.ReplaceAll(text, "\x00", "")
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
