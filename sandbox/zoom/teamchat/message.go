package teamchat

import (
	"encoding/json"
	"slices"
	"time"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// Message is something that was said.
type Message struct {
	ID string `json:"id"`
	// Author is a JID, of a user or a bot.
	Author     string `json:"author"`
	AuthorName string `json:"author_name"`
	// Via is the name of the app that a user composed a card with.
	Via string `json:"via,omitempty"`
	// Text is what a user wrote, Content what an app did. A message has one of them.
	Text     string          `json:"text,omitempty"`
	Content  json.RawMessage `json:"content,omitempty"`
	Markdown bool            `json:"is_markdown_support,omitempty"`
	At       time.Time       `json:"at"`
	Edited   time.Time       `json:"edited,omitzero"`
	// ReplyTo is the first message of the thread that this one is in.
	ReplyTo string `json:"reply_to,omitempty"`
	// VisibleTo is the JID of the only user who sees it.
	VisibleTo string `json:"visible_to,omitempty"`
	// Unfurled are cards for links in the text.
	Unfurled []json.RawMessage `json:"unfurled,omitempty"`
	// Problems is why clients don't show all of the content.
	Problems []string `json:"problems,omitempty"`

	place    place
	clientID string // of the app that is told what users do with the content
	account  string // whose installation sent it
}

// post adds a message.
func (c *Chat) post(m *Message) *Message {
	m.At = c.Now()
	if m.ReplyTo != "" {
		if root := c.message(m.ReplyTo); root != nil && root.ReplyTo != "" {
			m.ReplyTo = root.ReplyTo
		}
	}
	c.messages = append(c.messages, m)
	c.changed()
	return m
}

// message finds a message, nil for one that isn't there.
func (c *Chat) message(id string) *Message {
	for _, m := range c.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// remove deletes a message with its replies.
func (c *Chat) remove(m *Message) {
	c.messages = slices.DeleteFunc(c.messages, func(one *Message) bool { return one == m || one.ReplyTo == m.ID })
	c.changed()
}

// seenBy reports whether a user sees a message.
func (m *Message) seenBy(p Person) bool {
	return m.place.has(p) && (m.VisibleTo == "" || m.VisibleTo == p.JID)
}

// inThread reports whether a message can be answered in a place.
func (c *Chat) inThread(at place, id string) bool {
	m := c.message(id)
	return m != nil && m.place.jid == at.jid
}

// plain is the message as text: what a shortcut tells the app.
func (m *Message) plain() string {
	if m.Text != "" {
		return m.Text
	}
	content, err := card.Parse(m.Content)
	if err != nil {
		return ""
	}
	return content.Plain()
}

// botMessageID returns the ID of a bot's message, in the form that Zoom's examples have.
func (c *Chat) botMessageID() string {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
	b := make([]byte, 7)
	for i := range b {
		b[i] = alphabet[c.IDs.IntN(len(alphabet))]
	}
	now := c.Now()
	return now.Format("20060102150405") + now.Format(".000")[1:] + "_" + string(b) + "_aw1"
}
