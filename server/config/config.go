// Package config holds the settings of the System Console, validated and with defaults filled in. It doesn't read or save them; the
// server does.
package config

import (
	"net"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
)

// Addresses of Zoom's own service, the defaults.
const (
	DefaultZoomURL    = "https://zoom.us"
	DefaultZoomAPIURL = "https://api.zoom.us/v2"
)

// minKeyLength is the length of the shortest accepted encryption key, in bytes. The System Console generates 32.
const minKeyLength = 16

// Values of AuthorizationMode; "" and "auto" follow AccountLevelApp, as in the public plugin.
const (
	ModeUser    = "user"
	ModeAccount = "account"
	ModeServer  = "s2s"
)

// Config holds the settings under their keys in plugin.json. Read a setting through its method if it has one: methods fill in defaults.
type Config struct {
	ZoomURL                        string
	ZoomAPIURL                     string
	AuthorizationMode              string
	AccountLevelApp                bool
	AccountID                      string
	OAuthClientID                  string
	OAuthClientSecret              string
	EncryptionKey                  string
	ZoomWebhookSecret              string
	WebhookSecret                  string
	TrustUnverifiedEmail           bool
	RestrictMeetingCreation        bool
	EnablePostingRecordingPassword bool
	BridgePolicy                   string

	// Providers are the settings of the providers by ID; see ReadProviders.
	Providers map[string]Provider `json:"-"`
	// SiteURL is the server's own address. It isn't one of the plugin's settings.
	SiteURL string `json:"-"`
}

// Clean returns the settings without the spaces that pasting adds around them.
func (c Config) Clean() Config {
	for _, s := range []*string{
		&c.ZoomURL, &c.ZoomAPIURL, &c.AuthorizationMode, &c.AccountID, &c.OAuthClientID, &c.OAuthClientSecret,
		&c.EncryptionKey, &c.ZoomWebhookSecret, &c.WebhookSecret, &c.SiteURL,
	} {
		*s = strings.TrimSpace(*s)
	}
	c.ZoomURL = strings.TrimRight(c.ZoomURL, "/")
	c.ZoomAPIURL = strings.TrimRight(c.ZoomAPIURL, "/")
	c.SiteURL = strings.TrimRight(c.SiteURL, "/")
	return c
}

// Zoom returns the address of Zoom's website, without a trailing slash.
func (c Config) Zoom() string {
	if c.ZoomURL == "" {
		return DefaultZoomURL
	}
	return c.ZoomURL
}

// ZoomAPI returns the address of Zoom's API, without a trailing slash.
func (c Config) ZoomAPI() string {
	if c.ZoomAPIURL == "" {
		return DefaultZoomAPIURL
	}
	return c.ZoomAPIURL
}

// Mode returns how users authorize: ModeUser, ModeAccount or ModeServer.
func (c Config) Mode() string {
	switch c.AuthorizationMode {
	case ModeUser, ModeAccount, ModeServer:
		return c.AuthorizationMode
	}
	if c.AccountLevelApp {
		return ModeAccount
	}
	return ModeUser
}

// PluginURL returns the public address of a path of this plugin.
func (c Config) PluginURL(path string) string {
	return c.SiteURL + "/plugins/zoom" + path
}

// EventURL returns the address for Zoom's events as an admin enters it in Zoom. If events must carry a secret, a placeholder shows where;
// the secret itself is shown to no one.
func (c Config) EventURL(path string) string {
	if c.WebhookSecret == "" {
		return c.PluginURL(path)
	}
	return c.PluginURL(path) + "?secret=WEBHOOKSECRET"
}

// JoinHosts returns the hosts of meeting links. An entry that starts with a dot matches all its subdomains.
func (c Config) JoinHosts() []string {
	// Zoom's own: general, for governments, and in Germany (Zoom X) and China.
	hosts := []string{
		"zoom.us", ".zoom.us", "zoom.com", ".zoom.com", "zoomgov.com", ".zoomgov.com", "zoom-x.de", ".zoom-x.de", "zoom.com.cn", ".zoom.com.cn",
	}
	u, err := url.Parse(c.ZoomURL)
	if err != nil || u.Host == "" {
		return hosts
	}
	host := u.Hostname()
	switch {
	case net.ParseIP(host) == nil:
		return append(hosts, host, "."+host)
	case strings.Contains(host, ":"):
		// Browsers write IPv6 addresses in brackets.
		return append(hosts, "["+host+"]")
	}
	return append(hosts, host)
}

// Missing returns the first required setting that isn't set, by its name in the System Console, or "".
func (c Config) Missing() string {
	for _, problem := range c.Problems() {
		if problem.Fatal {
			return problem.Setting
		}
	}
	return ""
}

// MissingForBridge returns the first setting that connections to providers require and that isn't set, or "". Zoom's settings aren't
// required.
func (c Config) MissingForBridge() string {
	for _, problem := range c.Problems() {
		if problem.ID == "site_url" || problem.ID == "encryption_key" {
			return problem.Setting
		}
	}
	return ""
}

// Problem is a missing or invalid setting.
type Problem struct {
	// ID names the check; its messages are "check.<id>" and "check.<id>.fix".
	ID string
	// Setting is the setting's name in the System Console.
	Setting string
	// Fatal problems prevent meetings from starting; the others disable a feature.
	Fatal bool
}

// Problems validates the settings and returns the problems, the worst first.
func (c Config) Problems() []Problem {
	var found []Problem
	add := func(wrong bool, id, setting string, fatal bool) {
		if wrong {
			found = append(found, Problem{ID: id, Setting: setting, Fatal: fatal})
		}
	}
	add(c.SiteURL == "", "site_url", "Site URL", true)
	add(!validURL(c.Zoom()), "zoom_url", "Zoom URL", true)
	add(!validURL(c.ZoomAPI()), "zoom_api_url", "Zoom API URL", true)
	add(c.OAuthClientID == "", "client_id", "Zoom OAuth client ID", true)
	add(c.OAuthClientSecret == "", "client_secret", "Zoom OAuth client secret", true)
	add(c.Mode() == ModeServer && c.AccountID == "", "account_id", "Zoom account ID", true)
	add(len(c.EncryptionKey) < minKeyLength, "encryption_key", "At-rest token encryption key", true)
	add(c.ZoomWebhookSecret == "", "webhook_secret", "Zoom webhook secret token", false)
	return found
}

// validURL reports whether s is a server's URL. Plain HTTP is allowed for this machine only, because tokens and client secrets are sent
// there.
func validURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Same reports whether both hold the same settings.
func (c Config) Same(other Config) bool { return reflect.DeepEqual(c, other) }

// Container holds the current settings. It is safe for concurrent use.
type Container struct {
	current atomic.Pointer[Config]
}

// Load returns the current settings.
func (c *Container) Load() Config {
	if held := c.current.Load(); held != nil {
		return *held
	}
	return Config{}
}

// Store replaces the settings and returns the previous ones.
func (c *Container) Store(next Config) (before Config) {
	if held := c.current.Swap(&next); held != nil {
		return *held
	}
	return Config{}
}
