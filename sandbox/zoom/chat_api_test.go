package zoom_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

func TestABotSendsEditsAndDeletesAMessage(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	a := o.send(`{"head":{"text":"Build"},"body":[{"type":"message","text":"running"}]}`)
	require.Equal(t, http.StatusCreated, a.status, a.text)
	id := a.str("message_id")
	require.Regexp(t, `^20260302120000\d{3}_\w{7}_aw1$`, id)
	require.Equal(t, "2026-03-02 12:00:00", a.str("sent_time"))
	require.Equal(t, o.ops.JID, a.str("to_jid"))
	seen := o.sees(o.sam, "ops").Messages
	require.Len(t, seen, 1)
	require.Equal(t, "Jenkins", seen[0].AuthorName)
	require.JSONEq(t, `{"head":{"text":"Build"},"body":[{"type":"message","text":"running"}]}`, string(seen[0].Content))

	o.sbx.Advance(time.Minute)
	edit := o.message(`{"head":{"text":"Build"},"body":[{"type":"message","text":"done"}]}`, without("to_jid"))
	a = o.api(o.token, http.MethodPut, "/im/chat/messages/"+id, edit)
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Equal(t, "2026-03-02 12:01:00 +0000", a.str("sent_time"))
	require.Contains(t, string(o.sees(o.sam, "ops").Messages[0].Content), "done")

	remove := "/im/chat/messages/" + id + "?" + url.Values{"account_id": {o.jenkins.AccountID}, "robot_jid": {o.jenkins.Bot.JID}}.Encode()
	a = o.api(o.token, http.MethodDelete, remove, nil)
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Empty(t, o.sees(o.sam, "ops").Messages)
	for method, path := range map[string]string{http.MethodPut: "/im/chat/messages/" + id, http.MethodDelete: remove} {
		a = o.api(o.token, method, path, edit)
		require.Equal(t, http.StatusNotFound, a.status, "it is gone")
		require.Equal(t, 8001, a.code())
	}
}

func TestWhatAChatbotMayNotSend(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	other := o.bot("Sentry", zoom.KindAccount)
	stranger := o.sees(o.stranger, "").Me.JID
	for name, c := range map[string]struct {
		status, code int
		change       func(kit.Object)
	}{
		"content that is text":          {400, 7001, with("content", hello)},
		"no content":                    {400, 7001, without("content")},
		"an unknown element":            {400, 7001, with("content", kit.Object{"body": []kit.Object{{"type": "markdown", "text": "x"}}})},
		"no receiver":                   {400, 7001, without("to_jid")},
		"an answer to nothing":          {400, 7001, with("reply_to", "nothing")},
		"a robot_jid that is none":      {404, 7002, with("robot_jid", "jenkins")},
		"a robot_jid of no bot":         {403, 7003, with("robot_jid", "v1nobody@xmpp.zoom.us")},
		"another app's bot":             {403, 7004, with("robot_jid", other.Bot.JID)},
		"an account without the app":    {403, 7004, with("account_id", o.stranger.AccountID)},
		"no such channel":               {403, 7004, with("to_jid", "none@conference.xmpp.zoom.us")},
		"a user of another account":     {403, 7004, with("to_jid", stranger)},
		"another bot's conversation":    {403, 7004, with("to_jid", o.sees(o.sam, "").Me.JID+"/robot_"+other.Bot.JID)},
		"for a user who is not there":   {403, 7004, with("user_jid", stranger)},
		"for a user who does not exist": {403, 7004, with("user_jid", "nobody@xmpp.zoom.us")},
		"visible to an outsider":        {403, 7004, with("visible_to_user", o.stranger.ID)},
	} {
		a := o.send(hello, c.change)
		require.Equal(t, c.status, a.status, "%s: %s", name, a.text)
		require.Equal(t, c.code, a.code(), name)
	}
	require.Empty(t, o.sees(o.priya, "ops").Messages)
	require.Contains(t, o.control(http.MethodGet, "/chat/problems", "").text, `unknown type \"markdown\"`, "and why is told")
}

func TestOnlyAChatbotsOwnTokenSends(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	user := o.connect(o.jenkins, o.priya)
	for _, token := range []string{user, "unknown", ""} {
		a := o.api(token, http.MethodPost, "/im/chat/messages", o.message(hello))
		require.Equal(t, http.StatusUnauthorized, a.status)
		require.Equal(t, 7010, a.code())
	}
	require.Equal(t, http.StatusBadRequest, o.api(o.token, http.MethodGet, "/users/me", nil).status, "and it is good for nothing else")
	o.sbx.Advance(time.Hour)
	require.Equal(t, 7010, o.send(hello).code(), "it expires")
	o.token = o.botToken(o.jenkins)
	o.sends(hello)
}

