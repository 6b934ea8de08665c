package zoom_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// homepage is an app's page, which keeps the requests that it gets.
type homepage struct {
	url  string
	got  []*http.Request
	body []string
	bare bool // without the headers that Zoom needs
}

// openHomepage serves an app's page.
func openHomepage(t *testing.T) *homepage {
	t.Helper()
	h := &homepage{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.got, h.body = append(h.got, r), append(h.body, string(body))
		if !h.bare {
			rw.Header().Set("Strict-Transport-Security", "max-age=31536000")
			rw.Header().Set("X-Content-Type-Options", "nosniff")
			rw.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
			rw.Header().Set("Referrer-Policy", "no-referrer")
			rw.Header().Set("X-Frame-Options", "DENY")
		}
		if r.URL.Path == "/moved" {
			http.Redirect(rw, r, h.url+"/home?x=1", http.StatusFound)
			return
		}
		_, _ = rw.Write([]byte("the page"))
	}))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// shortcuts gives a bot a home page and shortcuts to it.
func shortcuts(h *homepage) func(*zoom.App) {
	return func(a *zoom.App) {
		a.Bot.HomeURL, a.Bot.DomainAllowList = h.url+"/home?account={accountId}&action={action}", []string{"127.0.0.1"}
		trigger := teamchat.Shortcut{ID: "trigger", Label: "Trigger incident", Types: []string{teamchat.ComposeBox, teamchat.MessageAction}}
		trigger.Dialog.Title, trigger.Dialog.Size = "Trigger", "L"
		a.Bot.Shortcuts = []teamchat.Shortcut{trigger, {ID: "note", Label: "Add note", Types: []string{teamchat.MessageAction}}}
	}
}

// opens has Sam open a shortcut.
func (o *office) opens(q teamchat.ShortcutRequest) teamchat.Webview {
	o.t.Helper()
	q.As, q.App = o.sam.Email, "Jenkins"
	var v teamchat.Webview
	o.chat(http.StatusOK, "/shortcut", q, &v)
	return v
}

// browse requests a page of a webview.
func (o *office) browse(method, address string, header http.Header) answer {
	o.t.Helper()
	u, err := url.Parse(address)
	require.NoError(o.t, err)
	r, err := http.NewRequest(method, o.url+u.RequestURI(), strings.NewReader("x=1"))
	require.NoError(o.t, err)
	r.Host = u.Host
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	return o.do(r)
}

// calls calls the SDK as a page does.
func (o *office) calls(v teamchat.Webview, api string, data any) teamchat.SDKAnswer {
	o.t.Helper()
	var a teamchat.SDKAnswer
	o.chat(http.StatusOK, "/webviews/"+v.ID, kit.Object{"api": api, "data": data}, &a)
	return a
}

// unseal decrypts an app context with code of its own.
func unseal(t *testing.T, secret, sealed string) map[string]any {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	require.NoError(t, err)
	take := func(n int) []byte {
		part := b[:n]
		b = b[n:]
		return part
	}
	nonce := take(int(take(1)[0]))
	extra := take(int(binary.LittleEndian.Uint16(take(2))))
	text := take(int(binary.LittleEndian.Uint32(take(4))))
	key := sha256.Sum256([]byte(secret))
	block, err := aes.NewCipher(key[:])
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(t, err)
	plain, err := gcm.Open(nil, nonce, append(append([]byte{}, text...), b...), extra)
	require.NoError(t, err)
	var context map[string]any
	require.NoError(t, json.Unmarshal(plain, &context))
	return context
}

