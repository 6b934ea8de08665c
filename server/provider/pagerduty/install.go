package pagerduty

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// healthInterval is how often we check our webhooks. PagerDuty disables a webhook for a day after three failed deliveries, and never
// sends what happened meanwhile.
const healthInterval = 5 * time.Minute

// The paths of resources: the account, a service or team by ID, or a service by name.
const (
	pathAccount  = "account"
	pathServices = "services/"
	pathTeams    = "teams/"
	pathNamed    = "named/"
)

// subscriptions are the webhooks by which PagerDuty delivers, and the services and accounts that they are for.
type subscriptions struct{ directory }

// Locate understands what a channel should follow: nothing typed means the whole account; otherwise the address of a service's or team's
// page, the ID of a service, or its name. Resource looks names up.
func (subscriptions) Locate(typed string, sites []provider.Site) (provider.Location, error) {
	typed = trimQuotes(typed)
	at := provider.Location{Site: defaultSite(sites), Path: pathNamed + url.PathEscape(typed)}
	u, err := url.Parse(untrusted.URL(typed))
	switch id := serviceID(typed); {
	case typed == "" || strings.EqualFold(typed, pathAccount):
		at.Path = pathAccount
	case err == nil && u.Host != "":
		at.Site, at.Path = siteOfPage(u, sites), pagePath(u)
	case id != "":
		at.Path = pathServices + id
	}
	if at.Site == "" {
		return provider.Location{}, fault.New(fault.AddressUnknown).With("Provider", name).With("Example", "https://acme.pagerduty.com/service-directory/PABC123")
	}
	return at, nil
}

// defaultSite returns the site to use if the user named none: the first at which users can authorize.
func defaultSite(sites []provider.Site) string {
	if at := slices.IndexFunc(sites, func(s provider.Site) bool { return s.OAuth }); at >= 0 {
		return sites[at].URL
	}
	if len(sites) == 0 {
		return ""
	}
	return sites[0].URL
}

// siteOfPage returns the site of a page. Each account has its own host.
func siteOfPage(page *url.URL, sites []provider.Site) string {
	base := page.Scheme + "://" + strings.ToLower(page.Host)
	for _, site := range sites {
		if site.URL == base || site.API == base {
			return site.URL
		}
	}
	switch host := strings.ToLower(page.Hostname()); {
	case strings.HasSuffix(host, ".eu.pagerduty.com"):
		return euURL
	case strings.HasSuffix(host, ".pagerduty.com"):
		return usURL
	}
	return base // an address that no admin has added
}

// pagePath returns the path of the service or team that a page shows, otherwise that of the account.
func pagePath(page *url.URL) string {
	if id := serviceID(page.String()); id != "" {
		return pathServices + id
	}
	parts := strings.Split(strings.Trim(page.Path, "/"), "/")
	if at := slices.Index(parts, "teams"); at >= 0 && at+1 < len(parts) && idOf(parts[at+1]) != "" {
		return pathTeams + idOf(parts[at+1])
	}
	return pathAccount
}

// Resource returns the resource at the path. Only admins can connect the whole account; others may choose from the services they belong
// to. Faults: ResourceUnknown, NotResourceAdmin; a *provider.AmbiguousError if several services have the name.
func (p subscriptions) Resource(ctx context.Context, s provider.Session, path string) (provider.Resource, error) {
	c := newClient(s)
	if path == pathAccount {
		return p.account(ctx, s)
	}
	if id, ok := strings.CutPrefix(path, pathTeams); ok {
		answer, err := c.do(ctx, http.MethodGet, "/teams/"+url.PathEscape(id), nil, nil)
		if err != nil {
			return provider.Resource{}, err
		}
		team := answer.object("team").reference()
		if team.ID == "" {
			return provider.Resource{}, c.missing("a team")
		}
		return provider.Resource{ID: "team/" + team.ID, Name: cmp.Or(team.Name, team.ID), URL: team.URL, Path: pathTeams + team.ID}, nil
	}
	if id, ok := strings.CutPrefix(path, pathServices); ok {
		service, err := p.Service(ctx, s, id)
		return serviceResource(service), err
	}
	typed, err := url.PathUnescape(strings.TrimPrefix(path, pathNamed))
	if err != nil {
		return provider.Resource{}, c.notFound("a name that cannot be read")
	}
	found, err := p.FindServices(ctx, s, typed)
	switch {
	case err != nil:
		return provider.Resource{}, err
	case len(found) == 0:
		return provider.Resource{}, c.notFound("no service of this name")
	case len(found) > 1:
		return provider.Resource{}, ambiguous(found)
	}
	return serviceResource(found[0]), nil
}

