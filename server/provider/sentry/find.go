package sentry

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// Match is what a user's text may refer to. If it is ambiguous, Project, or it and Organization, are zero, and the lists have the
// choices.
type Match struct {
	Organization  provider.Resource
	Project       provider.Resource
	Organizations []provider.Resource
	Projects      []provider.Resource
}

// sentOrganization is an organization with the address of its region.
type sentOrganization struct {
	ID    text `json:"id"`
	Slug  text `json:"slug"`
	Name  text `json:"name"`
	Links lenient[struct {
		Region text `json:"regionUrl"`
	}] `json:"links"`
}

func (o sentOrganization) resource(site provider.Site) provider.Resource {
	slug := o.Slug.id()
	page := site.URL + "/organizations/" + url.PathEscape(slug) + "/"
	return provider.Resource{
		ID: o.ID.id(), Name: cmp.Or(o.Name.line(maxTitle), slug), URL: untrusted.URL(page + "issues/"),
		SettingsURL: untrusted.URL(site.URL + "/settings/" + url.PathEscape(slug) + "/developer-settings/"),
		Path:        pathOf(site, string(o.Links.get().Region), slug),
	}
}

// directory looks organizations and projects up.
type directory struct{}

// Organizations lists the organizations of the account in all regions. An integration's token belongs to one organization and can't list
// any.
func (directory) Organizations(ctx context.Context, s provider.Session) ([]provider.Resource, error) {
	var all []provider.Resource
	_, err := pages(ctx, s, "/api/0/organizations/?per_page="+perPage, maxPages, func(page []sentOrganization) bool {
		for _, o := range page {
			if o.ID.id() != "" && o.Slug.id() != "" {
				all = append(all, o.resource(s.Site))
			}
		}
		return true
	})
	return all, err
}

// Projects lists the organization's projects whose name or slug contains the query; all for "". Their ID is the slug, which deliveries
// contain; their path is the number.
func (directory) Projects(ctx context.Context, s provider.Session, org provider.Resource, query string) ([]provider.Resource, error) {
	c := newClient(s, org.Path)
	address := c.endpoint("projects") + "?per_page=" + perPage
	if query != "" {
		address += "&query=" + url.QueryEscape(query)
	}
	var all []provider.Resource
	_, err := pages(ctx, s, address, maxPages, func(page []sentProject) bool {
		for _, p := range page {
			if slug := p.Slug.id(); slug != "" {
				all = append(all, provider.Resource{
					ID: slug, Name: cmp.Or(p.Name.line(maxTitle), slug), Path: p.ID.id(),
					URL: untrusted.URL(s.Site.URL + "/organizations/" + url.PathEscape(c.org) + "/projects/" + url.PathEscape(slug) + "/"),
				})
			}
		}
		return true
	})
	return all, err
}

// Find returns the organization and project that the path of a Location names, by name or slug in any case. Names of several words don't
// need quotes if there is only one match. Fault: ResourceUnknown.
func (s directory) Find(ctx context.Context, session provider.Session, path string) (Match, error) {
	words := decodeWords(path)
	orgs, err := s.Organizations(ctx, session)
	if fault.Is(err, fault.ProviderForbidden) || err == nil && len(orgs) == 0 {
		orgs, err = s.namedOrganization(ctx, session, words)
	}
	if err != nil {
		return Match{}, err
	}
	f := Match{Organizations: orgs}
	if len(words) == 0 && len(orgs) != 1 {
		return f, nil
	}
	if len(orgs) == 1 && (len(words) == 0 || len(matchName(orgs, strings.Join(words, " "), slugOfOrganization)) == 1) {
		f.Organization = orgs[0]
		f.Projects, err = s.Projects(ctx, session, orgs[0], "")
		return f, err
	}
	return s.matchWords(ctx, session, f, words)
}

// matchWords tries each way to split the words into an organization and a project. The shortest matching name of an organization wins.
func (s directory) matchWords(ctx context.Context, session provider.Session, f Match, words []string) (Match, error) {
	for cut := 1; cut <= len(words); cut++ {
		orgs, wanted := matchName(f.Organizations, strings.Join(words[:cut], " "), slugOfOrganization), strings.Join(words[cut:], " ")
		if len(orgs) > 1 {
			f.Organizations = orgs
			return f, nil
		}
		if len(orgs) == 0 {
			continue
		}
		f.Organization = orgs[0]
		projects, err := s.Projects(ctx, session, orgs[0], "")
		if err != nil {
			return Match{}, err
		}
		f.Projects = projects
		if wanted == "" {
			return f, nil
		}
		if fitting := matchName(projects, wanted, slugOfProject); len(fitting) > 0 {
			return withProject(f, fitting), nil
		}
	}
	if f.Organization.ID == "" && len(f.Organizations) == 1 {
		// With one organization, the user may leave its name out.
		projects, err := s.Projects(ctx, session, f.Organizations[0], "")
		if err != nil {
			return Match{}, err
		}
		if fitting := matchName(projects, strings.Join(words, " "), slugOfProject); len(fitting) > 0 {
			f.Organization, f.Projects = f.Organizations[0], projects
			return withProject(f, fitting), nil
		}
	}
	return Match{}, session.Fault(errors.New("nothing fits what was typed"), fault.ResourceUnknown)
}

// withProject returns the match with the project if there is only one.
func withProject(f Match, fitting []provider.Resource) Match {
	if len(fitting) == 1 {
		f.Project = fitting[0]
	}
	f.Projects = fitting
	return f
}

// namedOrganization returns the organization that the first word names, for tokens that can't list any.
func (s directory) namedOrganization(ctx context.Context, session provider.Session, words []string) ([]provider.Resource, error) {
	if len(words) == 0 || slugOf(words[0]) == "" {
		return nil, fault.New(fault.ResourceUnknown).With("Provider", session.Provider)
	}
	org, err := s.organization(ctx, session, slugOf(words[0]))
	return []provider.Resource{org}, err
}

// organization returns the organization with this slug.
func (directory) organization(ctx context.Context, session provider.Session, slug string) (provider.Resource, error) {
	var sent sentOrganization
	if err := session.Call(ctx, http.MethodGet, newClient(session, slug).endpoint(), nil, &sent); err != nil {
		return provider.Resource{}, err
	}
	if sent.ID.id() == "" || sent.Slug.id() == "" {
		return provider.Resource{}, session.Fault(errors.New("an answer without an organization"), fault.ProviderUnavailable)
	}
	return sent.resource(session.Site), nil
}

// slugOfOrganization and slugOfProject return the slug of a resource.
func slugOfOrganization(r provider.Resource) string {
	_, slug := splitPath(r.Path)
	return slug
}

func slugOfProject(r provider.Resource) string { return r.ID }

// matchName returns the resources with this slug, otherwise those with this name, otherwise those whose names begin with it.
func matchName(all []provider.Resource, wanted string, slug func(provider.Resource) string) []provider.Resource {
	for _, fits := range []func(provider.Resource) bool{
		func(r provider.Resource) bool { return strings.EqualFold(slug(r), wanted) },
		func(r provider.Resource) bool { return strings.EqualFold(r.Name, wanted) },
		func(r provider.Resource) bool {
			return len(wanted) > 2 && strings.HasPrefix(strings.ToLower(r.Name), strings.ToLower(wanted))
		},
	} {
		if found := slices.DeleteFunc(slices.Clone(all), func(r provider.Resource) bool { return !fits(r) }); len(found) > 0 {
			return found
		}
	}
	return nil
}