func TestABotAnswersInThreads(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	root := o.sends(hello)
	first := o.sends(hello, with("reply_to", root))
	second := o.sends(hello, with("reply_to", first))
	seen := o.sees(o.sam, "ops").Messages
	require.Equal(t, []string{root, first, second}, []string{seen[0].ID, seen[1].ID, seen[2].ID})
	require.Equal(t, root, seen[1].ReplyTo)
	require.Equal(t, root, seen[2].ReplyTo, "threads have one level")
	elsewhere := o.channel("dev", o.priya.Email)
	require.Equal(t, 7001, o.send(hello, with("reply_to", root), with("to_jid", elsewhere.JID)).code())
}

func TestOnlyTheOneUserSeesAMessageForThem(t *testing.T) {
	t.Parallel()
	for form, accepted := range map[string][2]bool{"": {true, true}, zoom.VisibleByID: {true, false}, zoom.VisibleByJID: {false, true}} {
		o := openOffice(t, zoom.Policy{VisibleTo: form}, zoom.KindAccount)
		for i, user := range []string{o.sam.ID, o.sees(o.sam, "").Me.JID} {
			status := http.StatusForbidden
			if accepted[i] {
				status = http.StatusCreated
			}
			require.Equal(t, status, o.send(hello, with("visible_to_user", user)).status, form)
		}
		require.NotEmpty(t, o.sees(o.sam, "ops").Messages)
		require.Empty(t, o.sees(o.priya, "ops").Messages)
	}
}

func TestAUserManagedBotNamesItsUserAndCanNotWhisper(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindUser)
	require.Equal(t, 7001, o.send(hello, without("user_jid")).code())
	require.Equal(t, 7004, o.send(hello, with("visible_to_user", o.priya.ID)).code())
	o.sends(hello)
	o.sends(hello, with("user_jid", o.priya.ID))
	sam := o.sees(o.sam, "").Me.JID
	require.Equal(t, 7004, o.send(hello, with("to_jid", sam)).code(), "Sam has not added it")
	o.install(o.sam, o.jenkins)
	o.sends(hello, with("to_jid", sam), with("user_jid", sam))
	require.Len(t, o.sees(o.sam, "Jenkins").Messages, 1, "a direct message")

	require.NoError(t, o.sbx.Deauthorize(o.priya.Email, o.jenkins.ClientID))
	a := o.send(hello, without("account_id"), with("user_jid", sam))
	require.Equal(t, http.StatusCreated, a.status, "the only account that has it can be left out: %s", a.text)
}

func TestAnAdminManagedBotNeedsNoUser(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	o.sends(hello, without("user_jid"))
	o.sends(hello, with("user_jid", o.ops.JID))
}

func TestALenientClientShowsWhatItUnderstands(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{ChatContent: zoom.ContentLenient}, zoom.KindAccount)
	o.sends(`{"body":[{"type":"markdown","text":"x"}]}`)
	require.Contains(t, strings.Join(o.sees(o.sam, "ops").Messages[0].Problems, ""), "markdown")
}

func TestChatbotsShareTheLimitsOfAnAccount(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{Plan: zoom.PlanPro}, zoom.KindAccount)
	for range 20 {
		o.sends(hello)
	}
	a := o.send(hello)
	require.Equal(t, http.StatusTooManyRequests, a.status)
	require.Equal(t, "Medium", a.header.Get("X-RateLimit-Category"))
	require.Equal(t, "0", a.header.Get("X-RateLimit-Remaining"))
	require.Equal(t, http.StatusForbidden, o.send(hello, with("account_id", o.stranger.AccountID)).status, "another account is not charged")
	o.sbx.Advance(time.Second)
	o.sends(hello)
}

func TestAChannelTakesSoManyMessages(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{ChatLimits: zoom.LimitsChannel}, zoom.KindAccount)
	for range 10 {
		o.sends(hello)
	}
	require.Equal(t, http.StatusTooManyRequests, o.send(hello).status)
	o.sends(hello, with("to_jid", o.channel("dev", o.priya.Email).JID))
	o.sbx.Advance(9 * time.Second)
	require.Equal(t, http.StatusTooManyRequests, o.send(hello).status, "blocked for ten seconds")
	o.sbx.Advance(time.Second)
	o.sends(hello)
}

