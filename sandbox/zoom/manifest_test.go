package zoom_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// description is a manifest of an app with all that a bot can have.
func description(hook string) string {
	return strings.ReplaceAll(`{
"display_information":{"display_name":"PagerDuty"},
"oauth_information":{"usage":"ADMIN_MANAGEMENT","development_redirect_uri":"https://chat.example.com/complete","oauth_allow_list":["https://chat.example.com/complete"],
 "scopes":[{"scope":"imchat:userapp","optional":false},{"scope":"user:read:user:admin","optional":false}]},
"features":{"products":["ZOOM_CHAT","ZOOM_MEETING"],"development_home_uri":"https://chat.example.com/home","domain_allow_list":[{"domain":"chat.example.com","explanation":"the app"}],
 "in_client_feature":{"zoom_app_api":{"enable":true,"zoom_app_apis":["getChatContext","composeCard"]}},
 "team_chat_subscription":{"enable":true,"slash_command":{"command":"pduty","command_hints":[{"usage_hint":"trigger","description":"Triggers an incident"}],
  "enable_mention":true,"development_message_url":"HOOK","sender_type":"zoom","welcome_msg":{"title":"Hi","body":"Type help"},"trust_domain_list":[{"domain":"pagerduty.com","unfurling":true}]},
  "shortcuts":[{"action_label":"Trigger incident","action_id":"trigger","action_types":["COMPOSE_BOX"],"action_usage":"DIALOG","dialog_config":{"title":"Trigger","size":"M"}}]},
 "event_subscription":{"enable":true,"events":[{"subscription_name":"Meetings","event_types":["meeting.started"],"development_webhook_url":"HOOK"}]}}}`, "HOOK", hook)
}

func TestAPastedManifestMakesAnAppWithABot(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, zoom.Policy{}), listen(t)
	saved, err := s.sbx.ApplyManifest(zoom.ManifestRequest{Manifest: json.RawMessage(description(hook.url))})
	require.NoError(t, err)
	require.Equal(t, []any{"PagerDuty", zoom.KindAccount, hook.url}, []any{saved.Name, saved.Kind, saved.WebhookURL})
	require.Equal(t, []string{"meeting.started"}, saved.Events)
	require.Equal(t, []string{"imchat:userapp", "user:read:user:admin"}, saved.Scopes)
	require.Equal(t, []string{"https://chat.example.com/complete"}, saved.RedirectURIs)
	require.Equal(t, "pduty", saved.Bot.Command)
	require.Equal(t, []string{"chat.example.com"}, saved.Bot.DomainAllowList)
	require.Equal(t, []string{"getChatContext", "composeCard"}, saved.Bot.SDK)
	require.NotEmpty(t, saved.Bot.JID)

	hook.set(func(e *endpoint) { e.secret = saved.WebhookSecret })
	a := s.control(http.MethodPost, "/manifests", string(kit.Compact(zoom.ManifestRequest{
		ClientID: saved.ClientID, Validate: true, Manifest: json.RawMessage(strings.Replace(description(hook.url), `"pduty"`, `"incidents"`, 1)),
	})))
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Equal(t, []string{zoom.EventURLValidation}, hook.events(), "one address, asked once")
	again, err := s.sbx.App(saved.ClientID)
	require.NoError(t, err)
	require.Equal(t, []string{"incidents", saved.Bot.JID, saved.ClientSecret, saved.WebhookSecret}, []string{again.Bot.Command, again.Bot.JID, again.ClientSecret, again.WebhookSecret})

	s.install(s.priya, again.App)
	v := teamchat.Webview{}
	s.chat(http.StatusOK, "/shortcut", teamchat.ShortcutRequest{As: s.priya.Email, App: "PagerDuty", Shortcut: "trigger", In: "PagerDuty"}, &v)
	require.Contains(t, s.chat(http.StatusOK, "/webviews/"+v.ID, kit.Object{"api": "config", "data": kit.Object{"js_api_lists": []string{"openUrl"}}}), `"unsupportedApis":["openUrl"]`)
	_, err = s.sbx.ApplyManifest(zoom.ManifestRequest{ClientID: "other", Manifest: json.RawMessage(description(hook.url))})
	require.ErrorIs(t, err, kit.ErrNotFound)
}

