package teamchat

import (
	"encoding/json"
	"net/http"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// callbackLifetime is how long the answer to an action can be sent to its callback_url.
// https://developers.zoom.us/docs/chat/chatbot/
const callbackLifetime = 30 * time.Minute

// callback is where a bot can answer one action without a token of its own.
type callback struct {
	token   string
	message *Message
	expires time.Time
	used    bool
}

// newCallback opens an address to answer at, and returns it with its token.
func (c *Chat) newCallback(m *Message) (address, token string) {
	id := c.IDs.Hex(11)
	cb := &callback{token: c.IDs.Secret("cb"), message: m, expires: c.Now().Add(callbackLifetime)}
	c.callbacks[id] = cb
	return c.Base + "/v2/im/chat/callback/" + id, cb.token
}

// AnswerCallback is POST /im/chat/callback/{id}, which is good for one answer. It goes
// where the card is.
func (c *Chat) AnswerCallback(id, token string, body []byte) (int, any, *Failure) {
	cb := c.callbacks[id]
	if token == "" {
		return 0, nil, MissingToken
	}
	if cb == nil || cb.used || !kit.SameSecret(cb.token, token) || c.Now().After(cb.expires) {
		return 0, nil, BadToken
	}
	var q outgoing
	if json.Unmarshal(body, &q) != nil || !isObject(q.Content) {
		return 0, nil, badBody
	}
	b, found := c.bot(func(b Bot) bool { return b.ClientID == cb.message.clientID })
	if !found {
		return 0, nil, noBot
	}
	at := cb.message.place
	q.UserJID = at.jid
	m, failure := c.compose(b, cb.message.account, at, q)
	if failure != nil {
		return 0, nil, failure
	}
	cb.used = true
	return http.StatusCreated, sent{m.ID, b.JID, m.At.Format(sentForm), at.to(), ""}, nil
}