func TestAShortcutOpensTheAppsHomePageInItsContext(t *testing.T) {
	t.Parallel()
	home := openHomepage(t)
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount, shortcuts(home))
	m := o.says(o.priya, "ops", "The disk is full")
	v := o.opens(teamchat.ShortcutRequest{Shortcut: "trigger", Message: m.ID})
	require.Equal(t, []string{"Trigger", "L", "Jenkins"}, []string{v.Title, v.Size, v.App})
	require.Contains(t, v.URL, v.ID+".webview.localhost:")
	require.Empty(t, o.hook.events(), "no event is sent")

	a := o.browse(http.MethodGet, v.URL, http.Header{"Origin": {"http://" + v.ID + ".webview.localhost"}, teamchat.ContextHeader: {"forged"}})
	require.Equal(t, http.StatusOK, a.status)
	require.Equal(t, "the page", a.text)
	require.Empty(t, a.header.Get("X-Frame-Options"))
	require.Equal(t, "default-src 'self'", a.header.Get("Content-Security-Policy"), "it may be embedded here")
	got := home.got[0]
	require.Equal(t, "trigger", got.URL.Query().Get("action"))
	require.Equal(t, o.sam.AccountID, got.URL.Query().Get("account"))
	require.Equal(t, home.url, "http://"+got.Host)
	require.Equal(t, home.url, got.Header.Get("Origin"))
	context := unseal(t, o.jenkins.ClientSecret, got.Header.Get(teamchat.ContextHeader))
	require.Equal(t, map[string]any{
		"typ": "chat", "uid": o.sam.ID, "aid": "trigger", "chid": o.ops.ID, "msgid": m.ID, "tid": m.ID, "of": "messageShortcut",
		"trid": context["trid"], "ts": float64(noon.UnixMilli()),
	}, context)

	a = o.browse(http.MethodPost, strings.Replace(v.URL, "/home", "/other", 1), http.Header{})
	require.Equal(t, http.StatusOK, a.status)
	require.Empty(t, home.got[1].Header.Get(teamchat.ContextHeader), "only the page itself gets the context")
	require.Equal(t, "x=1", home.body[1])
	a = o.browse(http.MethodGet, strings.Replace(v.URL, "/home", "/moved", 1), http.Header{})
	require.Equal(t, "/home?x=1", a.header.Get("Location"), "redirects stay inside")

	home.bare = true
	a = o.browse(http.MethodGet, v.URL, http.Header{})
	require.Contains(t, a.text, "has no header Strict-Transport-Security")
	require.Contains(t, o.control(http.MethodGet, "/chat/problems", "").text, "Strict-Transport-Security")
	require.Equal(t, http.StatusOK, o.control(http.MethodDelete, "/chat/webviews/"+v.ID, "").status)
	require.Equal(t, http.StatusNotFound, o.browse(http.MethodGet, v.URL, http.Header{}).status, "closed")
}

func TestAPageReadsItsContextAndComposesACard(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount, shortcuts(openHomepage(t)))
	v := o.opens(teamchat.ShortcutRequest{Shortcut: "trigger", In: "ops", Text: "a draft"})
	require.NotEmpty(t, o.calls(v, "getChatContext", nil).Error, "config must ask for it first")
	configured := o.calls(v, "config", kit.Object{"js_api_lists": []string{"getChatContext", "getAppContext", "getRunningContext", "composeCard", "sendMessageToChat", "getMeetingUUID", "openUrl", "closeApp", "getSupportedJsApis"}})
	require.Equal(t, []any{"getMeetingUUID"}, configured.Result.(map[string]any)["unsupportedApis"])
	require.Equal(t, map[string]any{"content": "a draft"}, o.calls(v, "getChatContext", nil).Result)
	require.Equal(t, map[string]any{"context": "inChat"}, o.calls(v, "getRunningContext", nil).Result)
	sealed := o.calls(v, "getAppContext", nil).Result.(map[string]any)["context"].(string)
	require.Equal(t, "composeShortcut", unseal(t, o.jenkins.ClientSecret, sealed)["of"])
	require.Equal(t, "https://x.example", o.calls(v, "openUrl", kit.Object{"url": "https://x.example"}).OpenURL)
	require.True(t, o.calls(v, "closeApp", nil).Close)
	require.NotNil(t, o.calls(v, "getSupportedJsApis", nil).Result)

	compose := func(content, preview, secret string) teamchat.SDKAnswer {
		message, timestamp := `{"content":`+content+`}`, "1772452800000"
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte("v0:" + timestamp + ":" + message))
		return o.calls(v, "composeCard", kit.Object{
			"type": "interactiveCard", "message": message, "timestamp": timestamp, "signature": hex.EncodeToString(h.Sum(nil)), "previewCard": preview,
		})
	}
	const preview = `{"title":"Incident 1","description":"Disk full"}`
	require.Contains(t, compose(buttons, preview, "another").Error, "signature")
	require.Contains(t, compose(`{}`, preview, o.jenkins.ClientSecret).Error, "neither head nor body")
	require.Contains(t, compose(buttons, `{}`, o.jenkins.ClientSecret).Error, "previewCard")
	require.Contains(t, compose(`"x"`, preview, o.jenkins.ClientSecret).Error, "message is not")
	require.Contains(t, o.calls(v, "composeCard", kit.Object{"type": "card"}).Error, "interactiveCard")
	require.Equal(t, &teamchat.Preview{Title: "Incident 1", Description: "Disk full"}, compose(buttons, preview, o.jenkins.ClientSecret).Preview)

	require.Empty(t, o.sees(o.priya, "ops").Messages, "it waits in the compose box")
	o.chat(http.StatusNotFound, "/send", teamchat.UserMessage{As: o.priya.Email, In: "ops", Card: v.ID})
	o.chat(http.StatusOK, "/send", teamchat.UserMessage{As: o.sam.Email, In: "ops", Card: v.ID})
	seen := o.sees(o.priya, "ops").Messages[0]
	require.Equal(t, []string{"Sam Okoro", "Jenkins"}, []string{seen.AuthorName, seen.Via})
	o.does(http.StatusOK, "click", seen.ID, "rebuild", "")
	require.Equal(t, []string{teamchat.EventActions}, o.hook.events(), "its app is told of clicks")

	v = o.opens(teamchat.ShortcutRequest{Shortcut: "trigger", In: "ops"})
	o.calls(v, "config", kit.Object{"js_api_lists": []string{"sendMessageToChat"}})
	sent := o.calls(v, "sendMessageToChat", kit.Object{"message": "from the page"})
	require.Equal(t, o.ops.ID, sent.Result.(map[string]any)["result"].([]any)[0].(map[string]any)["channelId"])
	require.Equal(t, "from the page", o.sees(o.priya, "ops").Messages[1].Text)
	require.NotEmpty(t, o.calls(v, "sendMessageToChat", kit.Object{}).Error)
}

