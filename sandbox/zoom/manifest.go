package zoom

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// manifest is an app as its developer describes it. Sections that the sandbox doesn't
// simulate are not looked at.
// https://developers.zoom.us/docs/build-flow/manifests/schema/
type manifest struct {
	Display struct {
		Name            string `json:"display_name"`
		Description     string `json:"description"`
		LongDescription string `json:"long_description"`
	} `json:"display_information"`
	OAuth struct {
		Usage               string   `json:"usage"`
		DevelopmentRedirect string   `json:"development_redirect_uri"`
		ProductionRedirect  string   `json:"production_redirect_uri"`
		AllowList           []string `json:"oauth_allow_list"`
		StrictMode          bool     `json:"strict_mode"`
		SubdomainStrictMode bool     `json:"subdomain_strict_mode"`
		ScopeDescription    string   `json:"scope_description"`
		Scopes              []struct {
			Scope    string `json:"scope"`
			Optional bool   `json:"optional"`
		} `json:"scopes"`
	} `json:"oauth_information"`
	Features struct {
		Products        []string `json:"products"`
		DevelopmentHome string   `json:"development_home_uri"`
		ProductionHome  string   `json:"production_home_uri"`
		Domains         []struct {
			Domain      string `json:"domain"`
			Explanation string `json:"explanation"`
		} `json:"domain_allow_list"`
		InClient struct {
			API struct {
				Enable bool     `json:"enable"`
				APIs   []string `json:"zoom_app_apis"`
			} `json:"zoom_app_api"`
			GuestMode       json.RawMessage `json:"guest_mode"`
			InClientOAuth   json.RawMessage `json:"in_client_oauth"`
			CollaborateMode json.RawMessage `json:"collaborate_mode"`
		} `json:"in_client_feature"`
		Chat          manifestChat    `json:"team_chat_subscription"`
		Events        manifestEvents  `json:"event_subscription"`
		ChatTab       json.RawMessage `json:"team_chat_tab"`
		Connector     json.RawMessage `json:"connector"`
		ClientSupport json.RawMessage `json:"zoom_client_support"`
		Embed         json.RawMessage `json:"embed"`
	} `json:"features"`
}

// manifestChat is the Team Chat part of a manifest.
type manifestChat struct {
	Enable               bool `json:"enable"`
	EnableSupportChannel bool `json:"enable_support_channel"`
	Command              struct {
		Command            string            `json:"command"`
		Hints              []teamchat.Hint   `json:"command_hints"`
		Mention            bool              `json:"enable_mention"`
		EnableAddToChannel bool              `json:"enable_add_to_channel"`
		DevelopmentURL     string            `json:"development_message_url"`
		ProductionURL      string            `json:"production_message_url"`
		SenderType         string            `json:"sender_type"`
		Welcome            teamchat.Welcome  `json:"welcome_msg"`
		Domains            []teamchat.Domain `json:"trust_domain_list"`
	} `json:"slash_command"`
	Shortcuts []teamchat.Shortcut `json:"shortcuts"`
}

// manifestEvents is the part of a manifest about notifications.
type manifestEvents struct {
	Enable bool `json:"enable"`
	Events []struct {
		ID                string          `json:"subscription_id"`
		Name              string          `json:"subscription_name"`
		Types             []string        `json:"event_types"`
		DevelopmentURL    string          `json:"development_webhook_url"`
		ProductionURL     string          `json:"production_webhook_url"`
		Usage             string          `json:"event_usage"`
		DevelopmentHeader json.RawMessage `json:"development_event_custom_header"`
		ProductionHeader  json.RawMessage `json:"production_event_custom_header"`
	} `json:"events"`
}

// manifestProblem is something wrong with a manifest, and the setting that it is in.
type manifestProblem struct {
	Message string `json:"message"`
	Setting string `json:"setting"`
}

// products are those that an app can work in.
var products = []string{
	"ZOOM_MEETING", "ZOOM_CHAT", "ZOOM_PHONE", "ZOOM_ROOM", "ZOOM_WEBINAR", "ZOOM_CONTACT_CENTER", "ZOOM_WHITEBOARD", "ZOOM_EVENTS",
}