func TestAManifestThatTheMarketplaceDoesNotTake(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	for _, c := range []struct{ old, wrong, problem string }{
		{`"display_name":"PagerDuty"`, `"display_name":""`, "/display_information/display_name"},
		{`"display_name":"PagerDuty"`, `"name":"PagerDuty"`, "unknown field"},
		{`ADMIN_MANAGEMENT`, `ADMIN`, "neither ADMIN_MANAGEMENT nor USER_OPERATION"},
		{`"development_redirect_uri":"https://chat.example.com/complete"`, `"development_redirect_uri":""`, "redirect URL is required"},
		{`["https://chat.example.com/complete"]`, `["complete"]`, "not an absolute address"},
		{`["ZOOM_CHAT","ZOOM_MEETING"]`, `[]`, "A product is required"},
		{`["ZOOM_CHAT","ZOOM_MEETING"]`, `["TEAM_CHAT"]`, "is no product"},
		{`"command":"pduty"`, `"command":"/pduty"`, "team_chat_subscription"},
		{`"COMPOSE_BOX"`, `"COMPOSE"`, "can't be in"},
		{`"domain":"chat.example.com"`, `"domain":"example.org"`, "allow list"},
		{`["meeting.started"]`, `[]`, "has no events"},
		{`"development_webhook_url":"HOOK"`, `"development_webhook_url":"hook"`, "not an absolute address"},
	} {
		whole := description("HOOK")
		require.Contains(t, whole, c.old)
		broken := strings.ReplaceAll(strings.Replace(whole, c.old, c.wrong, 1), "HOOK", "https://chat.example.com/hook")
		_, err := s.sbx.ApplyManifest(zoom.ManifestRequest{Manifest: json.RawMessage(broken)})
		require.ErrorIs(t, err, kit.ErrInvalid, c.wrong)
		require.ErrorContains(t, err, c.problem)
	}
}

func TestAManifestIsPushedAndReadOverTheAPI(t *testing.T) {
	t.Parallel()
	s := setStage(t, zoom.Policy{})
	app := s.app(zoom.KindUser, func(a *zoom.App) { a.Scopes = []string{"marketplace:read:app", "marketplace:write:app"} })
	token := s.connect(app, s.priya)
	text := description("https://chat.example.com/hook")
	push := func(id, text string) answer {
		return s.api(token, http.MethodPut, "/marketplace/apps/"+id+"/manifest", `{"manifest":`+text+`}`)
	}
	target, err := s.sbx.SetApp(zoom.App{Name: "new", Kind: zoom.KindAccount})
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, s.api(token, http.MethodGet, "/marketplace/apps/"+target.ClientID+"/manifest", nil).status)
	a := push(target.ClientID, text)
	require.Equal(t, http.StatusNoContent, a.status, a.text)
	require.Equal(t, "Heavy", a.header.Get("X-RateLimit-Category"))
	require.JSONEq(t, `{"manifest":`+text+`}`, s.api(token, http.MethodGet, "/marketplace/apps/"+target.ClientID+"/manifest", nil).text)
	require.Equal(t, http.StatusBadRequest, push(target.ClientID, `{}`).status)
	require.Equal(t, http.StatusForbidden, push("other", text).status)

	check := func(text string) answer {
		return s.api(token, http.MethodPost, "/marketplace/apps/manifest/validate", `{"manifest":`+text+`}`)
	}
	require.JSONEq(t, `{"ok":true}`, check(text).text)
	require.Contains(t, check(`{}`).text, `"error":"invalid_manifest"`)
	s.sbx.Advance(time.Second)
	require.Equal(t, 4711, s.api(s.connect(s.bot("Other", zoom.KindUser), s.sam), http.MethodPost, "/marketplace/apps/manifest/validate", `{"manifest":{}}`).code())
}