func TestAButtonOpensADialog(t *testing.T) {
	t.Parallel()
	home := openHomepage(t)
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount, shortcuts(home))
	dialog := func(link string) string {
		return `{"head":{"text":"Incident"},"body":[{"type":"actions","items":[{"text":"Add note","value":"note","action":"dialog","dialog":{"size":"S","link":"` + link + `","title":{"text":"Note"}}}]}]}`
	}
	id := o.sends(dialog(home.url + "/home?incident=1"))
	var v teamchat.Webview
	o.chat(http.StatusOK, "/click", teamchat.UserAction{As: o.sam.Email, Message: id, Element: "note"}, &v)
	require.Equal(t, "Note", v.Title)
	require.Empty(t, o.hook.events())
	o.browse(http.MethodGet, v.URL, http.Header{})
	context := unseal(t, o.jenkins.ClientSecret, home.got[0].Header.Get(teamchat.ContextHeader))
	require.Equal(t, []any{"interactiveCard", "note", id}, []any{context["of"], context["aid"], context["msgid"]})
	require.Equal(t, map[string]any{"content": "Incident"}, func() any {
		o.calls(v, "config", kit.Object{"js_api_lists": []string{"getChatContext"}})
		return o.calls(v, "getChatContext", nil).Result
	}())

	id = o.sends(dialog("https://elsewhere.example/"))
	o.does(http.StatusConflict, "click", id, "note", "")
	require.Contains(t, o.control(http.MethodGet, "/chat/problems", "").text, "allow list")
}

func TestShortcutsThatAreNotThere(t *testing.T) {
	t.Parallel()
	o := openOffice(t, zoom.Policy{}, zoom.KindAccount, shortcuts(openHomepage(t)))
	for _, q := range []teamchat.ShortcutRequest{
		{As: o.sam.Email, App: "Jenkins", Shortcut: "note", In: "ops"},
		{As: o.sam.Email, App: "Jenkins", Shortcut: "other", In: "ops"},
		{As: o.sam.Email, App: "Jenkins", Shortcut: "note", Message: "none"},
		{As: o.sam.Email, App: "Other", Shortcut: "note", In: "ops"},
		{As: o.stranger.Email, App: "Jenkins", Shortcut: "trigger", In: "Jenkins"},
		{As: "nobody", App: "Jenkins", Shortcut: "trigger"},
	} {
		o.chat(http.StatusNotFound, "/shortcut", q)
	}
	o.chat(http.StatusNotFound, "/webviews/none", kit.Object{"api": "config"})
}

func TestABotThatTheMarketplaceDoesNotTake(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	taken := s.bot("Jenkins", zoom.KindAccount)
	for name, bot := range map[string]teamchat.Subscription{
		"a JID that is none": {JID: "bot"}, "an address that is none": {EndpointURL: "/hook"}, "a command with a slash": {Command: "/x"},
		"a taken JID": {JID: taken.Bot.JID}, "a shortcut without ID": {Shortcuts: []teamchat.Shortcut{{Label: "x", Types: []string{teamchat.ComposeBox}}}},
		"a shortcut somewhere": {Shortcuts: []teamchat.Shortcut{{ID: "x", Label: "x", Types: []string{"MENU"}}}},
		"too many shortcuts":   {Shortcuts: make([]teamchat.Shortcut, 21)},
	} {
		_, err := s.sbx.SetApp(zoom.App{Name: "x", Kind: zoom.KindAccount, Bot: &bot})
		require.Error(t, err, name)
	}
	_, err := s.sbx.SetApp(zoom.App{Kind: zoom.KindS2S, Bot: &teamchat.Subscription{}})
	require.ErrorIs(t, err, kit.ErrInvalid, "server-to-server apps have no bots")
	a := s.control(http.MethodPut, "/apps/"+taken.ClientID, `{"bot":{"command":"ci"}}`)
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Contains(t, a.text, taken.Bot.JID, "the JID stays")
	require.ErrorIs(t, s.sbx.InstallApp("nobody", taken.ClientID), kit.ErrNotFound)
}
