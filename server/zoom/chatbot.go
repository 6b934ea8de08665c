package zoom

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Codes with which Zoom refuses calls of chatbots: a channel or user that it doesn't know or that the bot can't reach, and a message that it
// doesn't know. See the pages of the operations.
const (
	codeChatChannel = "7004"
	codeChatMessage = "8001"
)

// Bot is a chatbot app in one account that installed it.
type Bot struct {
	// JID is the bot's address in Team Chat.
	JID string
	// AccountID is the account.
	AccountID string
	// Tokens give the app's own token; see NewBotTokens.
	Tokens TokenSource
}

func (b Bot) caller() Caller { return Caller{App: AccountApp, Tokens: b.Tokens} }

// ChatMessage is a message that a bot sends.
type ChatMessage struct {
	// To is the JID of a channel or user.
	To string
	// For is the JID of the user on whose behalf the bot sends; Zoom refuses a message for a user who has left the channel.
	For string
	// OnlyTo is the ID of the only user who sees the message; "" for everyone. Zoom takes it from admin-managed apps only.
	OnlyTo string
	// ReplyTo is the message that begins the thread; "" for the channel itself.
	ReplyTo string
	// Content is what the message shows, as JSON.
	Content json.RawMessage
}

// SendChat sends a message and returns its ID: https://developers.zoom.us/docs/api/chatbot/#tag/chatbot-messages/POST/im/chat/messages
// Faults beside those of all calls: NoPost if Zoom knows no such channel or user for this bot.
func (c *Client) SendChat(ctx context.Context, as Bot, m ChatMessage) (id string, err error) {
	body := map[string]any{
		"robot_jid": as.JID, "to_jid": m.To, "account_id": as.AccountID, "user_jid": m.For, "content": m.Content,
	}
	if m.OnlyTo != "" {
		body["visible_to_user"] = m.OnlyTo
	}
	if m.ReplyTo != "" {
		body["reply_to"] = m.ReplyTo
	}
	var sent wireChatMessage
	err = c.do(ctx, as.caller(), call{operation: "send a chat message", method: http.MethodPost, path: "/im/chat/messages", body: body}, &sent)
	return sent.ID, chatFault(err)
}

// EditChat replaces what a message of the bot's shows. Faults beside those of all calls: MessageGone if there is no such message.
func (c *Client) EditChat(ctx context.Context, as Bot, messageID, onBehalfOf string, content json.RawMessage) error {
	id, err := segment(messageID)
	if err != nil {
		return errors.Wrap(err, "edit a chat message")
	}
	body := map[string]any{"robot_jid": as.JID, "account_id": as.AccountID, "user_jid": onBehalfOf, "content": content}
	k := call{operation: "edit a chat message", method: http.MethodPut, path: "/im/chat/messages/" + id, body: body}
	return chatFault(c.do(ctx, as.caller(), k, &wireChatMessage{}))
}

// DeleteChat deletes a message of the bot's. Faults likewise.
func (c *Client) DeleteChat(ctx context.Context, as Bot, messageID string) error {
	id, err := segment(messageID)
	if err != nil {
		return errors.Wrap(err, "delete a chat message")
	}
	query := url.Values{"account_id": {as.AccountID}, "robot_jid": {as.JID}}
	k := call{operation: "delete a chat message", method: http.MethodDelete, path: "/im/chat/messages/" + id + "?" + query.Encode()}
	return chatFault(c.do(ctx, as.caller(), k, &wireChatMessage{}))
}

// wireChatMessage is a message of a bot in Zoom's JSON.
type wireChatMessage struct {
	ID string `json:"message_id"`
}

func (w *wireChatMessage) complete() bool { return w.ID != "" }

// chatFault gives the refusals of chatbot calls that mean one missing channel or message their faults.
func chatFault(err error) error {
	if !fault.Is(err, fault.ZoomRefused) {
		return err
	}
	switch fault.ParamsOf(err)["Code"] {
	case codeChatChannel:
		return fault.Wrap(err, fault.NoPost)
	case codeChatMessage:
		return fault.Wrap(err, fault.MessageGone)
	}
	return err
}
