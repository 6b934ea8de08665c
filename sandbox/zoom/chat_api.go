package zoom

import (
	"encoding/json"
	"net/http"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// CallbackPath is what the path of a callback_url begins with.
const CallbackPath = "/v2/im/chat/callback/"

// chatbotScope is that of the tokens that chatbots get for themselves.
const chatbotScope = "imchat:bot"

// chatOperations are those of Team Chat: what a bot does with its own token, what an app
// reads with a user's, and the manifests of apps.
func chatOperations() []operation {
	read := []string{"chat_channel:read", "chat_channel:write", "chat_channel:read:admin", "chat_channel:write:admin"}
	manage := []string{"marketplace_app:write", "marketplace_app:write:admin"}
	look := []string{"marketplace_app:read", "marketplace_app:read:admin"}
	return []operation{
		{method: "POST", path: "/im/chat/messages", label: medium, bot: true, run: (*world).sendMessage},
		{method: "PUT", path: "/im/chat/messages/{message_id}", label: medium, bot: true, run: (*world).editMessage},
		{method: "DELETE", path: "/im/chat/messages/{message_id}", label: medium, bot: true, run: (*world).deleteMessage},
		{method: "POST", path: "/im/chat/users/{userId}/unfurls/{triggerId}", label: medium, bot: true, run: (*world).unfurl},
		{"GET", "/chat/users/{userId}/channels", medium, both("team_chat:read:list_user_channels"), read, false, (*world).listChannels},
		{"GET", "/chat/users/{userId}/channels/{channelId}", medium, both("team_chat:read:user_channel"), read, false, (*world).readUserChannel},
		{"GET", "/chat/users/{userId}/channels/{channelId}/members", medium, both("team_chat:read:list_members"), read, false, (*world).listUserMembers},
		{"POST", "/marketplace/apps/manifest/validate", medium, both("marketplace:read:app"), look, false, (*world).checkManifest},
		{"GET", "/marketplace/apps/{appId}/manifest", medium, both("marketplace:read:app"), look, false, (*world).readAppManifest},
		{"PUT", "/marketplace/apps/{appId}/manifest", heavy, both("marketplace:write:app"), manage, false, (*world).writeAppManifest},
		{"GET", "/chat/channels/{channelId}", medium, both("team_chat:read:channel"), read, false, (*world).readChannel},
		{"GET", "/chat/channels/{channelId}/members", medium, both("team_chat:read:list_members"), read, false, (*world).listMembers},
	}
}

// answerBot checks the token of a chatbot, which belongs to no account: the one that a
// request names is charged with it.
func (w *world) answerBot(c *call, header http.Header) (int, any, *apiError) {
	shown := c.r.Header.Get("Authorization")
	if shown == "" {
		return 0, nil, failed(teamchat.MissingToken)
	}
	grant, expired := w.grants.Bearer(strings.TrimSpace(strings.TrimPrefix(shown, "Bearer ")))
	if grant == nil || expired || grant.User != nil || !kit.HasAny(grant.Scopes, chatbotScope) || w.apps[grant.ClientID] == nil {
		return 0, nil, failed(teamchat.BadToken)
	}
	c.grant, c.app = grant, w.apps[grant.ClientID]
	var named struct {
		AccountID string `json:"account_id"`
	}
	_ = json.Unmarshal(c.body, &named) // a bad body is refused by the operation
	if c.charged = named.AccountID; c.charged == "" {
		c.charged = c.r.URL.Query().Get("account_id")
	}
	if failure := w.throttle(c, header); failure != nil {
		return 0, nil, failure
	}
	return c.op.run(w, c)
}

// failed is a refusal of Team Chat as the API's.
func failed(f *teamchat.Failure) *apiError {
	if f == nil {
		return nil
	}
	return &apiError{status: f.Status, Code: f.Code, Message: f.Message}
}

// chatAnswer turns what Team Chat answers into an answer of the API.
func chatAnswer(status int, body any, f *teamchat.Failure) (int, any, *apiError) {
	return status, body, failed(f)
}

// sendMessage is POST /im/chat/messages.
func (w *world) sendMessage(c *call) (int, any, *apiError) {
	return chatAnswer(w.chat.Send(c.app.ClientID, c.body))
}

// editMessage is PUT /im/chat/messages/{message_id}.
func (w *world) editMessage(c *call) (int, any, *apiError) {
	return chatAnswer(w.chat.Edit(c.app.ClientID, c.r.PathValue("message_id"), c.body))
}

// deleteMessage is DELETE /im/chat/messages/{message_id}.
func (w *world) deleteMessage(c *call) (int, any, *apiError) {
	return chatAnswer(w.chat.Delete(c.app.ClientID, c.r.PathValue("message_id"), c.r.URL.Query()))
}

// unfurl is POST /im/chat/users/{userId}/unfurls/{triggerId}.
func (w *world) unfurl(c *call) (int, any, *apiError) {
	return chatAnswer(w.chat.Unfurl(c.app.ClientID, c.r.PathValue("userId"), c.r.PathValue("triggerId"), c.body))
}

// listChannels is GET /chat/users/{userId}/channels.
func (w *world) listChannels(c *call) (int, any, *apiError) {
	u, failure := w.target(c)
	if failure != nil {
		return 0, nil, failure
	}
	return chatAnswer(w.chat.Channels(u.ID, c.r.URL.Query()))
}

// readUserChannel is GET /chat/users/{userId}/channels/{channelId}.
func (w *world) readUserChannel(c *call) (int, any, *apiError) {
	u, failure := w.target(c)
	if failure != nil {
		return 0, nil, failure
	}
	return chatAnswer(w.chat.Channel(u.ID, c.r.PathValue("channelId")))
}

// listUserMembers is GET /chat/users/{userId}/channels/{channelId}/members.
func (w *world) listUserMembers(c *call) (int, any, *apiError) {
	u, failure := w.target(c)
	if failure != nil {
		return 0, nil, failure
	}
	return chatAnswer(w.chat.Members(u.ID, c.r.PathValue("channelId"), c.r.URL.Query()))
}

// readChannel is GET /chat/channels/{channelId}, as the user who consented.
func (w *world) readChannel(c *call) (int, any, *apiError) {
	return chatAnswer(w.chat.Channel(w.callerID(c), c.r.PathValue("channelId")))
}

// listMembers is GET /chat/channels/{channelId}/members, as the user who consented.
func (w *world) listMembers(c *call) (int, any, *apiError) {
	return chatAnswer(w.chat.Members(w.callerID(c), c.r.PathValue("channelId"), c.r.URL.Query()))
}

// callerID is the ID of the user who consented, "" for none.
func (w *world) callerID(c *call) string {
	if u := w.caller(c); u != nil {
		return u.ID
	}
	return ""
}

// serveCallback is POST /im/chat/callback/{id}, whose token is that of one event.
func (s *Sandbox) serveCallback() http.HandlerFunc {
	return s.serveOperation(func(w *world, c *call, _ http.Header) (int, any, *apiError) {
		token, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
		return chatAnswer(w.chat.AnswerCallback(c.r.PathValue("id"), strings.TrimSpace(token), c.body))
	})
}
