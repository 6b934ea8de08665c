package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/config"
)

func complete() config.Config {
	return config.Config{
		SiteURL: "https://chat.example.com", OAuthClientID: "id", OAuthClientSecret: "secret",
		EncryptionKey: "0123456789abcdef0123456789abcdef", ZoomWebhookSecret: "token",
	}
}

func TestACompleteSetUpHasNoProblems(t *testing.T) {
	t.Parallel()
	require.Empty(t, complete().Problems())
}

func TestEachMissingSettingIsNamed(t *testing.T) {
	t.Parallel()
	for setting, spoil := range map[string]func(*config.Config){
		"Site URL":                     func(c *config.Config) { c.SiteURL = "" },
		"Zoom URL":                     func(c *config.Config) { c.ZoomURL = "ftp://zoom.example.com" },
		"Zoom API URL":                 func(c *config.Config) { c.ZoomAPIURL = "http://zoom.example.com/v2" },
		"Zoom OAuth client ID":         func(c *config.Config) { c.OAuthClientID = "" },
		"Zoom OAuth client secret":     func(c *config.Config) { c.OAuthClientSecret = "" },
		"Zoom account ID":              func(c *config.Config) { c.AuthorizationMode = config.ModeServer },
		"At-rest token encryption key": func(c *config.Config) { c.EncryptionKey = "short" },
	} {
		c := complete()
		spoil(&c)
		require.Equal(t, setting, c.Missing())
	}
}

func TestAMissingWebhookSecretCostsOnlyTheEvents(t *testing.T) {
	t.Parallel()
	c := complete()
	c.ZoomWebhookSecret = ""
	require.Empty(t, c.Missing())
	require.Equal(t, "webhook_secret", c.Problems()[0].ID)
}

func TestTheWayToAuthorizeFollowsTheSwitchOfThePublicPlugin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		mode    string
		account bool
		want    string
	}{
		{"", false, config.ModeUser},
		{"", true, config.ModeAccount},
		{"auto", true, config.ModeAccount},
		{"user", true, config.ModeUser},
		{"s2s", true, config.ModeServer},
		{"nonsense", false, config.ModeUser},
	} {
		require.Equal(t, row.want, config.Config{AuthorizationMode: row.mode, AccountLevelApp: row.account}.Mode())
	}
}

func TestWhatIsPastedIsCleaned(t *testing.T) {
	t.Parallel()
	c := config.Config{ZoomURL: " https://zoom.example.com/ ", OAuthClientID: "id\n", SiteURL: "https://chat.example.com/"}.Clean()
	require.Equal(t, "https://zoom.example.com", c.Zoom())
	require.Equal(t, "id", c.OAuthClientID)
	require.Equal(t, "https://chat.example.com/plugins/zoom/webhook", c.PluginURL("/webhook"))
	require.Equal(t, config.DefaultZoomAPIURL, c.ZoomAPI())
}

func TestLinksOfAnOwnZoomServerAreMeetingsToo(t *testing.T) {
	t.Parallel()
	require.Contains(t, config.Config{ZoomURL: "https://zoom.example.com:8443"}.JoinHosts(), "zoom.example.com")
	require.Contains(t, config.Config{}.JoinHosts(), ".zoom.us")
}

func TestAddressesForEventsSayWhereTheSecretGoesButNotTheSecret(t *testing.T) {
	t.Parallel()
	c := complete()
	require.Equal(t, "https://chat.example.com/plugins/zoom/webhook", c.EventURL("/webhook"))
	c.WebhookSecret = "hush"
	require.Equal(t, "https://chat.example.com/plugins/zoom/webhook?secret=WEBHOOKSECRET", c.EventURL("/webhook"))
}

func TestSettingsAreSwappedAsAWhole(t *testing.T) {
	t.Parallel()
	var held config.Container
	require.Equal(t, config.Config{}, held.Load())
	require.Equal(t, config.Config{}, held.Store(complete()))
	require.Equal(t, complete(), held.Load())
}
