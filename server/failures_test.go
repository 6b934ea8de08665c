package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// failure is one way in which starting a meeting fails, and the message about it.
type failure struct {
	name string
	mode string
	// cause makes it fail.
	cause func(w *world)
	// says are parts of the message, without markup.
	says []string
	// code is the error code for the webapp; "" if the person gets a link instead.
	code string
	// connected has the person connected before.
	connected bool
}

// wayIn is one way to start a meeting; it calls cause before the last step and returns what the person sees at the end.
type wayIn struct {
	name  string
	start func(w *world, f failure) (shown string)
}

var waysIn = []wayIn{
	{"slash command", func(w *world, f failure) string {
		f.cause(w)
		w.alice.Types("/zoom start Weekly", w.backroom)
		return w.alice.LastNote().Text()
	}},
	{"button", func(w *world, f failure) string {
		f.cause(w)
		answer := w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.backroom.ID, "topic": "Weekly"})
		if f.code == "" {
			require.JSONEq(w.t, `{"outcome":"prompted","meeting_url":""}`, answer.Body)
			return w.alice.LastNote().Text()
		}
		var failed struct {
			Error struct{ Code, Message string }
		}
		require.NoError(w.t, answer.JSON(&failed), answer.Body)
		require.Equal(w.t, f.code, failed.Error.Code)
		require.GreaterOrEqual(w.t, answer.Status, http.StatusBadRequest)
		requireSays(w.t, failed.Error.Message, f.says...)
		return w.alice.LastNote().Text()
	}},
	{"answer to which meeting", func(w *world, f failure) string {
		w.alice.Types("/zoom settings", w.backroom)
		w.alice.Clicks("Ask me each time")
		w.alice.Types("/zoom start Weekly", w.backroom)
		before := len(w.alice.Notes())
		f.cause(w)
		w.alice.Clicks("Unique meeting ID")
		require.Len(w.t, w.alice.Notes(), before+1, "the question stays, to be answered again")
		return w.alice.LastNote().Text()
	}},
}

// afterConnecting is the way in that leads through Zoom's pages, for people who are not connected.
var afterConnecting = wayIn{"after connecting", func(w *world, f failure) string {
	w.alice.Types("/zoom start Weekly", w.backroom)
	link := w.connectLink(w.alice)
	back := w.allows(w.alice, link)
	f.cause(w)
	page := w.alice.Get(back)
	require.Contains(w.t, html.UnescapeString(page.Body), "couldn't be started")
	requireSays(w.t, html.UnescapeString(page.Body), f.says...)
	return w.alice.LastNote().Text()
}}

// requireSays looks for words in a text without regard to markup.
func requireSays(t *testing.T, text string, words ...string) {
	t.Helper()
	readable := strings.NewReplacer("\u200b", "", "\\", "", "`", "", "**", "").Replace(text)
	for _, part := range words {
		require.Contains(t, readable, strings.ReplaceAll(part, "`", ""))
	}
}

func (w *world) fails(path string, times int, action kit.Action) {
	w.t.Helper()
	require.NoError(w.t, w.zoom.AddFault(kit.Fault{Match: kit.Match{Path: path}, Times: times, Action: action}))
}

func set(settings map[string]any) func(*world) {
	return func(w *world) { w.mm.Set(settings) }
}

func answers(action kit.Action) func(*world) {
	return func(w *world) { w.fails("/v2/users/me/meetings", -1, action) }
}

// nowhere is an address on which nothing listens.
func nowhere(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(nil)
	server.Close()
	return server.URL
}

