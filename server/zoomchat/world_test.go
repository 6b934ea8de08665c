package zoomchat_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/zoom/teamchat/card"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat"
	"mattermost-plugin-zoom/server/zoomchat/content"
)

const (
	secretToken = "a-secret-token"
	botJID      = "v1jenkins@xmpp.zoom.us"
	opsJID      = "ops@conference.xmpp.zoom.us"
	annJID      = "ann@xmpp.zoom.us"
)

// sent is a request that reached Zoom.
type sent struct {
	method, path string
	body         struct {
		ToJID   string          `json:"to_jid"`
		UserJID string          `json:"user_jid"`
		OnlyTo  string          `json:"visible_to_user"`
		ReplyTo string          `json:"reply_to"`
		Account string          `json:"account_id"`
		Robot   string          `json:"robot_jid"`
		Content content.Content `json:"content"`
	}
}

// text returns all that a message shows.
func (s sent) text() string { return strings.Join(s.body.Content.Texts(), "\n") }

// world is a surface with records in memory, a Zoom that remembers what it is sent, and a bridge that remembers what it is told.
type world struct {
	*zoomchat.Inbox
	t       *testing.T
	memory  *memory.Memory
	records *memory.ZoomChat
	surface *zoomchat.Surface
	apps    *zoomchat.Apps
	now     time.Time

	mu     sync.Mutex
	sent   []sent
	tokens int
	// refuse answers a call in place of Zoom; nil lets it be.
	refuse func(s sent) (status int, body string)

	linked  map[string]chat.PersonID
	admin   bool
	clicks  []chat.Click
	presses []chat.Click
	answers []chat.FormAnswer
	replies []string
	lines   []string
	wrong   chat.FormErrors
	err     error
	talk    chat.Conversation
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC), linked: map[string]chat.PersonID{"Ann": "p-ann"}}
	clock := func() time.Time { return w.now }
	w.memory = memory.New(clock)
	w.records = w.memory.ZoomChat
	log := slog.New(slog.DiscardHandler)
	client := &http.Client{Transport: w}
	w.apps = &zoomchat.Apps{
		Records: w.records, Seals: openSeals{}, TokenURL: func() string { return "https://zoom.test/oauth/token" }, Transport: client, Now: clock, Log: log,
	}
	w.surface = zoomchat.New(zoomchat.Dependencies{
		Apps: w.apps, Records: w.records, Seals: openSeals{}, People: w, Now: clock, Log: log,
		Calls: zoom.NewClient(func() string { return "https://zoom.test/v2" }, client, time.Now, log),
		Render: func(chat.PersonID) content.Renderer {
			return content.Renderer{Say: said}
		},
	})
	w.Inbox = &zoomchat.Inbox{Surface: w.surface, Bridge: w, Commands: w, Log: log}
	w.saves(zoomchat.App{ID: "jenkins", ClientID: "client", RobotJID: botJID, AdminManaged: true})
	return w
}

// said renders a message as its ID with its parameters.
func said(m chat.Message) chat.Text {
	text := chat.Words(strings.ReplaceAll(m.ID, ".", " "))
	if m.ID == "" {
		text = m.Verbatim
	}
	for _, part := range m.Parts {
		text = chat.JoinLines(text, said(part))
	}
	for _, name := range []string{"Link", "Commands", "Command", "Names", "Name"} {
		if value, ok := m.Params[name]; ok {
			text = chat.Join(" ", text, value)
		}
	}
	return text
}

func (w *world) saves(app zoomchat.App) {
	w.t.Helper()
	require.NoError(w.t, w.apps.Save(w.t.Context(), app, zoomchat.Credentials{ClientSecret: "client-secret", SecretToken: secretToken}))
}

// openSeals seal nothing, but for the name.
type openSeals struct{}

func (openSeals) Seal(_ context.Context, name string, plain []byte) ([]byte, error) {
	return append([]byte(name+"|"), plain...), nil
}

func (openSeals) Open(_ context.Context, name string, blob []byte) ([]byte, error) {
	if plain, ok := bytes.CutPrefix(blob, []byte(name+"|")); ok {
		return plain, nil
	}
	return nil, fault.New(fault.Unreadable)
}

func (openSeals) Reseal(_ context.Context, _ string, blob []byte) ([]byte, bool, error) {
	return blob, false, nil
}

