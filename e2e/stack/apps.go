package stack

import (
	"context"
	"maps"

	"github.com/pkg/errors"
)

// Mode is one of the three ways in which a Zoom app can be authorized.
type Mode string

// The three kinds of app, by the sandbox's and the plugin's word for them.
const (
	UserApp    Mode = "user"    // every user connects
	AccountApp Mode = "account" // one administrator connects for all
	ServerApp  Mode = "s2s"     // server-to-server OAuth, no one connects
)

// WebhookSecret is the Secret Token of the sandbox's apps.
const WebhookSecret = "e2e-webhook-secret-token"

// zoomAccountID is the Zoom account that the apps and the users belong to: the
// sandbox's default.
const zoomAccountID = "SbxAccountAAAAAAAAAAAA"

// encryptionKey is the first setting of the key that seals stored tokens.
const encryptionKey = "e2e-encryption-key-0123456789abc"

// ClientID is the client ID of the mode's app.
func (m Mode) ClientID() string { return "e2e-client-" + string(m) }

// ClientSecret is the client secret of the mode's app. The stories search for it
// where it must not be.
func (m Mode) ClientSecret() string { return "e2e-client-secret-of-" + string(m) }

// Scopes are what the plugin's documentation asks an app of this kind to have.
func (m Mode) Scopes() []string {
	scopes := []string{"meeting:read:meeting", "meeting:write:meeting", "user:read:user"}
	if m == UserApp {
		return scopes
	}
	for i := range scopes {
		scopes[i] += ":admin"
	}
	return scopes
}

// Use registers an app of this kind at the sandbox, with its events going to the
// first server, and sets the plugin up for it. More settings can be laid over.
func (s *Stack) Use(ctx context.Context, mode Mode, more Settings) error {
	s.progress.Sayf("registering the %s-level Zoom app and configuring the plugin", mode)
	settings := Settings{
		"ZoomURL": s.Sandbox.URL, "ZoomAPIURL": s.Sandbox.URL + "/v2",
		"AuthorizationMode": string(mode), "AccountID": zoomAccountID,
		"OAuthClientID": mode.ClientID(), "OAuthClientSecret": mode.ClientSecret(),
		"ZoomWebhookSecret": WebhookSecret,
	}
	if _, ok := s.settings["encryptionkey"]; !ok {
		settings["EncryptionKey"] = encryptionKey
	}
	maps.Copy(settings, more)
	if err := s.Set(ctx, settings); err != nil {
		return err
	}
	err := s.Sandbox.Register(ctx, s.app(mode))
	return errors.Wrapf(err, "register the %s-level app", mode)
}

// Lose has Zoom send no events from now on, as if all got lost,
// until Use.
func (s *Stack) Lose(ctx context.Context, mode Mode) error {
	app := s.app(mode)
	app.WebhookURL, app.Validate = "", false
	return errors.Wrap(s.Sandbox.Register(ctx, app), "register the app without events")
}

func (s *Stack) app(mode Mode) App {
	plugin := s.Servers[0].URL + "/plugins/" + PluginID
	return App{
		Name: "Mattermost (" + string(mode) + ")", Kind: string(mode),
		ClientID: mode.ClientID(), ClientSecret: mode.ClientSecret(), AccountID: zoomAccountID,
		Scopes:        mode.Scopes(),
		RedirectURIs:  []string{s.SiteURL + "/plugins/" + PluginID + "/oauth2/complete"},
		WebhookSecret: WebhookSecret, WebhookURL: plugin + "/webhook",
		DeauthorizationURL: plugin + "/deauthorization", Validate: true,
	}
}
