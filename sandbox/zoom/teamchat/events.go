package teamchat

import (
	"encoding/json"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The events that the sandbox sends to a bot.
const (
	EventInstalled      = "bot_installed"
	EventNotification   = "bot_notification"
	EventActions        = "interactive_message_actions"
	EventSelect         = "interactive_message_select"
	EventEditable       = "interactive_message_editable"
	EventFieldsEditable = "interactive_message_fields_editable"
	EventSubmit         = "chat_message.submit"
	EventMention        = "team_chat.app_mention"
	EventLinkShared     = "team_chat.link_shared"
)

// Events lists them.
var Events = []string{
	EventInstalled, EventNotification, EventActions, EventSelect, EventEditable, EventFieldsEditable, EventSubmit, EventMention, EventLinkShared,
}

// envelope is an event. Some have no time of their own, and some an address to answer
// at.
type envelope struct {
	Event         string `json:"event"`
	Timestamp     int64  `json:"event_ts,omitempty"` // milliseconds
	CallbackURL   string `json:"callback_url,omitempty"`
	CallbackToken string `json:"callback_token,omitempty"`
	ResponseURL   string `json:"response_url,omitempty"`
	Payload       any    `json:"payload"`
}

// botPayload is the payload of the older events. Each has the fields that it needs.
type botPayload struct {
	AccountID     string          `json:"accountId"`
	ActionItem    *valueItem      `json:"actionItem,omitempty"`
	ChannelName   string          `json:"channelName,omitempty"`
	Cmd           *string         `json:"cmd,omitempty"`
	EditItem      *editItem       `json:"editItem,omitempty"`
	FieldEditItem *fieldEditItem  `json:"fieldEditItem,omitempty"`
	MessageID     string          `json:"messageId,omitempty"`
	Name          string          `json:"name,omitempty"`
	Original      json.RawMessage `json:"original,omitempty"`
	RobotJID      string          `json:"robotJid"`
	SelectedItems []valueItem     `json:"selectedItems,omitempty"`
	Timestamp     int64           `json:"timestamp"`
	ToJID         string          `json:"toJid,omitempty"`
	TriggerID     string          `json:"triggerId,omitempty"`
	UserID        string          `json:"userId"`
	UserJID       string          `json:"userJid"`
	UserMemberID  string          `json:"userMemberId,omitempty"`
	UserName      string          `json:"userName"`
	UserStatus    string          `json:"userStatus,omitempty"`
}

// valueItem is a button or an option.
type valueItem struct {
	Text  string `json:"text,omitempty"`
	Value string `json:"value"`
}

// editItem is what a user changed in a text.
type editItem struct {
	Origin string `json:"origin"`
	Target string `json:"target"`
}

// fieldEditItem is what a user changed in a field.
type fieldEditItem struct {
	CurrentValue string `json:"currentValue"`
	Key          string `json:"key"`
	NewValue     string `json:"newValue"`
}

// chatPayload is the payload of the newer events.
type chatPayload struct {
	AccountID        string     `json:"account_id"`
	Operator         string     `json:"operator"`
	OperatorID       string     `json:"operator_id"`
	OperatorMemberID string     `json:"operator_member_id"`
	ByExternalUser   bool       `json:"by_external_user"`
	Object           chatObject `json:"object"`
}

// chatObject is a message in a newer event.
type chatObject struct {
	MessageID          string `json:"message_id"`
	ReplyMainMessageID string `json:"reply_main_message_id,omitempty"`
	Type               string `json:"type,omitempty"`
	ChannelID          string `json:"channel_id,omitempty"`
	ChannelName        string `json:"channel_name,omitempty"`
	ContactID          string `json:"contact_id,omitempty"`
	ContactMemberID    string `json:"contact_member_id,omitempty"`
	Message            string `json:"message,omitempty"`
	Link               string `json:"link,omitempty"`
	TriggerID          string `json:"trigger_id,omitempty"`
	ToJID              string `json:"to_jid,omitempty"`
	RobotJID           string `json:"robot_jid,omitempty"`
	FormID             string `json:"form_id,omitempty"`
	SubmitItems        any    `json:"submit_items,omitempty"`
	DateTime           string `json:"date_time"`
	Timestamp          int64  `json:"timestamp"` // milliseconds
}

// payload is what the older events say about who did something where.
func (c *Chat) payload(b Bot, p Person, at place, account string) botPayload {
	return botPayload{
		AccountID: account, ChannelName: at.name(), RobotJID: b.JID, Timestamp: c.Now().UnixMilli(), ToJID: at.jid,
		UserID: p.ID, UserJID: p.JID, UserName: p.Name,
	}
}

// chatPayload is what the newer events say about who did something where.
func (c *Chat) chatPayload(p Person, m *Message, account string) chatPayload {
	now := c.Now()
	o := chatObject{
		MessageID: m.ID, ReplyMainMessageID: m.ReplyTo, DateTime: now.Format(time.RFC3339), Timestamp: now.UnixMilli(),
	}
	switch at := m.place; {
	case at.channel != nil:
		o.Type, o.ChannelID, o.ChannelName = "to_channel", at.channel.ID, at.channel.Name
	case at.bot == nil:
		o.Type = "to_contact"
		for _, other := range at.people {
			if other.JID != p.JID {
				o.ContactID, o.ContactMemberID = other.ID, other.MemberID
			}
		}
	}
	return chatPayload{
		AccountID: account, Operator: p.Email, OperatorID: p.ID, OperatorMemberID: p.MemberID, ByExternalUser: p.AccountID != account, Object: o,
	}
}

// tell sends an event to a bot, after those before it in the same conversation.
func (c *Chat) tell(b Bot, at place, e envelope) {
	c.zoom.Notify(b, at.jid, e.Event, kit.Compact(e))
}

// original is a card as events repeat it: with numbers as JavaScript writes them, so
// that a client that decodes and encodes the event again signs the same bytes.
func original(content json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(content, &v) != nil {
		return json.RawMessage("null")
	}
	return kit.Compact(v)
}

// Installed tells a bot that a user has added it, and says what Zoom itself says then.
func (c *Chat) Installed(b Bot, p Person) {
	at := withBot(p, b)
	if b.Welcome.Title != "" || b.Welcome.Body != "" {
		c.post(&Message{
			ID: c.botMessageID(), Author: b.JID, AuthorName: b.Name, Content: b.Welcome.content(), place: at, clientID: b.ClientID, account: p.AccountID,
		})
	}
	payload := c.payload(b, p, at, p.AccountID)
	payload.ChannelName, payload.ToJID = "", ""
	c.tell(b, at, envelope{Event: EventInstalled, Payload: payload})
	c.changed()
}

// content is a welcome message as a card.
func (w Welcome) content() json.RawMessage {
	content := kit.Object{}
	if w.Title != "" {
		content["head"] = kit.Object{"text": w.Title}
	}
	if w.Body != "" {
		content["body"] = []kit.Object{{"type": "message", "text": w.Body}}
	}
	return kit.Compact(content)
}
