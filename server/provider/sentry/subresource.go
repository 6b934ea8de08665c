package sentry

import (
	"context"

	"mattermost-plugin-zoom/server/provider"
)

// Subresource returns the project that the path names. If the project or the organization is ambiguous, it returns the choices.
func (s setup) Subresource(ctx context.Context, session provider.Session, path string) (provider.Resource, error) {
	f, err := s.Find(ctx, session, path)
	if err != nil || f.Project.ID != "" {
		return f.Project, err
	}
	several := &provider.AmbiguousError{}
	if f.Organization.ID == "" {
		for _, org := range f.Organizations {
			several.Choices = append(several.Choices, provider.Choice{Label: org.Name, Text: quote(slugOfOrganization(org))})
		}
		return provider.Resource{}, several
	}
	for _, project := range f.Projects {
		several.Choices = append(several.Choices, provider.Choice{
			Label: f.Organization.Name + " / " + project.Name, Text: s.SubresourceText(f.Organization, project),
		})
	}
	return provider.Resource{}, several
}

// SubresourceText implements provider.Subresources.
func (setup) SubresourceText(whole, part provider.Resource) string {
	return quote(slugOfOrganization(whole)) + " " + quote(part.ID)
}

// quote makes Locate read a word as one name.
func quote(word string) string { return `"` + word + `"` }
