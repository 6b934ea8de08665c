package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/memory"
)

func TestHelpShowsEachUserTheirCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	for _, line := range []string{"/zoom help", "/zoom", "/zoom   HELP"} {
		w.alice.Types(line, w.town)
		text := w.alice.LastNote().Text()
		require.Contains(t, text, "Zoom meetings")
		require.Contains(t, text, "`/zoom start [topic]`")
		require.Contains(t, text, "`/zoom disconnect`")
		require.NotContains(t, text, "doctor")
	}
	w.admin.Types("/zoom help", w.town)
	require.Contains(t, w.admin.LastNote().Text(), "`/zoom doctor`")
}

func TestUnknownCommandsAreAnsweredWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	for _, line := range []string{"/zoom strat", "/zoom @all", "/zoom \x00", "/zoom " + strings.Repeat("x", 16000)} {
		w.alice.Types(line, w.town)
		require.Contains(t, w.alice.LastNote().Text(), "Unknown command. Available commands: `/zoom start`")
		require.NotContains(t, w.alice.LastNote().Text(), "@all")
	}
	w.alice.Types("/zoom doctor", w.town)
	require.Contains(t, w.alice.LastNote().Text(), "Unknown command", "to others it does not exist")
	require.NotContains(t, w.alice.LastNote().Text(), "doctor")
}

func TestSettingsOfferTheOtherChoicesAndKeepTheSelection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	labels := map[string]string{
		"unique": "A unique meeting ID", "personal": "My personal meeting ID", "ask": "Ask me each time",
	}
	current := "unique"
	for _, next := range []string{"ask", "personal", "unique"} {
		w.alice.Types("/zoom settings", w.town)
		note := w.alice.LastNote()
		require.Len(t, note.Buttons(), 2)
		require.NotContains(t, note.Buttons(), labels[current])
		w.alice.Clicks(labels[next])
		requireSays(t, w.alice.LastNote().Text(), "Saved")
		require.Empty(t, w.alice.LastNote().Buttons(), "the buttons are gone")
		current = next
	}
	w.bob.Types("/zoom settings", w.town)
	requireSays(t, w.bob.LastNote().Text(), "unique meeting ID", "What do you want instead?")
}

func TestNoOneHasToConnectWithServerToServerOAuth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for _, u := range []*mmtest.User{w.alice, w.admin} {
		for _, line := range []string{"/zoom connect", "/zoom disconnect"} {
			u.Types(line, w.town)
			requireSays(t, u.LastNote().Text(), "This server authorizes itself in Zoom")
		}
		page := u.Get("/oauth2/connect?t=x")
		requireRefused(t, page, "This server authorizes itself in Zoom")
	}
}

func TestTheDoctorFindsEachMissingThing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		mode  string
		spoil map[string]any
		says  []string
	}{
		{"all is well", "user", nil, []string{"All settings are filled in", "Each user connects their own Zoom account"}},
		{"client ID", "user", map[string]any{"OAuthClientID": ""}, []string{"Zoom app's client ID is missing", "To fix:"}},
		{"client secret", "user", map[string]any{"OAuthClientSecret": " "}, []string{"Zoom app's client secret is missing"}},
		{"encryption key", "user", map[string]any{"EncryptionKey": "short"}, []string{"encryption key for stored tokens is missing or too short"}},
		{"webhook secret", "user", map[string]any{"ZoomWebhookSecret": ""}, []string{"webhook secret token is missing", "posts don't show"}},
		{"Zoom URL", "user", map[string]any{"ZoomURL": "zoom.example.com"}, []string{"Zoom URL isn't an https address"}},
		{"API URL", "user", map[string]any{"ZoomAPIURL": "ftp://zoom.example.com"}, []string{"Zoom API URL isn't an https address"}},
		{"account ID", "s2s", map[string]any{"AccountID": ""}, []string{"account ID is missing"}},
		{"s2s works", "s2s", nil, []string{"Zoom accepts this server's authorization", "The server authorizes itself", "The server doesn't verify email addresses"}},
		{"s2s with a wrong secret", "s2s", map[string]any{"OAuthClientSecret": "mistyped"}, []string{"doesn't accept this server's client ID and secret", "check that the app is activated"}},
		{"unverified addresses trusted", "s2s", map[string]any{"TrustUnverifiedEmail": true}, []string{"Unverified email addresses are trusted"}},
		{"no admin has connected", "account", nil, []string{"This server isn't connected to Zoom yet", "Run `/zoom connect` as a system admin", "One admin authorizes for all users"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, row.mode)
			if row.spoil != nil {
				w.mm.Set(row.spoil)
			}
			w.admin.Types("/zoom doctor", w.town)
			requireSays(t, w.admin.LastNote().Text(), row.says...)
			var setup struct {
				Checks []struct{ ID, Status, Message, Fix string }
			}
			require.NoError(t, w.admin.Get("/api/v1/setup").JSON(&setup))
			for _, check := range setup.Checks {
				require.Contains(t, []string{"ok", "warn", "fail"}, check.Status)
				require.NotEmpty(t, check.Message)
				require.Equal(t, check.Status == "ok", check.Fix == "" || check.ID == "events" && check.Status == "ok", check.ID)
			}
			require.Equal(t, http.StatusForbidden, w.alice.Get("/api/v1/setup").Status)
		})
	}
}

