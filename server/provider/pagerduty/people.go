package pagerduty

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxOptions limits the options of a picker.
const maxOptions = 100

// Person is a PagerDuty user.
type Person struct {
	ID, Name, Email, URL, TimeZone string
	// Teams has the IDs of the user's teams.
	Teams []string
}

// person returns the user in the object.
func (o object) person() Person {
	r := o.reference()
	p := Person{
		ID: r.ID, Name: untrusted.Line(cmp.Or(o.text("name"), r.Name), maxName), Email: untrusted.Line(o.text("email"), maxTitle), URL: r.URL,
		TimeZone: untrusted.Line(o.text("time_zone"), maxName),
	}
	for _, team := range o.list("teams") {
		if id := idOf(team.text("id")); id != "" {
			p.Teams = append(p.Teams, id)
		}
	}
	return p
}

// me returns the user of the session, with their teams.
func (c client) me(ctx context.Context) (Person, error) {
	answer, err := c.do(ctx, http.MethodGet, "/users/me", url.Values{"include[]": {"teams"}}, nil)
	if err != nil {
		return Person{}, err
	}
	me := answer.object("user").person()
	if me.ID == "" {
		return Person{}, c.missing("a user")
	}
	return me, nil
}

// asUser returns a client that names the user of the session, and that user.
func (c client) asUser(ctx context.Context) (client, Person, error) {
	me, err := c.me(ctx)
	return c.withSender(me.Email), me, err
}

// directory looks users and services up.
type directory struct{}

// Me returns the user of the session, with the time zone and email address in PagerDuty.
func (directory) Me(ctx context.Context, s provider.Session) (Person, error) {
	return newClient(s).me(ctx)
}

// maxAddresses limits how many email addresses are searched.
const maxAddresses = 1000

// People returns users whose names contain the query, otherwise those whose email addresses do. With teams, it returns only their
// members. PagerDuty itself searches names only.
func (directory) People(ctx context.Context, s provider.Session, query string, teams ...string) ([]Person, error) {
	c := newClient(s)
	asked := url.Values{}
	if len(teams) > 0 {
		asked["team_ids[]"] = teams
	}
	if query = strings.TrimSpace(query); query == "" {
		return c.people(ctx, asked, maxOptions)
	}
	if !strings.Contains(query, "@") {
		named := maps.Clone(asked)
		named.Set("query", query)
		if found, err := c.people(ctx, named, maxOptions); err != nil || len(found) > 0 {
			return found, err
		}
	}
	all, err := c.people(ctx, asked, maxAddresses)
	found := slices.DeleteFunc(all, func(p Person) bool { return !strings.Contains(strings.ToLower(p.Email), strings.ToLower(query)) })
	return found[:min(len(found), maxOptions)], err
}

// people lists users.
func (c client) people(ctx context.Context, asked url.Values, most int) ([]Person, error) {
	all, _, err := c.pages(ctx, "/users", "users", asked, most)
	var people []Person
	for _, one := range all {
		if p := one.person(); p.ID != "" {
			people = append(people, p)
		}
	}
	return people, err
}

// Services returns the services of the user's teams whose names contain the query. For a user without a team, these are the services
// whose escalation policies page the user.
func (p directory) Services(ctx context.Context, s provider.Session, query string) ([]provider.Resource, error) {
	c := newClient(s)
	me, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	if len(me.Teams) == 0 {
		return c.servicesOfPolicies(ctx, me, query)
	}
	asked := url.Values{"team_ids[]": me.Teams}
	if query = strings.TrimSpace(query); query != "" {
		asked.Set("query", query)
	}
	found, _, err := c.pages(ctx, "/services", "services", asked, maxOptions)
	return resources(found), err
}

// servicesOfPolicies returns the services whose escalation policies page the user.
func (c client) servicesOfPolicies(ctx context.Context, me Person, query string) ([]provider.Resource, error) {
	policies, _, err := c.pages(ctx, "/escalation_policies", "escalation_policies", url.Values{"user_ids[]": {me.ID}, "include[]": {"services"}}, maxOptions)
	if err != nil {
		return nil, err
	}
	var found []object
	for _, policy := range policies {
		found = append(found, policy.list("services")...)
	}
	all := resources(found)
	return slices.DeleteFunc(all, func(r provider.Resource) bool {
		return !strings.Contains(strings.ToLower(r.Name), strings.ToLower(strings.TrimSpace(query)))
	}), nil
}

// resources returns services as resources without duplicates, by name.
func resources(services []object) []provider.Resource {
	var all []provider.Resource
	for _, service := range services {
		r := service.reference()
		known := slices.ContainsFunc(all, func(o provider.Resource) bool { return o.ID == r.ID })
		if r.ID == "" || known {
			continue
		}
		one := provider.Resource{ID: r.ID, Name: cmp.Or(r.Name, r.ID), URL: r.URL, Path: r.ID}
		if r.URL != "" {
			one.SettingsURL = r.URL + "/integrations"
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b provider.Resource) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return all
}

// Service returns the service with this ID. Fault: ResourceUnknown.
func (directory) Service(ctx context.Context, s provider.Session, id string) (provider.Resource, error) {
	c := newClient(s)
	if id = idOf(id); id == "" {
		return provider.Resource{}, c.notFound("a service without an ID")
	}
	answer, err := c.do(ctx, http.MethodGet, "/services/"+id, nil, nil)
	if err != nil {
		return provider.Resource{}, err
	}
	all := resources([]object{answer.object("service")})
	if len(all) == 0 {
		return provider.Resource{}, c.missing("a service")
	}
	return all[0], nil
}

// FindServices returns the services that match what a user typed: the ID, the address of its page, its name, or part of the name, with or
// without quotes. Several results are for a picker. For no text, it returns all services that the user belongs to.
func (p directory) FindServices(ctx context.Context, s provider.Session, text string) ([]provider.Resource, error) {
	text = trimQuotes(text)
	if text == "" {
		return p.Services(ctx, s, "")
	}
	if id := serviceID(text); id != "" {
		service, err := p.Service(ctx, s, id)
		if err == nil {
			return []provider.Resource{service}, nil
		}
		if !isUnknown(err) {
			return nil, err
		}
	}
	found, _, err := newClient(s).pages(ctx, "/services", "services", url.Values{"query": {text}}, maxOptions)
	if err != nil {
		return nil, err
	}
	all := resources(found)
	for _, one := range all {
		if strings.EqualFold(one.Name, text) {
			return []provider.Resource{one}, nil
		}
	}
	return all, nil
}

// trimQuotes returns the text without quotes around it, straight or typographic.
func trimQuotes(text string) string {
	return strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "\"'`“”„‟‘’‚‛«»‹›「」"))
}

// serviceID returns the ID in the address of a service's page, or the text itself if it looks like an ID.
func serviceID(text string) string {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		at := slices.IndexFunc(parts, func(part string) bool { return part == "services" || part == "service-directory" })
		if at < 0 || at+1 >= len(parts) {
			return ""
		}
		return idOf(parts[at+1])
	}
	if len(text) > 5 && text[0] == 'P' && text == strings.ToUpper(text) {
		return idOf(text)
	}
	return ""
}

// optionsOf returns users as form options.
func optionsOf(people []Person) []chat.Option {
	var options []chat.Option
	for _, p := range people {
		options = append(options, chat.Option{Label: chat.Verbatim(cmp.Or(p.Name, p.Email, p.ID)), Value: userPrefix + p.ID})
	}
	return options
}
