package bitbucket

import (
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The kinds of sites.
const (
	kindCloud      = "cloud"
	kindDataCenter = "datacenter"
)

// The addresses of Bitbucket Cloud.
const (
	cloudURL = "https://bitbucket.org"
	cloudAPI = "https://api.bitbucket.org"
)

// SiteKinds returns the kinds of sites.
func (*Bitbucket) SiteKinds() []chat.Option {
	return []chat.Option{
		{Label: chat.Say("bitbucket.site.datacenter"), Value: kindDataCenter},
		{Label: chat.Say("bitbucket.site.cloud"), Value: kindCloud},
	}
}

// Sites returns Bitbucket Cloud.
func (*Bitbucket) Sites() []provider.Site {
	return []provider.Site{{ID: kindCloud, Kind: kindCloud, URL: cloudURL, API: cloudAPI}}
}

// ParseSite returns the site for what an admin typed. Without an address, Cloud is Atlassian's. A Data Center has its API at the address
// that people open.
func (*Bitbucket) ParseSite(kind, address, api string) (provider.Site, error) {
	if kind != kindCloud && kind != kindDataCenter {
		return provider.Site{}, &provider.FieldError{Field: "kind", Message: chat.Say("bitbucket.site.wrong_kind")}
	}
	if kind == kindCloud && strings.TrimSpace(address) == "" {
		address = cloudURL
	}
	base, ok := untrusted.BaseURL(address)
	if !ok {
		return provider.Site{}, &provider.FieldError{Field: "url", Message: chat.Say("bitbucket.site.wrong_url")}
	}
	site := provider.Site{ID: base, Kind: kind, URL: base, API: base}
	if kind == kindCloud && strings.EqualFold(base, cloudURL) {
		site = provider.Site{ID: kindCloud, Kind: kindCloud, URL: cloudURL, API: cloudAPI}
	}
	if strings.TrimSpace(api) == "" {
		return site, nil
	}
	if site.API, ok = untrusted.BaseURL(api); !ok {
		return provider.Site{}, &provider.FieldError{Field: "api", Message: chat.Say("bitbucket.site.wrong_url")}
	}
	return site, nil
}
