package teamchat

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// Webview is a page of an app that is open inside of the client.
type Webview struct {
	ID string `json:"id"`
	// URL is where a browser finds the page: through the sandbox, which adds what the
	// client adds.
	URL   string `json:"url"`
	App   string `json:"app"`
	Title string `json:"title"`
	Size  string `json:"size"`
}

// webview is what the client knows of an open page.
type webview struct {
	Webview
	bot     Bot
	person  Person
	place   place
	page    *url.URL
	context appContext
	text    string // of the message, or of the compose box
	allowed []string
	card    json.RawMessage // that the page composed
	account string
}

// ShortcutRequest has a user open a shortcut: of a message when there is one, or of the compose
// box.
type ShortcutRequest struct {
	As       string `json:"as"`
	App      string `json:"app"`
	Shortcut string `json:"shortcut"`
	// In is the conversation, and Text what is in its compose box.
	In      string `json:"in"`
	Text    string `json:"text"`
	Message string `json:"message"`
}

// OpenShortcut opens the app's home page in a webview. No event is sent.
func (c *Chat) OpenShortcut(q ShortcutRequest) (*Webview, error) {
	p, err := c.person(q.As)
	if err != nil {
		return nil, err
	}
	b, err := c.botOf(p, q.App)
	if err != nil {
		return nil, err
	}
	in, from, text := ComposeBox, fromCompose, q.Text
	var at place
	var m *Message
	if q.Message != "" {
		if m = c.message(q.Message); m == nil || !m.seenBy(p) {
			return nil, errors.Wrapf(kit.ErrNotFound, "message %q", q.Message)
		}
		in, from, text, at = MessageAction, fromMessage, m.plain(), m.place
	} else if at, err = c.placeFor(p, q.In); err != nil {
		return nil, err
	}
	s, err := b.shortcut(q.Shortcut, in)
	if err != nil {
		return nil, err
	}
	v := &webview{bot: b, person: p, place: at, text: text, account: p.AccountID}
	v.Title, v.Size = cmp.Or(s.Dialog.Title, s.Label), cmp.Or(s.Dialog.Size, "S")
	home := strings.NewReplacer("{accountId}", url.QueryEscape(p.AccountID), "{runningContext}", runningContext, "{action}", url.QueryEscape(s.ID)).Replace(b.HomeURL)
	return c.open(v, home, s.ID, from, m)
}

// openDialog opens the page of a button.
func (c *Chat) openDialog(a action, button card.Item) (*Webview, error) {
	v := &webview{bot: a.bot, person: a.person, place: a.message.place, text: a.message.plain(), account: a.account}
	v.Title, v.Size = button.Dialog.Title.Text, cmp.Or(button.Dialog.Size, "M")
	return c.open(v, button.Dialog.Link, button.Value, fromCard, a.message)
}

// open opens a page, if the app's allow list has it.
func (c *Chat) open(v *webview, address, action, from string, m *Message) (*Webview, error) {
	page, err := url.Parse(address)
	if err != nil || page.Host == "" || !v.bot.allows(page) {
		c.report(v.bot, "webview", "the domain allow list doesn't have "+address)
		return nil, errors.Wrapf(kit.ErrConflict, "the client does not open %q: its domain is not on the app's allow list", address)
	}
	v.ID, v.App, v.page = c.IDs.Hex(8), v.bot.Name, page
	v.context = appContext{
		Type: "chat", UserID: v.person.ID, ActionID: action, ChatID: v.place.to(), From: from, TriggerID: c.IDs.Hex(11), Timestamp: c.Now().UnixMilli(),
	}
	if v.place.channel != nil {
		v.context.ChatID = v.place.channel.ID
	}
	if m != nil {
		v.context.MessageID, v.context.ThreadID = m.ID, cmp.Or(m.ReplyTo, m.ID)
	}
	v.URL = c.webviewOrigin(v.ID) + page.RequestURI()
	c.webviews[v.ID] = v
	return &v.Webview, nil
}

// CloseWebview closes a page.
func (c *Chat) CloseWebview(id string) { delete(c.webviews, id) }

// sendComposed posts the card that a page composed, as the user.
func (c *Chat) sendComposed(p Person, id string, m *Message) (*Message, error) {
	v := c.webviews[id]
	if v == nil || v.person.JID != p.JID || v.card == nil || v.place.jid != m.place.jid {
		return nil, errors.Wrapf(kit.ErrNotFound, "a composed card %q", id)
	}
	m.Text, m.Content, m.Via, m.clientID, m.account = "", v.card, v.bot.Name, v.bot.ClientID, v.account
	c.CloseWebview(id)
	return c.post(m), nil
}
