package teamchat

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// outgoing is the body of a request to send or edit a message.
type outgoing struct {
	RobotJID  string          `json:"robot_jid"`
	ToJID     string          `json:"to_jid"`
	AccountID string          `json:"account_id"`
	Content   json.RawMessage `json:"content"`
	UserJID   string          `json:"user_jid"`
	VisibleTo string          `json:"visible_to_user"`
	ReplyTo   string          `json:"reply_to"`
	Markdown  bool            `json:"is_markdown_support"`
}

// Send is POST /im/chat/messages. clientID is the app that the token belongs to.
func (c *Chat) Send(clientID string, body []byte) (int, any, *Failure) {
	var q outgoing
	if json.Unmarshal(body, &q) != nil || q.ToJID == "" || !isObject(q.Content) {
		return 0, nil, badBody
	}
	b, account, failure := c.sender(clientID, q.RobotJID, q.AccountID)
	if failure != nil {
		return 0, nil, failure
	}
	at, found := c.addressed(b, account, q.ToJID)
	if !found {
		return 0, nil, noSuchJID
	}
	m, failure := c.compose(b, account, at, q)
	if failure != nil {
		return 0, nil, failure
	}
	return http.StatusCreated, sent{m.ID, b.JID, m.At.Format(sentForm), q.ToJID, q.UserJID}, nil
}

// compose posts a bot's message in a place.
func (c *Chat) compose(b Bot, account string, at place, q outgoing) (*Message, *Failure) {
	if failure := c.onBehalfOf(b, at, q.UserJID); failure != nil {
		return nil, failure
	}
	visibleTo, failure := c.audience(b, at, q.VisibleTo)
	if failure != nil {
		return nil, failure
	}
	if q.ReplyTo != "" && !c.inThread(at, q.ReplyTo) {
		return nil, badBody
	}
	problems, failure := c.accept(b, q.Content)
	if failure != nil {
		return nil, failure
	}
	if c.zoom.Rules().ChannelLimits && !c.paced(at) {
		return nil, tooFast
	}
	return c.post(&Message{
		ID: c.botMessageID(), Author: b.JID, AuthorName: b.Name, Content: compacted(q.Content), Markdown: q.Markdown, ReplyTo: q.ReplyTo,
		VisibleTo: visibleTo, Problems: problems, place: at, clientID: b.ClientID, account: account,
	}), nil
}

// sender finds the bot that a request names, which must be the app's own, and the
// account, which must have it. Where only one account has it, that can be left out.
func (c *Chat) sender(clientID, robotJID, account string) (Bot, string, *Failure) {
	if !wellFormedJID(robotJID) {
		return Bot{}, "", badRobotJID
	}
	b, found := c.bot(func(b Bot) bool { return b.JID == robotJID })
	if !found {
		return Bot{}, "", noBot
	}
	if account == "" {
		if all := c.accounts(b); len(all) == 1 {
			account = all[0]
		}
	}
	switch {
	case account == "":
		return Bot{}, "", badBody
	case b.ClientID != clientID || !c.in(account, b):
		return Bot{}, "", notAuthorized
	}
	return b, account, nil
}

// accounts lists the accounts that have a bot.
func (c *Chat) accounts(b Bot) []string {
	var all []string
	for _, p := range c.zoom.People() {
		if c.zoom.Installed(b, p) && !slices.Contains(all, p.AccountID) {
			all = append(all, p.AccountID)
		}
	}
	return all
}

// onBehalfOf checks user_jid: who set up the message must still be there. A user-managed
// app has to name someone; a user's ID will do, and so does the place itself, which
// Zoom's own sample names.
func (c *Chat) onBehalfOf(b Bot, at place, user string) *Failure {
	if user == "" {
		if b.AdminManaged {
			return nil
		}
		return badBody
	}
	if user == at.jid {
		return nil
	}
	jid, _, _ := strings.Cut(user, botSeparator)
	p, err := c.person(jid)
	if err != nil || !at.has(p) {
		return notAuthorized
	}
	return nil
}

// audience returns the JID of the only user who is to see a message. Only admin-managed
// apps can choose one.
// https://developers.zoom.us/docs/chat/send-edit-and-delete-messages/
func (c *Chat) audience(b Bot, at place, user string) (string, *Failure) {
	if user == "" {
		return "", nil
	}
	p, err := c.person(user)
	form := c.zoom.Rules().VisibleTo
	if !b.AdminManaged || err != nil || !at.has(p) || form == "id" && user != p.ID || form == "jid" && user != p.JID {
		return "", notAuthorized
	}
	return p.JID, nil
}

// accept checks a message's content and reports what is wrong with it.
func (c *Chat) accept(b Bot, content []byte) ([]string, *Failure) {
	problems := card.Check(content)
	if len(problems) == 0 {
		return nil, nil
	}
	c.report(b, "message", problems...)
	if !c.zoom.Rules().LenientContent {
		return nil, badBody
	}
	return problems, nil
}

// Edit is PUT /im/chat/messages/{message_id}.
func (c *Chat) Edit(clientID, id string, body []byte) (int, any, *Failure) {
	var q outgoing
	if json.Unmarshal(body, &q) != nil || q.AccountID == "" || !isObject(q.Content) {
		return 0, nil, badBody
	}
	m, b, failure := c.ownMessage(clientID, q.RobotJID, q.AccountID, id)
	if failure != nil {
		return 0, nil, failure
	}
	if failure = c.onBehalfOf(b, m.place, q.UserJID); failure != nil {
		return 0, nil, failure
	}
	problems, failure := c.accept(b, q.Content)
	if failure != nil {
		return 0, nil, failure
	}
	m.Content, m.Markdown, m.Problems, m.Edited = compacted(q.Content), q.Markdown, problems, c.Now()
	c.changed()
	return http.StatusOK, sent{m.ID, b.JID, m.Edited.Format(changedForm), m.place.to(), q.UserJID}, nil
}

// Delete is DELETE /im/chat/messages/{message_id}.
func (c *Chat) Delete(clientID, id string, q url.Values) (int, any, *Failure) {
	if q.Get("account_id") == "" {
		return 0, nil, badBody
	}
	m, b, failure := c.ownMessage(clientID, q.Get("robot_jid"), q.Get("account_id"), id)
	if failure != nil {
		return 0, nil, failure
	}
	c.remove(m)
	return http.StatusOK, sent{m.ID, b.JID, c.Now().Format(changedForm), m.place.to(), q.Get("user_jid")}, nil
}

// ownMessage finds a message that a bot sent for an account.
func (c *Chat) ownMessage(clientID, robotJID, account, id string) (*Message, Bot, *Failure) {
	b, _, failure := c.sender(clientID, robotJID, account)
	if failure != nil {
		return nil, b, failure
	}
	m := c.message(id)
	if m == nil || m.Author != b.JID || m.account != account {
		return nil, b, badMessageID
	}
	return m, b, nil
}

// to is what an answer calls a place.
func (at place) to() string {
	if at.bot != nil {
		return at.people[0].JID
	}
	return at.jid
}

// isObject reports whether a value is a JSON object.
func isObject(raw json.RawMessage) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(raw, &fields) == nil && fields != nil
}

// compacted returns JSON without spaces.
func compacted(raw json.RawMessage) json.RawMessage {
	var buf bytes.Buffer
	if json.Compact(&buf, raw) != nil {
		return raw
	}
	return buf.Bytes()
}
