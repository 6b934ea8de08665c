package main

import (
	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/httpapi"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
)

// views give each part of the plugin the settings that it needs.
type views struct {
	settings *config.Container
	client   *mattermost.Client
}

func (v *views) oauth() oauth.App {
	s := v.settings.Load()
	return oauth.App{
		ClientID: s.OAuthClientID, ClientSecret: s.OAuthClientSecret, AccountID: s.AccountID,
		AuthURL: s.Zoom() + "/oauth/authorize", TokenURL: s.Zoom() + "/oauth/token", RevokeURL: s.Zoom() + "/oauth/revoke",
		RedirectURL: s.PluginURL("/oauth2/complete"),
	}
}

func (v *views) account() account.Settings {
	s := v.settings.Load()
	return account.Settings{
		Mode: account.Mode(s.Mode()), ClientID: s.OAuthClientID, TrustUnverifiedEmail: s.TrustUnverifiedEmail,
		ConnectURL: s.PluginURL("/oauth2/connect"),
	}
}

func (v *views) meeting() meeting.Settings {
	s := v.settings.Load()
	return meeting.Settings{Missing: s.Missing(), RestrictPublic: s.RestrictMeetingCreation}
}

func (v *views) http() httpapi.Settings {
	s := v.settings.Load()
	return httpapi.Settings{
		Missing: s.Missing(), Mode: s.Mode(), URLSecret: s.WebhookSecret, JoinHosts: s.JoinHosts(), BotID: v.client.BotID(),
		RedirectURL: s.PluginURL("/oauth2/complete"), WebhookURL: s.EventURL("/webhook"), DeauthorizationURL: s.EventURL("/deauthorization"),
	}
}

func (v *views) bridge() bridge.Settings {
	s := v.settings.Load()
	return bridge.Settings{
		Enabled: s.Triggers(), Policy: bridge.ConnectPolicy(s.Policy()), HookURL: s.PluginURL("/hooks/"),
		Missing: s.MissingForBridge(), Rules: s.RuleLimits(),
	}
}