// account returns the whole account, identified by the host of its pages.
func (p subscriptions) account(ctx context.Context, s provider.Session) (provider.Resource, error) {
	c := newClient(s)
	answer, err := c.do(ctx, http.MethodGet, "/users/me", nil, nil)
	if err != nil {
		return provider.Resource{}, err
	}
	user := answer.object("user")
	if role := user.text("role"); role != "" && role != "admin" && role != "owner" {
		refused := fault.Wrap(errors.Errorf("the role %.20q is no admin's", role), fault.NotResourceAdmin)
		if mine, err := p.Services(ctx, s, ""); err == nil && len(mine) > 0 {
			refused = fault.Wrap(ambiguous(mine), fault.NotResourceAdmin)
		}
		return provider.Resource{}, refused.With("Provider", c.Provider).With("Resource", name)
	}
	return c.accountOf(user)
}

// serviceResource returns a service as the resource of a connection.
func serviceResource(service provider.Resource) provider.Resource {
	if service.ID != "" {
		service.Path, service.ID = pathServices+service.ID, "service/"+service.ID
	}
	return service
}

// ambiguous returns the services as choices.
func ambiguous(services []provider.Resource) *provider.AmbiguousError {
	several := &provider.AmbiguousError{}
	for _, one := range services {
		several.Choices = append(several.Choices, provider.Choice{Label: one.Name, Text: one.ID})
	}
	return several
}

// scopeOf returns the scope of a resource's webhook.
func scopeOf(r provider.Resource) Scope {
	if id, ok := strings.CutPrefix(r.ID, "service/"); ok {
		return Scope{Kind: ScopeService, ID: id}
	}
	if id, ok := strings.CutPrefix(r.ID, "team/"); ok {
		return Scope{Kind: ScopeTeam, ID: id}
	}
	return Scope{Kind: ScopeAccount}
}

// Install creates the webhook. PagerDuty generates the secret and shows it only now.
func (p subscriptions) Install(ctx context.Context, s provider.Session, r provider.Resource, h provider.Hook) (provider.Installation, error) {
	made, secret, err := p.Subscribe(ctx, s, scopeOf(r), h)
	if err != nil {
		return provider.Installation{}, err
	}
	return provider.Installation{Ref: provider.Encode(made), Secret: secret}, nil
}

// Installed reports whether the webhook works. A webhook that PagerDuty has disabled is enabled again.
func (p subscriptions) Installed(ctx context.Context, s provider.Session, _ provider.Resource, h provider.Hook, ref json.RawMessage) (bool, error) {
	made, err := readSubscription(ref)
	if err != nil {
		return false, err
	}
	health, err := p.CheckHook(ctx, s, made, h)
	if err == nil && health == HealthDisabled {
		err = p.enable(ctx, s, made)
		health = HealthGood
	}
	return health == HealthGood, err
}

// enable tells PagerDuty to resume sending.
func (subscriptions) enable(ctx context.Context, s provider.Session, made Subscription) error {
	c := newClient(s)
	_, err := c.do(ctx, http.MethodPost, "/webhook_subscriptions/"+made.ID+"/enable", nil, nil)
	return c.adminFault(err)
}

// Uninstall removes the webhook.
func (p subscriptions) Uninstall(ctx context.Context, s provider.Session, _ provider.Resource, ref json.RawMessage) error {
	made, err := readSubscription(ref)
	if err != nil {
		return err
	}
	return p.Unsubscribe(ctx, s, made)
}

func readSubscription(ref json.RawMessage) (Subscription, error) {
	var made Subscription
	if len(ref) == 0 {
		return made, nil
	}
	return made, errors.Wrap(json.Unmarshal(ref, &made), "read a webhook's ID")
}
