package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// chatWorld is a world with Zoom Team Chat: a channel #ops with Alice and Bob, and the bot of Jenkins, which an admin has set up.
type chatWorld struct {
	*bridgeWorld
	ops teamchat.Channel
	bot sandbox.App
}

// newChatWorld returns one.
func newChatWorld(t *testing.T) *chatWorld {
	t.Helper()
	w := &chatWorld{bridgeWorld: newBridgeWorld(t)}
	w.bot = w.setsUp("jenkins", "jenkins")
	w.asks("/channels", teamchat.NewChannel{Name: "ops", Members: []string{address(w.alice), address(w.bob)}}, &w.ops)
	return w
}

// setsUp makes the Zoom app of a bot with this slash command, adds it to the account and has the admin enter its credentials.
func (w *chatWorld) setsUp(bot, command string) sandbox.App {
	w.t.Helper()
	app := sandbox.App{
		Name: "The " + bot + " bot", Kind: sandbox.KindAccount, ClientID: bot + "-client", ClientSecret: w.secret(bot + "-client-secret"), AccountID: zoomAccount,
		WebhookSecret: w.secret(bot + "-secret-token"), WebhookURL: strings.TrimSuffix(w.hook, "/webhook") + "/teamchat/" + bot,
		Bot: &teamchat.Subscription{JID: "v1" + bot + "@xmpp.zoom.us", Command: command, Mention: true},
	}
	_, err := w.zoom.SetApp(app)
	require.NoError(w.t, err)
	w.admin.Types("/zoom teamchat setup "+bot, w.town)
	requireSays(w.t, lastNote(w.admin), `"development_message_url": "https://chat.example.com/plugins/zoom/teamchat/`+bot+`"`)
	w.admin.Clicks("Enter credentials")
	w.admin.Submits(map[string]any{
		"client_id": app.ClientID, "client_secret": app.ClientSecret, "bot_jid": app.Bot.JID, "secret_token": app.WebhookSecret, "admin_managed": true,
	})
	require.Nil(w.t, w.admin.Dialog(), "the form stays open: %+v", w.admin.Dialog())
	requireSays(w.t, lastNote(w.admin), "Zoom accepted the credentials")
	require.NoError(w.t, w.zoom.InstallApp(address(w.admin), app.ClientID))
	w.settle()
	return app
}

// asks calls the sandbox's control of Team Chat.
func (w *chatWorld) asks(path string, q any, into any) {
	w.t.Helper()
	answer, err := http.Post(w.zoomAt+"/_sandbox/chat"+path, "application/json", strings.NewReader(string(kit.Compact(q))))
	require.NoError(w.t, err)
	defer answer.Body.Close()
	require.Equal(w.t, http.StatusOK, answer.StatusCode, "%s %s", path, kit.Compact(q))
	if into != nil {
		require.NoError(w.t, json.NewDecoder(answer.Body).Decode(into))
	}
}

// says has a user write something in Zoom: in a channel, or to a bot by its name.
func (w *chatWorld) says(u *mmtest.User, in, text string) {
	w.t.Helper()
	w.asks("/send", teamchat.UserMessage{As: address(u), In: in, Text: text}, nil)
	w.settle()
}

// zoomSees returns the messages that a user sees in a conversation in Zoom.
func (w *chatWorld) zoomSees(u *mmtest.User, in string) []*teamchat.Message {
	w.t.Helper()
	answer, err := http.Get(w.zoomAt + "/_sandbox/chat/view?" + url.Values{"as": {address(u)}, "in": {in}}.Encode())
	require.NoError(w.t, err)
	defer answer.Body.Close()
	var v teamchat.View
	require.NoError(w.t, json.NewDecoder(answer.Body).Decode(&v))
	return v.Messages
}

// shownIn returns what a bot's message shows, as text.
func shownIn(m *teamchat.Message) string {
	if len(m.Content) == 0 {
		return m.Text
	}
	var all []string
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range []string{"head", "sub_head", "key", "text", "value", "footer", "body", "sections", "items", "select_items"} {
				look(v[name])
			}
		case []any:
			for _, one := range v {
				look(one)
			}
		case string:
			all = append(all, v)
		}
	}
	var content map[string]any
	_ = json.Unmarshal(m.Content, &content)
	look(content)
	return strings.ReplaceAll(strings.Join(all, "\n"), "\u200b", "")
}

// lastIn returns the newest message of a bot that the user sees in a conversation.
func (w *chatWorld) lastIn(u *mmtest.User, in string) *teamchat.Message {
	w.t.Helper()
	for _, m := range slices.Backward(w.zoomSees(u, in)) {
		if len(m.Content) > 0 {
			return m
		}
	}
	require.FailNow(w.t, "no bot said anything", "%s in %s", u.Username, in)
	return nil
}

// linkIn returns the link of the newest message of a bot that the user sees in a conversation, "" for none.
func (w *chatWorld) linkIn(u *mmtest.User, in string) string {
	w.t.Helper()
	var content struct {
		Body []struct{ Text, Link string }
	}
	require.NoError(w.t, json.Unmarshal(w.lastIn(u, in).Content, &content))
	for _, item := range content.Body {
		if item.Link != "" {
			return item.Link
		}
		if _, rest, ok := strings.Cut(item.Text, "<"); ok {
			link, _, _ := strings.Cut(rest, "|")
			return link
		}
	}
	return ""
}

// hears returns what the newest message of a bot shows that the user sees in a conversation.
func (w *chatWorld) hears(u *mmtest.User, in string) string {
	w.t.Helper()
	return shownIn(w.lastIn(u, in))
}

// allIn returns what all messages show that the user sees in a conversation.
func (w *chatWorld) allIn(u *mmtest.User, in string) string {
	w.t.Helper()
	var all []string
	for _, m := range w.zoomSees(u, in) {
		all = append(all, shownIn(m))
	}
	return strings.Join(all, "\n")
}

// presses has a user click the button of this label under the newest message in the conversation that has it.
func (w *chatWorld) presses(u *mmtest.User, in, label string) {
	w.t.Helper()
	for _, m := range slices.Backward(w.zoomSees(u, in)) {
		if content, err := card.Parse(m.Content); err == nil && len(m.Content) > 0 {
			if _, err := content.Button(label); err == nil {
				w.asks("/click", teamchat.UserAction{As: address(u), Message: m.ID, Element: label}, nil)
				w.settle()
				return
			}
		}
	}
	require.FailNow(w.t, "there is no such button", "%q for %s in %s: %s", label, u.Username, in, w.hears(u, in))
}

// fills has a user submit the newest form in the conversation with this button.
func (w *chatWorld) fills(u *mmtest.User, in, label string, values card.Values) {
	w.t.Helper()
	form := w.lastIn(u, in)
	w.asks("/click", teamchat.UserAction{As: address(u), Message: form.ID, Element: label, Values: values}, nil)
	w.settle()
}

var (
	zoomAddress = regexp.MustCompile("(https://chat\\.example\\.com/plugins/zoom/hooks/[^`\n]+)")
	zoomToken   = regexp.MustCompile("Token\n`([^`\n]+)`")
)

// handedInZoom returns the URL and token that the user got in the conversation with the bot.
func (w *chatWorld) handedInZoom(u *mmtest.User) hook {
	w.t.Helper()
	text := w.allIn(u, w.bot.Bot.JID)
	found, token := zoomAddress.FindStringSubmatch(text), zoomToken.FindStringSubmatch(text)
	require.NotNil(w.t, found, text)
	require.NotNil(w.t, token, text)
	return hook{address: found[1], token: token[1]}
}