// RoundTrip plays Zoom.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/oauth/token" {
		w.mu.Lock()
		w.tokens++
		w.mu.Unlock()
		return answer(200, `{"access_token":"t","expires_in":3600,"scope":"imchat:bot"}`), nil
	}
	s := sent{method: r.Method, path: strings.TrimPrefix(r.URL.Path, "/v2/im/chat/messages")}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if len(body) > 0 {
			if err := json.Unmarshal(body, &s.body); err != nil {
				return nil, err
			}
			var shown struct{ Content json.RawMessage }
			if err := json.Unmarshal(body, &shown); err != nil {
				return nil, err
			}
			require.Empty(w.t, card.Check(shown.Content), "every client of Zoom's shows it")
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse != nil {
		if status, body := w.refuse(s); status != 0 {
			return answer(status, body), nil
		}
	}
	w.sent = append(w.sent, s)
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusCreated
	}
	return answer(status, fmt.Sprintf(`{"message_id":"m%d"}`, len(w.sent))), nil
}

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}
}

// last returns the last request that Zoom took.
func (w *world) last() sent {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NotEmpty(w.t, w.sent)
	return w.sent[len(w.sent)-1]
}

// signed returns the header of a delivery that Zoom signed.
func (w *world) signed(body []byte) http.Header {
	stamp := strconv.FormatInt(w.now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secretToken))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{"X-Zm-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))}, "X-Zm-Request-Timestamp": {stamp}}
}

// happens delivers an event of the older kind to the app, as Zoom would.
func (w *world) happens(of, user, channel string, more map[string]any) {
	w.t.Helper()
	payload := map[string]any{
		"accountId": "acc", "userId": user, "userJid": strings.ToLower(user) + "@xmpp.zoom.us", "userName": user, "robotJid": botJID, "toJid": channel,
		"channelName": "Ops", "timestamp": w.now.UnixMilli(),
	}
	maps.Copy(payload, more)
	w.delivers(map[string]any{"event": of, "payload": payload})
}

func (w *world) delivers(e any) {
	w.t.Helper()
	body, err := json.Marshal(e)
	require.NoError(w.t, err)
	read, _, err := w.Receive(w.t.Context(), "jenkins", w.signed(body), body)
	require.NoError(w.t, err)
	require.True(w.t, zoomchat.Wanted(read))
	require.NoError(w.t, w.Handle(w.t.Context(), "jenkins", body))
}

// types has a user type a command in a channel.
func (w *world) types(user, channel, text string) {
	w.t.Helper()
	w.happens("bot_notification", user, channel, map[string]any{"cmd": text})
}

// clicks has a user click a button of a message.
func (w *world) click(user, channel, message, value string) {
	w.t.Helper()
	w.happens("interactive_message_actions", user, channel, map[string]any{"messageId": message, "actionItem": map[string]string{"value": value}})
}

func ops() chat.Place { return chat.Place{Surface: zoomchat.ID, Channel: "jenkins/acc/" + opsJID} }

func ann() chat.Actor {
	return chat.Actor{Surface: zoomchat.ID, ID: "jenkins/acc/Ann", Name: "Ann", Person: "p-ann"}
}

func (w *world) PersonOf(_ context.Context, account, user string) (chat.PersonID, error) {
	require.Equal(w.t, "acc", account)
	return w.linked[user], nil
}

func (w *world) Person(_ context.Context, person chat.PersonID) (chat.Person, error) {
	return chat.Person{ID: person, Admin: w.admin}, nil
}

func (w *world) LinkURL() string { return "https://chat.test/link" }

func (w *world) FormURL(id string) string { return "https://chat.test/form/" + id }

func (w *world) Words() map[string]string {
	return map[string]string{"jenkins": "jenkins", "sentry": "sentry"}
}

func (w *world) Run(_ context.Context, line string, call command.Call) (chat.Message, error) {
	w.lines, w.talk = append(w.lines, line), call.Talk
	return chat.Say("ran"), w.err
}

func (w *world) Act(_ context.Context, c chat.Click) error {
	w.clicks = append(w.clicks, c)
	return w.err
}

func (w *world) Press(_ context.Context, c chat.Click) error {
	w.presses = append(w.presses, c)
	return w.err
}

func (w *world) Submit(_ context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	w.answers = append(w.answers, a)
	return w.wrong, w.err
}

func (w *world) Replied(_ context.Context, _ chat.Actor, m chat.MessageRef, text string) {
	w.replies = append(w.replies, m.Thread+": "+text)
}
