package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/mattermost/markdown"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/zoom"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// desk is a fake of everything that the routes work with.
type desk struct {
	catalogue *i18n.Catalogue
	outcome   meeting.Outcome
	err       error
	admin     bool
	connected account.Connected
	missing   string
	checks    []meeting.Check
	accepts   error

	started []meeting.StartRequest
	clicked []chat.Click
	told    []string
	logged  []string
	tools
}

func (d *desk) Start(_ context.Context, r meeting.StartRequest) (meeting.Outcome, error) {
	d.started = append(d.started, r)
	return d.outcome, d.err
}

func (d *desk) Resume(context.Context, chat.Actor, string) (meeting.Outcome, error) {
	return d.outcome, d.err
}

func (d *desk) Act(_ context.Context, c chat.Click) error {
	d.clicked = append(d.clicked, c)
	return d.err
}

func (d *desk) Begin(context.Context, chat.PersonID, string) (string, error) {
	return "https://zoom.us/oauth/authorize?state=sealed", nil
}

func (d *desk) Complete(context.Context, chat.PersonID, string, string) (account.Connected, error) {
	return d.connected, nil
}

func (d *desk) Declined(context.Context, chat.PersonID, string) (string, error) { return "", nil }

func (d *desk) Connected(context.Context, chat.PersonID) (string, bool, error) {
	return "alice@example.com", true, d.err
}

func (d *desk) Examine(context.Context) ([]meeting.Check, error) { return d.checks, d.err }

func (d *desk) Markdown(_ chat.PersonID, m chat.Message) string {
	return markdown.Render(d.catalogue.Text("en", m), markdown.Reader{})
}

func (d *desk) Plain(_ chat.PersonID, m chat.Message) string {
	return markdown.Plain(d.catalogue.Text("en", m), markdown.Reader{})
}

// exchange is a conversation with the parameters that the server passed for it.
type exchange struct {
	chat.Conversation
	desk    *desk
	actor   chat.Actor
	at      chat.Place
	trigger string
	note    chat.MessageRef
}

func (e *exchange) Tell(_ context.Context, note chat.Note) error {
	e.desk.told = append(e.desk.told, e.actor.ID+" in "+e.at.Channel+"/"+e.at.Thread+": "+e.desk.Markdown(e.actor.Person, note.Text))
	return nil
}

func (d *desk) Conversation(actor chat.Actor, at chat.Place, trigger string, note chat.MessageRef) chat.Conversation {
	return &exchange{desk: d, actor: actor, at: at, trigger: trigger, note: note}
}

func (d *desk) Admin(chat.PersonID) bool { return d.admin }

func (d *desk) settings() httpapi.Settings {
	return httpapi.Settings{
		Missing: d.missing, Mode: "user", JoinHosts: []string{"zoom.us", ".zoom.us", "zoom.example.com"}, BotID: "bot",
		RedirectURL:        "https://chat.example.com/plugins/zoom/oauth2/complete",
		WebhookURL:         "https://chat.example.com/plugins/zoom/webhook",
		DeauthorizationURL: "https://chat.example.com/plugins/zoom/deauthorization",
	}
}

// noon is the time of the stories.
var noon = time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)

// usable are the providers that can be used from messages and the composer.
func usable() []httpapi.EnabledProvider {
	return []httpapi.EnabledProvider{{ID: "pagerduty", Name: "PagerDuty", Word: "pduty", Can: []string{"trigger", "search", "note", "configure"}}}
}

func (d *desk) handler(t *testing.T) http.Handler {
	t.Helper()
	return d.handlerWith(t, func(*httpapi.Dependencies) {})
}

// handlerWith returns a handler with changed dependencies.
func (d *desk) handlerWith(t *testing.T, change func(*httpapi.Dependencies)) http.Handler {
	t.Helper()
	catalogue, err := i18n.NewCatalogue(bridge.Texts())
	require.NoError(t, err)
	d.catalogue = catalogue
	all := httpapi.Dependencies{
		Settings: d.settings, Meetings: d, Accounts: d, Doctor: d, People: d,
		Verifier:         zoom.NewVerifier(func() []string { return []string{"token"} }, func() time.Time { return noon }),
		Accept:           func(context.Context, zoom.Event, []byte) error { return d.accepts },
		AcceptUnverified: func(context.Context, zoom.Event, []byte) (bool, error) { return false, nil },
		NoteEvent:        func(context.Context) {},
		Bridge:           &d.tools, Signer: &d.tools, Providers: standing, Enabled: usable,
		Log: logging.New(func(_ slog.Level, msg string, _ ...any) { d.logged = append(d.logged, msg) }),
	}
	change(&all)
	return httpapi.New(all)
}

// BeginElsewhere and HandOver are for browsers in which no one is signed in.
func (d *desk) BeginElsewhere(context.Context, string) (string, error) {
	return "", fault.New(fault.LinkExpired)
}

func (d *desk) HandOver(context.Context, string, string) (oauth.Handed, error) {
	return oauth.Handed{}, fault.New(fault.LinkExpired)
}

func (d *desk) Username(context.Context, chat.PersonID) (string, error) { return "ada", nil }

// JoinHost knows one post.
func (d *desk) JoinHost(_ context.Context, meetingID string, m chat.MessageRef) (string, error) {
	if meetingID == "81234567890" && m.ID == "post" {
		return "meet.acme.example", d.err
	}
	return "", d.err
}