func TestTwoAppsAndTwoAccountsKeepApart(t *testing.T) {
	t.Parallel()
	o, sentry := openOffice(t, zoom.Policy{}, zoom.KindAccount), listen(t)
	app := o.bot("Sentry", zoom.KindAccount, at(sentry), func(a *zoom.App) { a.Bot.Command = "sentry" })
	o.install(o.stranger, app)
	require.Equal(t, []string{teamchat.EventInstalled}, sentry.events())
	require.Equal(t, o.stranger.AccountID, text(sentry.latest(t), "payload", "accountId"))
	id := o.sends(hello)
	mine := kit.Object{"robot_jid": app.Bot.JID, "account_id": o.stranger.AccountID, "content": kit.Object{"head": kit.Object{"text": "x"}}}
	a := o.api(o.botToken(app), http.MethodPut, "/im/chat/messages/"+id, mine)
	require.Equal(t, 8001, a.code(), "another bot's message")
	mine["to_jid"], mine["user_jid"] = o.ops.JID, o.sees(o.stranger, "").Me.JID
	require.Equal(t, 7004, o.api(o.botToken(app), http.MethodPost, "/im/chat/messages", mine).code(), "another account's channel")
	mine["to_jid"] = o.sees(o.stranger, "").Me.JID
	require.Equal(t, http.StatusCreated, o.api(o.botToken(app), http.MethodPost, "/im/chat/messages", mine).status)
	require.Len(t, o.sees(o.stranger, "Sentry").Messages, 1)

	o.says(o.priya, "ops", "/sentry help")
	require.Len(t, sentry.events(), 1, "Priya's account does not have it")
	require.Empty(t, o.hook.events())

	shared := o.channel("shared", o.priya.Email, o.stranger.Email)
	mine["to_jid"] = shared.JID
	require.Equal(t, http.StatusCreated, o.api(o.botToken(app), http.MethodPost, "/im/chat/messages", mine).status, "a member's account has it")
}

func TestAnAppReadsChannelsAndMembers(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindUser)
	dev := o.channel("dev", o.priya.Email, o.stranger.Email)
	token := o.connect(o.jenkins, o.priya)
	get := func(path string) answer { return o.api(token, http.MethodGet, "/chat"+path, nil) }

	a := get("/users/me/channels?page_size=1")
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Contains(t, a.text, `"jid":"`+o.ops.JID+`"`)
	require.Contains(t, get("/users/me/channels?page_size=1&next_page_token="+a.str("next_page_token")).text, dev.ID)
	require.Equal(t, 300, get("/users/me/channels?next_page_token=x").code())
	for _, path := range []string{"/channels/", "/users/me/channels/"} {
		require.Equal(t, "ops", get(path+o.ops.ID).str("name"))
		require.Equal(t, 4130, get(path+"none").code())
		a = get(path + dev.ID + "/members")
		require.Equal(t, http.StatusOK, a.status, a.text)
		require.Contains(t, a.text, `"role":"owner"`)
		require.Contains(t, a.text, `"is_external":true`)
		require.NotContains(t, a.text, o.stranger.Email, "what is another account's is empty")
	}
	alone := o.channel("alone", o.sam.Email)
	require.Equal(t, 200, get("/channels/"+alone.ID).code())
	require.Equal(t, 4711, o.api(o.connect(o.app(zoom.KindUser), o.priya), http.MethodGet, "/chat/users/me/channels", nil).code())
}

func TestMembersComeAndGo(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount)
	o.chat(http.StatusOK, "/leave", teamchat.Membership{Channel: "ops", Email: o.sam.Email})
	sam := o.sees(o.sam, "").Me.JID
	require.Equal(t, 7004, o.send(hello, with("user_jid", sam)).code(), "who set it up has left")
	o.chat(http.StatusOK, "/join", teamchat.Membership{Channel: "ops", Email: o.sam.Email})
	o.sends(hello, with("user_jid", sam))
	for _, u := range []zoom.User{o.sam, o.priya} {
		o.chat(http.StatusOK, "/leave", teamchat.Membership{Channel: "ops", Email: u.Email})
	}
	o.chat(http.StatusNotFound, "/send", teamchat.UserMessage{As: o.sam.Email, In: "ops", Text: "hello"})
	gone := kit.Object{"robot_jid": o.jenkins.Bot.JID, "to_jid": o.ops.JID, "account_id": o.jenkins.AccountID, "content": json.RawMessage(hello)}
	require.Equal(t, 7004, o.api(o.token, http.MethodPost, "/im/chat/messages", gone).code(), "the channel is gone")
	o.chat(http.StatusNotFound, "/join", teamchat.Membership{Channel: "ops", Email: o.sam.Email})
	o.chat(http.StatusBadRequest, "/channels", teamchat.NewChannel{Name: "x"})
	o.channel("dev", o.sam.Email)
	o.chat(http.StatusConflict, "/channels", teamchat.NewChannel{Name: "dev", Members: []string{o.sam.Email}})
}
