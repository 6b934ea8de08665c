package zoom_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// office is a stage on which Priya and Sam talk in #ops, where the account has the bot of
// Jenkins, which the tests play.
type office struct {
	*stage
	jenkins zoom.App
	hook    *endpoint
	token   string
	ops     teamchat.Channel
}

// openOffice opens an office. The bot is admin-managed unless kind says otherwise.
func openOffice(t *testing.T, policy zoom.Policy, kind zoom.Kind, change ...func(*zoom.App)) *office {
	t.Helper()
	o := &office{stage: setStage(t, policy), hook: listen(t)}
	o.jenkins = o.bot("Jenkins", kind, append([]func(*zoom.App){at(o.hook)}, change...)...)
	o.install(o.priya, o.jenkins)
	o.ops = o.channel("ops", o.priya.Email, o.sam.Email)
	o.token = o.botToken(o.jenkins)
	o.hook.set(func(e *endpoint) { e.got = nil })
	return o
}

// bot registers an app with a bot, whose command is the name in lower case.
func (s *stage) bot(name string, kind zoom.Kind, change ...func(*zoom.App)) zoom.App {
	s.t.Helper()
	app := s.app(kind, append([]func(*zoom.App){func(a *zoom.App) {
		a.Name, a.ClientID = name, name+"-client"
		a.Bot = &teamchat.Subscription{
			Command: "jenkins", Mention: true, Hints: []teamchat.Hint{{Usage: "help", Description: "Lists all commands"}},
			Domains: []teamchat.Domain{{Domain: "ci.example.com", Unfurling: true}, {Domain: "docs.example.com"}},
		}
		a.Scopes = append(a.Scopes, "team_chat:read:list_user_channels", "team_chat:read:user_channel", "team_chat:read:channel", "team_chat:read:list_members")
	}}, change...)...)
	return app
}

// install has a user add an app.
func (s *stage) install(u zoom.User, app zoom.App) {
	s.t.Helper()
	require.NoError(s.t, s.sbx.InstallApp(u.Email, app.ClientID))
}

// channel opens a channel.
func (s *stage) channel(name string, members ...string) teamchat.Channel {
	s.t.Helper()
	var ch teamchat.Channel
	s.chat(http.StatusOK, "/channels", teamchat.NewChannel{Name: name, Members: members}, &ch)
	return ch
}

// chat calls the control API of Team Chat.
func (s *stage) chat(status int, path string, q any, into ...any) string {
	s.t.Helper()
	a := s.control(http.MethodPost, "/chat"+path, string(kit.Compact(q)))
	require.Equal(s.t, status, a.status, a.text)
	for _, v := range into {
		require.NoError(s.t, json.Unmarshal([]byte(a.text), v), a.text)
	}
	return a.text
}

// says has a user write something.
func (s *stage) says(u zoom.User, in, text string) teamchat.Message {
	s.t.Helper()
	var m teamchat.Message
	s.chat(http.StatusOK, "/send", teamchat.UserMessage{As: u.Email, In: in, Text: text}, &m)
	return m
}

// sees returns what a user sees in a conversation.
func (s *stage) sees(u zoom.User, in string) teamchat.View {
	s.t.Helper()
	var v teamchat.View
	a := s.control(http.MethodGet, "/chat/view?"+url.Values{"as": {u.Email}, "in": {in}}.Encode(), "")
	require.Equal(s.t, http.StatusOK, a.status, a.text)
	require.NoError(s.t, json.Unmarshal([]byte(a.text), &v))
	return v
}

// botToken gets a chatbot's token.
func (s *stage) botToken(app zoom.App) string {
	s.t.Helper()
	a := s.post(app, "/oauth/token?grant_type=client_credentials", nil)
	require.Equal(s.t, http.StatusOK, a.status, a.text)
	return a.str("access_token")
}

// message is the body of a request to send content to #ops, with changes.
func (o *office) message(content string, change ...func(kit.Object)) kit.Object {
	body := kit.Object{
		"robot_jid": o.jenkins.Bot.JID, "to_jid": o.ops.JID, "account_id": o.jenkins.AccountID, "user_jid": o.sees(o.priya, "ops").Me.JID,
		"content": json.RawMessage(content),
	}
	for _, f := range change {
		f(body)
	}
	return body
}

// send sends a message of the bot.
func (o *office) send(content string, change ...func(kit.Object)) answer {
	o.t.Helper()
	return o.api(o.token, http.MethodPost, "/im/chat/messages", o.message(content, change...))
}

// sends is send for a message that Zoom accepts; it returns the ID.
func (o *office) sends(content string, change ...func(kit.Object)) string {
	o.t.Helper()
	a := o.send(content, change...)
	require.Equal(o.t, http.StatusCreated, a.status, a.text)
	return a.str("message_id")
}

// with sets a field of a request.
func with(name string, value any) func(kit.Object) { return func(o kit.Object) { o[name] = value } }

// without removes one.
func without(name string) func(kit.Object) { return func(o kit.Object) { delete(o, name) } }

// latest is the event that arrived last, as its bot decodes it.
func (e *endpoint) latest(t *testing.T) map[string]any {
	t.Helper()
	all := e.all()
	require.NotEmpty(t, all)
	var body map[string]any
	require.NoError(t, json.Unmarshal(all[len(all)-1].body, &body))
	return body
}

// text returns the text that the names lead to in an event.
func text(event map[string]any, names ...string) string { return kittest.Text(event, names...) }

const hello = `{"head":{"text":"Hello"}}`