func TestTheDoctorChecksTheProviders(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.admin.Types("/zoom doctor", w.town)
	requireSays(t, w.admin.LastNote().Text(), "Jenkins is on. Its command is `/jenkins`",
		"Users can't sign in to Bitbucket", "enter it with `/bitbucket setup`")
	require.NotContains(t, w.admin.LastNote().Text(), "sign in to Jenkins", "no one can")
	require.NotContains(t, w.admin.LastNote().Text(), "Sentry", "what is off needs nothing")
}

func TestTheDoctorChecksSiteURLVerifiedAddressesAndEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.Configure(func(c *model.Config) { *c.EmailSettings.RequireEmailVerification = true })
	require.Eventually(t, func() bool {
		w.admin.Types("/zoom doctor", w.town)
		return strings.Contains(w.admin.LastNote().Text(), "The server verifies email addresses")
	}, patience, tick)
	require.Contains(t, w.admin.LastNote().Text(), "The last Zoom event arrived at", "the validation of the address was one")
	w.mm.Configure(func(c *model.Config) { *c.ServiceSettings.SiteURL = "" })
	w.admin.Types("/zoom doctor", w.town)
	requireSays(t, w.admin.LastNote().Text(), "Site URL isn't set")
	w.alice.Types("/zoom start", w.town)
	requireSays(t, w.alice.LastNote().Text(), "“Site URL”")
}

func TestAPanicEndsARequestAndNotTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.plugin.meddle(func(call string) *model.AppError {
		if call == "GetUser" {
			panic("out of cheese")
		}
		return nil
	})
	answer := w.alice.Post("/api/v1/meetings", map[string]any{"channel_id": w.town.ID})
	require.Equal(t, http.StatusInternalServerError, answer.Status)
	require.Empty(t, answer.Body)
	w.plugin.meddle(panicsOnce("GetUser"))
	w.alice.Types("/zoom settings", w.town)
	requireSays(t, w.alice.LastNote().Text(), "Something went wrong on the server")
	require.Contains(t, strings.Join(w.mm.Logs(), "\n"), "out of cheese")
	w.plugin.meddle(nil)
	w.alice.Types("/zoom start", w.town)
	require.Len(t, meetings(w.town), 1)
}

// panicsOnce panics on its first call.
func panicsOnce(in string) func(string) *model.AppError {
	var once sync.Once
	return func(call string) *model.AppError {
		if call == in {
			once.Do(func() { panic("out of cheese") })
		}
		return nil
	}
}

func TestInvalidBodiesAreRefusedWithAMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for name, body := range map[string]string{
		"nothing": "", "broken": `{"channel_id":`, "a list": `[]`, "wrong types": `{"channel_id":7}`,
		"deep": strings.Repeat(`{"a":`, 20000), "huge": `{"topic":"` + strings.Repeat("x", 10<<20) + `"}`,
	} {
		for _, path := range []string{"/api/v1/meetings", "/action"} {
			if path == "/action" && name == "wrong types" {
				continue // that is a click without anything, see the forged ones
			}
			request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			request.Header.Set("X-Requested-With", "XMLHttpRequest")
			answer := w.mm.Request(request, w.alice)
			require.Equal(t, http.StatusBadRequest, answer.Status, "%s to %s", name, path)
			require.Equal(t, "application/json", answer.Header.Get("Content-Type"))
			require.Contains(t, answer.Body, `"code":"invalid_input"`)
		}
	}
	require.Empty(t, w.zoom.Counts())
}

func TestNothingIsServedWithoutASignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	for path, method := range map[string]string{
		"/api/v1/meetings": "POST", "/action": "POST", "/api/v1/config": "GET", "/api/v1/setup": "GET",
	} {
		answer := w.mm.Request(httptest.NewRequest(method, path, strings.NewReader(`{"channel_id":"`+w.town.ID+`"}`)), nil)
		require.Equal(t, http.StatusUnauthorized, answer.Status, path)
	}
	require.Empty(t, meetings(w.town))
}

func TestTheBrowserGetsTheSettingsAndTheirChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	config := func() (c struct {
		Configured, Connected bool
		Authorization         string
		JoinHosts             []string `json:"join_hosts"`
	},
	) {
		require.NoError(t, w.alice.Get("/api/v1/config").JSON(&c))
		return c
	}
	require.True(t, config().Configured)
	require.False(t, config().Connected)
	require.Equal(t, "user", config().Authorization)
	require.Contains(t, config().JoinHosts, "127.0.0.1", "links of our own Zoom count")
	w.connect(w.alice)
	require.True(t, config().Connected)
	require.NoError(t, w.zoom.RevokeGrant(address(w.alice), clientID))
	w.alice.Types("/zoom start", w.town)
	require.False(t, config().Connected, "a dead grant is none")

	before := len(w.mm.Events())
	w.mm.Set(map[string]any{"OAuthClientID": ""})
	require.False(t, config().Configured)
	require.Eventually(t, func() bool { return len(w.mm.Events()) > before }, patience, tick)
	require.Equal(t, "custom_zoom_config_changed", w.mm.Events()[before].Name)
}

func TestAnInactivePluginAnswersThatItIsUnavailable(t *testing.T) {
	t.Parallel()
	unborn := &Plugin{}
	recorder := httptest.NewRecorder()
	unborn.ServeHTTP(&plugin.Context{}, recorder, httptest.NewRequest(http.MethodPost, "/webhook", nil))
	require.Equal(t, http.StatusServiceUnavailable, recorder.Code, "Zoom comes again")
	_, appErr := unborn.ExecuteCommand(&plugin.Context{}, &model.CommandArgs{Command: "/zoom start"})
	require.Nil(t, appErr)
	require.NoError(t, unborn.OnDeactivate())

	w := newWorld(t, "user")
	require.NoError(t, w.plugin.OnDeactivate())
	require.Equal(t, http.StatusServiceUnavailable, w.alice.Get("/api/v1/config").Status)
	require.NoError(t, w.plugin.OnDeactivate(), "twice is once")
}

func TestAMissingEncryptionKeyIsGenerated(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"EncryptionKey", "encryptionkey"} {
		mm := mmtest.New(t)
		mm.Set(map[string]any{name: "", "OAuthClientID": "id"})
		p := &Plugin{now: mm.Now, exit: func(int) { t.Error("the plugin ended its process") }, open: inMemory(memory.New(mm.Now))}
		p.SetAPI(&meddler{API: mm.API()})
		mm.Attach(p)
		require.NoError(t, p.OnActivate())
		t.Cleanup(func() { _ = p.OnDeactivate() })
		key, _ := mm.API().GetPluginConfig()[name].(string)
		require.GreaterOrEqual(t, len(key), 26)
		require.Len(t, mm.API().GetPluginConfig(), 2, "under the name that was there")
		require.Equal(t, key, p.settings.Load().EncryptionKey, "and it is in force")
		mm.RequireSecret(key)
	}
}

func TestAKeyThatCannotBeSavedIsReportedAsMissing(t *testing.T) {
	t.Parallel()
	mm := mmtest.New(t)
	p := &Plugin{now: mm.Now, exit: func(int) {}, open: inMemory(memory.New(mm.Now))}
	p.SetAPI(&meddler{API: mm.API()})
	p.breaks("SavePluginConfig")
	require.NoError(t, p.OnActivate(), "an admin must reach the settings")
	t.Cleanup(func() { _ = p.OnDeactivate() })
	require.Contains(t, strings.Join(mm.Logs(), "\n"), "a generated one couldn't be saved")
	require.Contains(t, p.settings.Load().Problems(), config.Problem{ID: "encryption_key", Setting: "At-rest token encryption key", Fatal: true})
}