// zoomFailures are those that a person with a valid grant can meet, in any mode and on every way to start.
func zoomFailures() []failure {
	return []failure{
		{
			name: "limit per second", code: "rate_limited", says: []string{"too many requests", "Wait a few seconds and try again"},
			cause: answers(kit.Action{Status: 429, Body: []byte(`{"code":429,"message":"per-second rate limit"}`), Headers: map[string]string{"X-RateLimit-Type": "QPS"}}),
		},
		{
			name: "limit per day", code: "daily_limit", says: []string{"Zoom's daily limit for new meetings", "personal meeting ID instead"},
			cause: answers(kit.Action{Status: 429, Body: []byte(`{"code":429,"message":"You have exceeded the daily rate limit (100)"}`)}),
		},
		{
			name: "Zoom is down", code: "zoom_unavailable", says: []string{"Zoom has a problem", "Try again in a minute"},
			cause: answers(kit.Action{Status: 503, Body: []byte(`"<h1>Service Unavailable</h1>"`)}),
		},
		{name: "the connection breaks", code: "zoom_unavailable", says: []string{"Try again in a minute"}, cause: answers(kit.Action{Reset: true})},
		{
			name: "a proxy answers", code: "zoom_unreachable", says: []string{"can't reach Zoom", "“Zoom API URL”"},
			cause: answers(kit.Action{Status: 200, Body: []byte(`"<html>Welcome to the intranet</html>"`)}),
		},
		{
			name: "a page where the API should be", code: "zoom_unreachable", says: []string{"can't reach Zoom", "“Zoom API URL”"},
			cause: answers(kit.Action{Status: 404, Body: []byte(`"<html>Not here</html>"`)}),
		},
		{
			name: "nothing listens at the API's address", code: "zoom_unreachable", says: []string{"can't reach Zoom", "“Zoom API URL”"},
			cause: func(w *world) { w.mm.Set(map[string]any{"ZoomAPIURL": nowhere(w.t) + "/v2"}) },
		},
		{
			name: "a refusal of another kind", code: "zoom_refused", says: []string{"Zoom refused the request: Ask @all *now*", "(code 4444)"},
			cause: answers(kit.Action{Status: 400, Body: []byte(`{"code":4444,"message":"Ask @all *now*"}`)}),
		},
		{
			name: "the app lacks a scope", code: "missing_scope", says: []string{"lacks the scope meeting:write:meeting", "system admin has to add it"},
			cause: answers(kit.Action{Status: 400, Body: []byte(`{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting]."}`)}),
		},
		{name: "the client ID is missing", code: "not_configured", says: []string{"“Zoom OAuth client ID”"}, cause: set(map[string]any{"OAuthClientID": ""})},
		{name: "the client secret is missing", code: "not_configured", says: []string{"“Zoom OAuth client secret”"}, cause: set(map[string]any{"OAuthClientSecret": ""})},
		{name: "the encryption key is missing", code: "not_configured", says: []string{"“At-rest token encryption key”"}, cause: set(map[string]any{"EncryptionKey": ""})},
		{name: "the Zoom URL is not safe", code: "not_configured", says: []string{"“Zoom URL”"}, cause: set(map[string]any{"ZoomURL": "http://zoom.example.com"})},
		{name: "the API URL is not safe", code: "not_configured", says: []string{"“Zoom API URL”"}, cause: set(map[string]any{"ZoomAPIURL": "zoom.example.com"})},
		{name: "the channel is archived", code: "no_post", says: []string{"can't post in this channel"}, cause: func(w *world) { w.backroom.Archive() }},
		{name: "no longer a member", code: "no_post", says: []string{"Join the channel"}, cause: func(w *world) { w.backroom.Leave(w.alice) }},
		{name: "may not post", code: "no_post", says: []string{"can't post in this channel"}, cause: func(w *world) { w.backroom.Silence(w.alice) }},
	}
}