// readManifest returns the app that a manifest describes, or what is wrong with it.
// Unknown fields are wrong.
func readManifest(raw []byte) (App, []manifestProblem) {
	var m manifest
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return App{}, []manifestProblem{{err.Error(), "/"}}
	}
	if problems := m.check(); len(problems) > 0 {
		return App{}, problems
	}
	return m.app(), nil
}

// check returns what is wrong with a manifest.
func (m manifest) check() []manifestProblem {
	var problems []manifestProblem
	say := func(setting, format string, args ...any) {
		problems = append(problems, manifestProblem{fmt.Sprintf(format, args...), setting})
	}
	address := func(setting, value string) {
		if u, err := url.Parse(value); value != "" && (err != nil || u.Host == "") {
			say(setting, "%q is not an absolute address", value)
		}
	}
	const maxName = 50
	if n := len([]rune(m.Display.Name)); n == 0 || n > maxName {
		say("/display_information/display_name", "The name must have 1 to %d characters", maxName)
	}
	if m.OAuth.Usage != "ADMIN_MANAGEMENT" && m.OAuth.Usage != "USER_OPERATION" {
		say("/oauth_information/usage", "%q is neither ADMIN_MANAGEMENT nor USER_OPERATION", m.OAuth.Usage)
	}
	if m.OAuth.DevelopmentRedirect == "" {
		say("/oauth_information/development_redirect_uri", "The development redirect URL is required")
	}
	for _, uri := range append([]string{m.OAuth.DevelopmentRedirect, m.OAuth.ProductionRedirect}, m.OAuth.AllowList...) {
		address("/oauth_information", uri)
	}
	if len(m.Features.Products) == 0 {
		say("/features/products", "A product is required")
	}
	for _, p := range m.Features.Products {
		if !slices.Contains(products, p) {
			say("/features/products", "%q is no product", p)
		}
	}
	for _, e := range m.Features.Events.Events {
		address("/features/event_subscription", cmp.Or(e.DevelopmentURL, e.ProductionURL))
		if len(e.Types) == 0 {
			say("/features/event_subscription", "%q has no events", e.Name)
		}
	}
	if !m.Features.Chat.Enable {
		return problems
	}
	bot := m.bot()
	if err := bot.Check(); err != nil {
		say("/features/team_chat_subscription", "%v", err)
	}
	home, err := url.Parse(bot.HomeURL)
	if len(bot.Shortcuts) > 0 && (bot.HomeURL == "" || err != nil || !slices.Contains(bot.DomainAllowList, home.Hostname())) {
		say("/features/development_home_uri", "Shortcuts need a home URL whose domain is on the allow list")
	}
	return problems
}

// bot is the Team Chat part of the app.
func (m manifest) bot() teamchat.Subscription {
	chat, features := m.Features.Chat, m.Features
	bot := teamchat.Subscription{
		EndpointURL: cmp.Or(chat.Command.DevelopmentURL, chat.Command.ProductionURL), Command: chat.Command.Command, Hints: chat.Command.Hints,
		Mention: chat.Command.Mention, Welcome: chat.Command.Welcome, Domains: chat.Command.Domains, Shortcuts: chat.Shortcuts,
		HomeURL: cmp.Or(features.DevelopmentHome, features.ProductionHome), SDK: []string{},
	}
	for _, d := range features.Domains {
		bot.DomainAllowList = append(bot.DomainAllowList, d.Domain)
	}
	if features.InClient.API.Enable {
		bot.SDK = append(bot.SDK, features.InClient.API.APIs...)
	}
	return bot
}

// app is the registration that a manifest describes.
func (m manifest) app() App {
	a := App{Name: m.Display.Name, Kind: KindUser}
	if m.OAuth.Usage == "ADMIN_MANAGEMENT" {
		a.Kind = KindAccount
	}
	for _, uri := range append([]string{m.OAuth.DevelopmentRedirect, m.OAuth.ProductionRedirect}, m.OAuth.AllowList...) {
		if uri != "" && !slices.Contains(a.RedirectURIs, uri) {
			a.RedirectURIs = append(a.RedirectURIs, uri)
		}
	}
	for _, s := range m.OAuth.Scopes {
		a.Scopes = append(a.Scopes, s.Scope)
	}
	if m.Features.Events.Enable && len(m.Features.Events.Events) > 0 {
		first := m.Features.Events.Events[0]
		a.WebhookURL, a.Events = cmp.Or(first.DevelopmentURL, first.ProductionURL), first.Types
	}
	if m.Features.Chat.Enable {
		bot := m.bot()
		a.Bot = &bot
	}
	return a
}

