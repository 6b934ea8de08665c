package teamchat

import (
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// UserMessage is what a user writes.
type UserMessage struct {
	// As is the user's email address.
	As string `json:"as"`
	// In is the conversation: a channel, an app or another user, by name, email address
	// or JID.
	In      string `json:"in"`
	Text    string `json:"text"`
	ReplyTo string `json:"reply_to"`
	// Card is the webview that composed a card, which is sent in place of the text.
	Card string `json:"card"`
}

// Say has a user send a message: a slash command, words for a bot, or anything else.
func (c *Chat) Say(q UserMessage) (*Message, error) {
	p, err := c.person(q.As)
	if err != nil {
		return nil, err
	}
	at, err := c.placeFor(p, q.In)
	if err != nil {
		return nil, err
	}
	if q.ReplyTo != "" && !c.inThread(at, q.ReplyTo) {
		return nil, errors.Wrapf(kit.ErrNotFound, "message %q in this conversation", q.ReplyTo)
	}
	m := &Message{ID: strings.ToUpper(c.IDs.UUID()), Author: p.JID, AuthorName: p.Name, Text: strings.TrimSpace(q.Text), ReplyTo: q.ReplyTo, place: at}
	switch {
	case q.Card != "":
		return c.sendComposed(p, q.Card, m)
	case m.Text == "":
		return nil, errors.Wrap(kit.ErrInvalid, "an empty message")
	}
	if b, cmd, ok := c.command(p, at, m.Text); ok {
		if at.channel != nil || at.bot == nil {
			m.VisibleTo = p.JID
		}
		c.post(m)
		c.notify(b, p, at, cmd)
		return m, nil
	}
	c.post(m)
	c.tellMentioned(p, m)
	c.tellLinks(p, m)
	return m, nil
}

// command finds out whether a text is for a bot, and what it says to it: the words after
// a slash command, or all words in the bot's own conversation.
func (c *Chat) command(p Person, at place, text string) (Bot, string, bool) {
	word, rest, _ := strings.Cut(text, " ")
	if name, slash := strings.CutPrefix(word, "/"); slash && name != "" {
		for _, b := range c.usable(p) {
			if b.Command == name {
				return b, strings.TrimSpace(rest), true
			}
		}
	}
	if at.bot != nil {
		return *at.bot, text, true
	}
	return Bot{}, "", false
}

// notify sends a bot what a user said to it.
func (c *Chat) notify(b Bot, p Person, at place, cmd string) {
	payload := c.payload(b, p, at, p.AccountID)
	payload.Cmd, payload.Name, payload.TriggerID = &cmd, b.Name, c.IDs.Hex(11)
	payload.UserMemberID, payload.UserStatus = p.MemberID, "authorized"
	c.tell(b, at, envelope{Event: EventNotification, Timestamp: payload.Timestamp, Payload: payload})
}

// tellMentioned tells the bots that a message in a channel addresses.
func (c *Chat) tellMentioned(p Person, m *Message) {
	ch := m.place.channel
	if ch == nil {
		return
	}
	for _, b := range c.zoom.Bots() {
		i := strings.Index(strings.ToLower(m.Text), "@"+strings.ToLower(b.Name))
		if i < 0 || !b.Mention || !c.in(ch.AccountID, b) {
			continue
		}
		payload := c.chatPayload(p, m, ch.AccountID)
		payload.Object.Message = m.Text
		if c.zoom.Rules().CutMention {
			payload.Object.Message = strings.TrimSpace(m.Text[:i] + m.Text[i+1+len(b.Name):])
		}
		c.tell(b, m.place, envelope{Event: EventMention, Timestamp: c.Now().UnixMilli(), Payload: payload})
	}
}

// tellLinks tells bots of the links in a message that they can unfurl.
func (c *Chat) tellLinks(p Person, m *Message) {
	account := p.AccountID
	if m.place.channel != nil {
		account = m.place.channel.AccountID
	}
	for _, address := range webAddress.FindAllString(m.Text, -1) {
		for _, b := range c.zoom.Bots() {
			if !b.trusts(address) || !c.in(account, b) {
				continue
			}
			id := c.IDs.Hex(11)
			c.links[id] = &link{b.ClientID, p.ID, m, c.Now().Add(linkLifetime)}
			payload := c.chatPayload(p, m, account)
			payload.Object.Link, payload.Object.TriggerID = address, id
			c.tell(b, m.place, envelope{
				Event: EventLinkShared, Timestamp: c.Now().UnixMilli(), Payload: payload,
				ResponseURL: c.Base + "/v2/im/chat/users/" + p.ID + "/unfurls/" + id,
			})
		}
	}
}