// grantFailures concern grants.
func grantFailures() []failure {
	return []failure{
		{name: "not connected", mode: "user", says: []string{"connect your Zoom account", "starts right after that"}, cause: func(*world) {}},
		{
			name: "revoked at Zoom", mode: "user", connected: true, says: []string{"no longer accepts your authorization", "Connect your Zoom account again"},
			cause: func(w *world) { require.NoError(w.t, w.zoom.RevokeGrant(address(w.alice), clientID)) },
		},
		{
			name: "revoked at Zoom and the token ran out", mode: "user", connected: true, says: []string{"Connect your Zoom account again"},
			cause: func(w *world) {
				require.NoError(w.t, w.zoom.RevokeGrant(address(w.alice), clientID))
				w.zoom.Advance(2 * time.Hour)
			},
		},
		{
			name: "no admin has connected the server", mode: "account", code: "account_not_connected", says: []string{"Ask a system admin to run `/zoom connect`"},
			cause: func(*world) {},
		},
		{
			name: "the admin's grant is revoked", mode: "account", connected: true, code: "account_revoked", says: []string{"Ask a system admin"},
			cause: func(w *world) { require.NoError(w.t, w.zoom.RevokeGrant(address(w.admin), clientID)) },
		},
		{
			name: "unknown to Zoom", mode: "account", connected: true, code: "zoom_user_unknown", says: []string{"no user with your email address stranger@example.com", "Ask your Zoom admin"},
			cause: func(w *world) { w.alice.Becomes(mmtest.Email("stranger@example.com")) },
		},
		{
			name: "unknown to Zoom, with the server's own token", mode: "s2s", code: "zoom_user_unknown", says: []string{"stranger@example.com"},
			cause: func(w *world) { w.alice.Becomes(mmtest.Email("stranger@example.com")) },
		},
		{
			name: "a wrong client secret", mode: "s2s", code: "client_rejected", says: []string{"“Zoom OAuth client secret”"},
			cause: set(map[string]any{"OAuthClientSecret": "mistyped"}),
		},
		{
			name: "a wrong account ID", mode: "s2s", code: "client_rejected", says: []string{"“Zoom account ID”"},
			cause: set(map[string]any{"AccountID": "mistyped"}),
		},
		{name: "no account ID", mode: "s2s", code: "not_configured", says: []string{"“Zoom account ID”"}, cause: set(map[string]any{"AccountID": ""})},
		{
			name: "nothing listens where tokens are", mode: "s2s", code: "zoom_unreachable", says: []string{"can't reach Zoom", "“Zoom URL”"},
			cause: func(w *world) { w.mm.Set(map[string]any{"ZoomURL": nowhere(w.t)}) },
		},
		{
			name: "a page where tokens should be", mode: "s2s", code: "zoom_unreachable", says: []string{"“Zoom URL”"},
			cause: func(w *world) { w.fails("/oauth/token", -1, kit.Action{Status: 200, Body: []byte(`"<html>"`)}) },
		},
		{
			name: "no tokens at the moment", mode: "s2s", code: "zoom_unavailable", says: []string{"Try again in a minute"},
			cause: func(w *world) { w.fails("/oauth/token", -1, kit.Action{Status: 500, Body: []byte(`{}`)}) },
		},
	}
}

func TestDefect15_EachFailureReachesTheUserOnEveryWayToStart(t *testing.T) {
	t.Parallel()
	var all []failure
	for _, f := range zoomFailures() {
		f.mode, f.connected = "user", true
		all = append(all, f)
	}
	all = append(all, grantFailures()...)
	for _, f := range all {
		for _, way := range waysIn {
			t.Run(f.name+" by "+way.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, f.mode)
				if f.connected {
					w.connectFor(w.alice, f.mode)
				}
				shown := way.start(w, f)
				requireSays(t, shown, f.says...)
				require.Empty(t, meetings(w.backroom))
				if f.code == "" {
					require.NotEmpty(t, w.connectLink(w.alice), "the way out is one click away")
				}
			})
		}
	}
}

func TestDefect15_AFailureAfterConnectingIsShownOnThePageAndInTheChannel(t *testing.T) {
	t.Parallel()
	for _, f := range zoomFailures() {
		if f.code == "not_configured" || strings.Contains(f.name, "nothing listens") {
			continue // then connecting itself fails
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "user")
			requireSays(t, afterConnecting.start(w, f), f.says...)
			require.Empty(t, meetings(w.backroom))
		})
	}
}

// connectFor connects the user whose grant this user's meetings need.
func (w *world) connectFor(u *mmtest.User, mode string) {
	w.t.Helper()
	switch mode {
	case "user":
		w.connect(u)
	case "account":
		w.connect(w.admin)
	}
}