// ManifestRequest is a manifest that a developer pastes.
type ManifestRequest struct {
	// ClientID names the app that it changes; a new app is registered when empty.
	ClientID string          `json:"client_id"`
	Manifest json.RawMessage `json:"manifest"`
	// Validate makes it depend on the endpoints passing endpoint.url_validation.
	Validate bool `json:"validate"`
}

// ApplyManifest registers an app as a manifest describes it, or changes one. Its
// credentials stay.
func (s *Sandbox) ApplyManifest(q ManifestRequest) (AppStatus, error) {
	a, problems := readManifest(q.Manifest)
	if len(problems) > 0 {
		var all []string
		for _, p := range problems {
			all = append(all, p.Setting+": "+p.Message)
		}
		return AppStatus{}, errors.Wrap(kit.ErrInvalid, strings.Join(all, "; "))
	}
	if q.ClientID != "" {
		before, err := s.App(q.ClientID)
		if err != nil {
			return AppStatus{}, err
		}
		a = a.keep(before.App)
	}
	a.Validate, a.Manifest = q.Validate, q.Manifest
	return s.SetApp(a)
}

// keep returns the app with what a manifest doesn't have.
func (a App) keep(before App) App {
	a.ClientID, a.ClientSecret, a.WebhookSecret, a.AccountID = before.ClientID, before.ClientSecret, before.WebhookSecret, before.AccountID
	a.DeauthorizationURL = before.DeauthorizationURL
	return a
}

// checkManifest is POST /marketplace/apps/manifest/validate.
func (*world) checkManifest(c *call) (int, any, *apiError) {
	var q struct {
		Manifest json.RawMessage `json:"manifest"`
	}
	if json.Unmarshal(c.body, &q) != nil || len(q.Manifest) == 0 {
		return 0, nil, refuse(http.StatusBadRequest, 300, "Validation Failed.")
	}
	if _, problems := readManifest(q.Manifest); len(problems) > 0 {
		return http.StatusOK, kit.Object{"ok": false, "error": "invalid_manifest", "errors": problems}, nil
	}
	return http.StatusOK, kit.Object{"ok": true}, nil
}

// readAppManifest is GET /marketplace/apps/{appId}/manifest. The sandbox's app IDs are
// client IDs.
func (w *world) readAppManifest(c *call) (int, any, *apiError) {
	app := w.apps[c.r.PathValue("appId")]
	if app == nil || app.Manifest == nil || app.AccountID != w.account(c) {
		return 0, nil, refuse(http.StatusNotFound, http.StatusNotFound, "App not exists.")
	}
	return http.StatusOK, kit.Object{"manifest": app.Manifest}, nil
}

// writeAppManifest is PUT /marketplace/apps/{appId}/manifest, which replaces the whole
// configuration.
func (w *world) writeAppManifest(c *call) (int, any, *apiError) {
	var q struct {
		Manifest json.RawMessage `json:"manifest"`
	}
	app := w.apps[c.r.PathValue("appId")]
	if app == nil || app.AccountID != w.account(c) {
		return 0, nil, refuse(http.StatusForbidden, http.StatusForbidden, "The current user does not have permission to edit this app.")
	}
	invalid := refuse(http.StatusBadRequest, 300, "The app manifest format is invalid.")
	if json.Unmarshal(c.body, &q) != nil {
		return 0, nil, invalid
	}
	a, problems := readManifest(q.Manifest)
	if len(problems) > 0 {
		return 0, nil, invalid
	}
	a = a.keep(app.App)
	a.Manifest = q.Manifest
	if _, err := w.addApp(a); err != nil {
		return 0, nil, invalid
	}
	return http.StatusNoContent, nil, nil
}
