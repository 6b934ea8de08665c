package sentry

import (
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The kinds of sites.
const (
	kindCloud = "cloud"
	kindOwn   = "selfhosted"
)

// cloudURL is the vendor's site; its regions have separate hosts for the API.
const cloudURL = "https://sentry.io"

func regions() []string { return []string{"https://us.sentry.io", "https://de.sentry.io"} }

// SiteKinds returns the kinds of sites.
func (accounts) SiteKinds() []chat.Option {
	return []chat.Option{
		{Label: chat.Say("sentry.site.selfhosted"), Value: kindOwn},
		{Label: chat.Say("sentry.site.cloud"), Value: kindCloud},
	}
}

// Sites returns the vendor's site, sentry.io.
func (accounts) Sites() []provider.Site { return []provider.Site{cloudSite()} }

func cloudSite() provider.Site {
	return provider.Site{ID: kindCloud, Kind: kindCloud, URL: cloudURL, API: cloudURL, Hosts: regions()}
}

// ParseSite returns the site for what an admin typed. Without an address, the cloud is sentry.io. The address of a region is that of
// sentry.io, because users have one account for all regions.
func (accounts) ParseSite(kind, address, api string) (provider.Site, error) {
	if kind != kindCloud && kind != kindOwn {
		return provider.Site{}, &provider.FieldError{Field: "kind", Message: chat.Say("sentry.site.wrong_kind")}
	}
	if kind == kindCloud && strings.TrimSpace(address) == "" {
		address = cloudURL
	}
	base, ok := baseAddress(address)
	if !ok {
		return provider.Site{}, &provider.FieldError{Field: "url", Message: chat.Say("sentry.site.wrong_url")}
	}
	site := provider.Site{ID: base, Kind: kind, URL: base, API: base}
	if base == cloudURL || slices.Contains(regions(), base) {
		site = cloudSite()
	}
	if strings.TrimSpace(api) == "" {
		return site, nil
	}
	if site.API, ok = baseAddress(api); !ok {
		return provider.Site{}, &provider.FieldError{Field: "api", Message: chat.Say("sentry.site.wrong_url")}
	}
	return site, nil
}

// baseAddress returns the address of a server, without the path of its API.
func baseAddress(typed string) (string, bool) {
	base, ok := untrusted.BaseURL(typed)
	return strings.TrimSuffix(base, "/api/0"), ok
}
