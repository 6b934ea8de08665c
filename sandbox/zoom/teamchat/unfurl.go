package teamchat

import (
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
)

// linkLifetime is how long a link can be unfurled. Zoom doesn't say.
const linkLifetime = 30 * time.Minute

// link is one in a message that a bot has been told of.
type link struct {
	clientID string
	userID   string
	message  *Message
	expires  time.Time
}

// webAddress finds the addresses in a text.
var webAddress = regexp.MustCompile(`https?://[^\s<>"']+`)

// Unfurl is POST /im/chat/users/{userId}/unfurls/{triggerId}: it adds a card to the
// message that the link is in. The content is text, not an object.
func (c *Chat) Unfurl(clientID, userID, triggerID string, body []byte) (int, any, *Failure) {
	var q struct {
		Content string `json:"content"`
	}
	if json.Unmarshal(body, &q) != nil || q.Content == "" {
		return 0, nil, badBody
	}
	l := c.links[triggerID]
	if l == nil || l.clientID != clientID || l.userID != userID || c.Now().After(l.expires) {
		return 0, nil, badUnfurlID
	}
	b, _ := c.bot(func(b Bot) bool { return b.ClientID == clientID })
	problems := card.Check([]byte(q.Content))
	if len(problems) > 0 {
		c.report(b, "unfurl", problems...)
		if !c.zoom.Rules().LenientContent || !json.Valid([]byte(q.Content)) {
			return 0, nil, badBody
		}
	}
	l.message.Unfurled = append(l.message.Unfurled, compacted(json.RawMessage(q.Content)))
	c.changed()
	return http.StatusNoContent, nil, nil
}
