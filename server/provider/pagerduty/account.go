package pagerduty

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The kinds of sites are PagerDuty's service regions. An account exists in only one of them.
const (
	regionUS = "us"
	regionEU = "eu"
)

// The addresses of PagerDuty. Users of both regions authorize at the same address.
const (
	usURL = "https://app.pagerduty.com"
	usAPI = "https://api.pagerduty.com"
	euURL = "https://app.eu.pagerduty.com"
	euAPI = "https://api.eu.pagerduty.com"

	identityURL = "https://identity.pagerduty.com"
)

// scopes returns the OAuth scopes that PagerDuty's documentation names for our calls and events. We write only to incidents and webhooks.
// If the app isn't registered for one of them, PagerDuty silently grants openid alone.
func scopes() []string {
	return []string{
		"incidents.read", "incidents.write", "services.read", "users.read", "teams.read", "schedules.read", "oncalls.read",
		"escalation_policies.read", "priorities.read", "incident_workflows.read", "webhook_subscriptions.read", "webhook_subscriptions.write", "openid",
	}
}

// accounts are those of users, and the sites at which they are.
type accounts struct{}

// Endpoints returns where users authorize. PagerDuty grants scopes only to clients that send a code challenge.
func (accounts) Endpoints(site provider.Site) provider.Endpoints {
	base := site.URL
	if site.URL == usURL || site.URL == euURL {
		base = identityURL
	}
	return provider.Endpoints{AuthURL: base + "/oauth/authorize", TokenURL: base + "/oauth/token", Scopes: scopes(), CredentialsInBody: true}
}

// WhoAmI returns the account of the session.
func (accounts) WhoAmI(ctx context.Context, s provider.Session) (provider.Account, error) {
	me, err := newClient(s).me(ctx)
	if err != nil {
		return provider.Account{}, err
	}
	return provider.Account{ID: me.ID, Name: me.Name, URL: me.URL}, nil
}

// Sites returns PagerDuty's two regions.
func (accounts) Sites() []provider.Site {
	return []provider.Site{
		{ID: regionUS, Kind: regionUS, URL: usURL, API: usAPI},
		{ID: regionEU, Kind: regionEU, URL: euURL, API: euAPI},
	}
}

// SiteKinds returns the service regions.
func (accounts) SiteKinds() []chat.Option {
	return []chat.Option{
		{Label: chat.Say("pagerduty.site.us"), Value: regionUS},
		{Label: chat.Say("pagerduty.site.eu"), Value: regionEU},
	}
}

// ParseSite returns the site for what an admin typed: the address of PagerDuty or of a proxy in front of it. Without an address, it is
// PagerDuty's own site in that region. One of PagerDuty's addresses also decides the region.
func (p accounts) ParseSite(kind, address, api string) (provider.Site, error) {
	if kind != regionUS && kind != regionEU {
		return provider.Site{}, &provider.FieldError{Field: "kind", Message: chat.Say("pagerduty.site.wrong_kind")}
	}
	if strings.TrimSpace(address) == "" {
		address = map[string]string{regionUS: usURL, regionEU: euURL}[kind]
	}
	base, ok := untrusted.BaseURL(address)
	if !ok {
		return provider.Site{}, &provider.FieldError{Field: "url", Message: chat.Say("pagerduty.site.wrong_url")}
	}
	for _, own := range p.Sites() {
		if own.URL == base || own.Kind == kind && strings.HasSuffix(base, ".pagerduty.com") {
			return own, nil
		}
	}
	site := provider.Site{ID: base, Kind: kind, URL: base, API: base}
	if strings.TrimSpace(api) == "" {
		return site, nil
	}
	if site.API, ok = untrusted.BaseURL(api); !ok {
		return provider.Site{}, &provider.FieldError{Field: "api", Message: chat.Say("pagerduty.site.wrong_url")}
	}
	return site, nil
}

// SiteOfAccount returns the site of an account, from the ID token of PagerDuty's token endpoint, whose audience is the API. The token
// must come from that endpoint directly, so its signature isn't checked. Fault: AccountRejected.
func (accounts) SiteOfAccount(idToken string, sites []provider.Site) (provider.Site, error) {
	refused := func(err error) (provider.Site, error) {
		return provider.Site{}, fault.Wrap(err, fault.AccountRejected).With("Provider", name)
	}
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		return refused(errors.New("that is no ID token"))
	}
	claims, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return refused(errors.Wrap(err, "decode an ID token"))
	}
	var payload struct {
		Audience json.RawMessage `json:"aud"`
	}
	if err := json.Unmarshal(claims, &payload); err != nil {
		return refused(errors.Wrap(err, "read an ID token"))
	}
	var audience []string
	if json.Unmarshal(payload.Audience, &audience) != nil {
		var one string
		if err := json.Unmarshal(payload.Audience, &one); err != nil {
			return refused(errors.Wrap(err, "read the audience of an ID token"))
		}
		audience = []string{one}
	}
	for i := range audience {
		audience[i] = strings.TrimRight(audience[i], "/")
	}
	for _, site := range sites {
		if site.API != "" && slices.Contains(audience, site.API) {
			return site, nil
		}
	}
	return refused(errors.New("the account is in no region that is known"))
}
