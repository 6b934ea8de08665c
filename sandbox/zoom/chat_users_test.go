package zoom_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/openapi"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

func TestZoomsOwnExamplesCanBeSentToABot(t *testing.T) {
	t.Parallel()
	dir, found := openapi.Find()
	if !found {
		t.Skip("SKIPPED, NOT PASSED: Zoom's examples of events are not beside this repository (../shared/zoom-openapi)")
	}
	o, general := openOffice(t, zoom.Policy{}, zoom.KindAccount), listen(t)
	app := o.bot("Sentry", zoom.KindAccount, at(general), func(a *zoom.App) { a.Bot.EndpointURL = o.hook.url })
	for _, name := range teamchat.Events {
		raw, err := os.ReadFile(filepath.Join(dir, "webhook-examples", name+".json"))
		if name == teamchat.EventSubmit {
			require.ErrorIs(t, err, os.ErrNotExist, "there is an example now: compare with it")
			continue
		}
		require.NoError(t, err)
		a := o.control(http.MethodPost, "/events", string(kit.Compact(kit.Object{"client_id": app.ClientID, "body": json.RawMessage(raw)})))
		require.Equal(t, http.StatusOK, a.status, a.text)
	}
	require.Len(t, o.hook.events(), len(teamchat.Events)-1, "at the bot's endpoint, and well signed")
	require.Empty(t, general.events())
	general.set(func(e *endpoint) { e.loose = true })
	require.NoError(t, o.sbx.NotifyBody(app.ClientID, json.RawMessage(`[1]`)), "hostile ones, too")
	require.NoError(t, o.sbx.Notify(app.ClientID, "meeting.started", nil))
	require.Equal(t, []string{"", "meeting.started"}, general.events())
	require.ErrorIs(t, o.sbx.NotifyBody("nobody", nil), kit.ErrNotFound)
}

func TestAMessageThatAUserDeletedCanNotBeEdited(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	id := o.sends(hello)
	o.sends(hello, with("reply_to", id))
	o.chat(http.StatusNotFound, "/erase", teamchat.UserAction{As: o.stranger.Email, Message: id})
	o.chat(http.StatusOK, "/erase", teamchat.UserAction{As: o.sam.Email, Message: id})
	require.Empty(t, o.sees(o.sam, "ops").Messages, "its replies are gone with it")
	require.Equal(t, 8001, o.api(o.token, http.MethodPut, "/im/chat/messages/"+id, o.message(hello)).code())
	o.chat(http.StatusNotFound, "/erase", teamchat.UserAction{As: o.sam.Email, Message: id})
}

func TestABadBodyChangesNothing(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	id := o.sends(hello)
	for _, body := range []any{
		`{`, `[]`, `{}`, o.message(hello, without("account_id")), o.message(hello, without("content")), o.message(`{"body":[{"type":"x"}]}`),
	} {
		require.Equal(t, 7001, o.api(o.token, http.MethodPut, "/im/chat/messages/"+id, body).code(), "%v", body)
	}
	stranger := o.sees(o.stranger, "").Me.JID
	require.Equal(t, 7004, o.api(o.token, http.MethodPut, "/im/chat/messages/"+id, o.message(hello, with("user_jid", stranger))).code())
	require.Equal(t, 7002, o.api(o.token, http.MethodPut, "/im/chat/messages/"+id, o.message(hello, with("robot_jid", "x"))).code())
	require.Equal(t, 7001, o.api(o.token, http.MethodDelete, "/im/chat/messages/"+id, nil).code())
	require.Zero(t, o.sees(o.sam, "ops").Messages[0].Edited)
}

func TestUsersTalkToEachOther(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	m := o.says(o.sam, o.priya.Email, "Lunch?")
	o.chat(http.StatusOK, "/send", teamchat.UserMessage{As: o.priya.Email, In: o.sam.Email, Text: "Yes", ReplyTo: m.ID})
	seen := o.sees(o.priya, o.sam.Email)
	require.Len(t, seen.Messages, 2)
	require.Len(t, o.sees(o.priya, seen.In).Messages, 2, "the place's JID leads there, too")
	require.Empty(t, o.hook.events())
	for status, words := range map[int]teamchat.UserMessage{
		http.StatusBadRequest: {As: o.sam.Email, In: "ops", Text: "  "},
		http.StatusConflict:   {As: o.stranger.Email, In: "ops", Text: "hello"},
		http.StatusNotFound:   {As: o.sam.Email, In: "ops", Text: "hello", ReplyTo: m.ID},
	} {
		o.chat(status, "/send", words)
	}
	o.chat(http.StatusNotFound, "/send", teamchat.UserMessage{As: "nobody", In: "ops", Text: "x"})
	o.chat(http.StatusNotFound, "/send", teamchat.UserMessage{As: o.sam.Email, In: "nowhere", Text: "x"})
	o.chat(http.StatusConflict, "/click", teamchat.UserAction{As: o.sam.Email, Message: m.ID, Element: "x"})
	o.says(o.sam, o.priya.Email, "/jenkins help")
	require.Len(t, o.hook.events(), 1, "a command works anywhere")
	require.NoError(t, o.sbx.Chat(func(c *teamchat.Chat) error {
		_, err := c.Say(teamchat.UserMessage{As: o.sam.Email, In: "ops", Text: "/jenkins help"})
		return err
	}))
	require.Len(t, o.hook.events(), 2, "also from Go, once it has been told")
}

func TestASeedCanHaveChannelsAndInstallations(t *testing.T) {
	t.Parallel()
	seed := zoom.Seed{
		Apps:     []zoom.App{{Name: "Jenkins", Kind: zoom.KindAccount, ClientID: "jenkins", Bot: &teamchat.Subscription{Command: "jenkins"}}},
		Users:    []zoom.User{{Email: "ada@example.com", FirstName: "Ada"}},
		Channels: []teamchat.NewChannel{{Name: "ops", Members: []string{"ada@example.com"}, ID: "c1"}},
		Installs: []zoom.Install{{Email: "ada@example.com", ClientID: "jenkins"}},
	}
	require.NoError(t, seed.Check())
	server := httptest.NewServer(zoom.New(zoom.Options{Seed: seed}))
	t.Cleanup(server.Close)
	s := &stage{t: t, url: server.URL}
	s.control(http.MethodPost, "/reset", "")
	seen := s.sees(seed.Users[0], "ops")
	require.Equal(t, "c1@conference.xmpp.zoom.us", seen.In)
	require.Equal(t, "jenkins", seen.Apps[0].Command)

	wrong := seed
	wrong.Installs = []zoom.Install{{Email: "eve@example.com", ClientID: "jenkins"}}
	require.ErrorIs(t, wrong.Check(), kit.ErrNotFound)
	wrong = seed
	wrong.Channels = append(wrong.Channels, wrong.Channels...)
	require.ErrorIs(t, wrong.Check(), kit.ErrConflict)
}

func TestACallbackIsInNoDocument(t *testing.T) {
	t.Parallel()
	docs, err := documents()
	require.NoError(t, err)
	if docs == nil {
		t.Skip("SKIPPED, NOT PASSED: Zoom's OpenAPI documents are not beside this repository (../shared/zoom-openapi)")
	}
	served := false
	h := docs.Requests(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }), func(v openapi.Violation) { t.Error(v) })
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, zoom.CallbackPath+"x", strings.NewReader(`{}`)))
	require.True(t, served)
}