// asks sends a request as alice.
func (d *desk) asks(t *testing.T, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Requested-With", "XMLHttpRequest")
	r.Header.Set("Mattermost-User-Id", "alice")
	recorder := httptest.NewRecorder()
	d.handler(t).ServeHTTP(recorder, r)
	return recorder
}

const startBody = `{"channel_id":"town","root_id":"root","topic":"Weekly","connection_id":"w1","identity":"personal","force":true}`

// TestAnswersStayAsTheBrowserSideKnowsThem compares the JSON that the webapp reads with golden files. To update them, run "make golden",
// review the difference, and change webapp/src accordingly.
func TestAnswersStayAsTheBrowserSideKnowsThem(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		desk               desk
		method, path, body string
		status             int
	}{
		"start.started": {
			desk:   desk{outcome: meeting.Outcome{Message: message("post1", place("town")), JoinURL: "https://zoom.us/j/85746065432?pwd=abc.1"}},
			method: "POST", path: "/api/v1/meetings", body: startBody, status: 200,
		},
		"start.prompted": {
			desk:   desk{outcome: meeting.Outcome{Prompted: true}},
			method: "POST", path: "/api/v1/meetings", body: startBody, status: 200,
		},
		"start.failed": {
			desk:   desk{err: fault.New(fault.MissingScope).With("Scope", "meeting:write:meeting").With("App", "user")},
			method: "POST", path: "/api/v1/meetings", body: startBody, status: 502,
		},
		"start.not_posted": {
			desk:   desk{err: fault.New(fault.NotPosted).With("Link", "https://zoom.us/j/85746065432?pwd=abc.1")},
			method: "POST", path: "/api/v1/meetings", body: startBody, status: 500,
		},
		"start.broke": {
			desk:   desk{err: errors.New("the database says: secret internals")},
			method: "POST", path: "/api/v1/meetings", body: startBody, status: 500,
		},
		"config":          {method: "GET", path: "/api/v1/config", status: 200},
		"config.unset":    {desk: desk{missing: "Zoom OAuth client ID"}, method: "GET", path: "/api/v1/config", status: 200},
		"setup.forbidden": {method: "GET", path: "/api/v1/setup", status: 403},
		"setup": {
			desk: desk{admin: true, checks: []meeting.Check{
				{ID: "settings", Verdict: meeting.OK, Message: chat.Say("check.settings")},
				{ID: "client_id", Verdict: meeting.Fail, Message: chat.Say("check.client_id"), Fix: chat.Say("check.client_id.fix")},
				{ID: "events", Verdict: meeting.Warn, Message: chat.Say("check.events.never"), Fix: chat.Say("check.events.never.fix", "URL", "https://chat.example.com/plugins/zoom/webhook")},
			}},
			method: "GET", path: "/api/v1/setup", status: 200,
		},
		"providers.forbidden": {method: "GET", path: "/api/v1/providers", status: 403},
		"providers":           {desk: desk{admin: true}, method: "GET", path: "/api/v1/providers", status: 200},
		"window.form":         {desk: atWindow(), method: "POST", path: "/api/v1/providers/pagerduty/run", body: `{"channel_id":"town","text":"trigger"}`, status: 200},
		"window.mistake": {
			desk:   desk{tools: tools{mistakes: chat.FormErrors{"title": chat.Say("bridge.configure.no_event")}}},
			method: "POST", path: "/api/v1/window/submit", body: `{"kind":"raise","state":"v1.sealed","values":{"title":""}}`, status: 200,
		},
		"window.done":       {method: "POST", path: "/api/v1/window/press", body: `{"press":"v1.sealed"}`, status: 200},
		"window.failed":     {desk: desk{tools: tools{failure: fault.New(fault.ButtonExpired)}}, method: "POST", path: "/api/v1/window/press", body: `{"press":"x"}`, status: 400},
		"window.options":    {desk: atWindow(), method: "POST", path: "/api/v1/window/options", body: `{"kind":"raise","state":"v1.sealed","field":"service","term":"da"}`, status: 200},
		"page":              {desk: atWindow(), method: "GET", path: "/api/v1/providers/pagerduty/page?channel_id=town", status: 200},
		"channel_providers": {desk: atWindow(), method: "GET", path: "/api/v1/channels/town/providers", status: 200},
		"overview":          {desk: atWindow(), method: "GET", path: "/api/v1/connections?text=ci&failing=true&page=2", status: 200},
		"overview.forbidden": {
			desk: desk{tools: tools{failure: fault.New(fault.Forbidden)}}, method: "GET", path: "/api/v1/connections", status: 403,
		},
		"action":        {method: "POST", path: "/action", body: `{"channel_id":"town","context":{"action":"start"}}`, status: 200},
		"action.failed": {desk: desk{err: fault.New(fault.InvalidInput)}, method: "POST", path: "/action", body: `{}`, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := story.desk.asks(t, story.method, story.path, story.body)
			require.Equal(t, story.status, answer.Code, answer.Body)
			require.Equal(t, "application/json", answer.Header().Get("Content-Type"))
			require.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
			var pretty bytes.Buffer
			require.NoError(t, json.Indent(&pretty, answer.Body.Bytes(), "", "  "))
			pretty.WriteByte('\n')
			file := filepath.Join("testdata", name+".golden.json")
			if *update {
				require.NoError(t, os.WriteFile(file, pretty.Bytes(), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), pretty.String())
		})
	}
}
