package signin

import (
	"context"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// siteForm asks for a site and its OAuth client; it has no fields where the provider has neither.
func (s *Sites) siteForm(providerID string, sites []provider.Site) chat.Form {
	p := s.Registry.Get(providerID)
	hosted, isHosted := p.(provider.SelfHosted)
	_, authorizes := p.(provider.Authorizer)
	form := chat.Form{
		Title:  chat.Say("bridge.setup.title"),
		Intro:  chat.Lines(s.registration(providerID, sites)...),
		Submit: chat.Say("bridge.setup.submit"),
	}
	switch {
	case isHosted:
		kinds := hosted.SiteKinds()
		form.Fields = append(form.Fields,
			chat.FormField{Name: fieldKind, Kind: chat.SelectField, Label: chat.Say("bridge.setup.kind.label"), Options: kinds, Default: kinds[0].Value},
			chat.FormField{
				Name: fieldAddress, Kind: chat.TextField, Optional: true, MaxLength: maxSiteURL,
				Label: chat.Say("bridge.setup.address.label"), Help: chat.Say("bridge.setup.address.help"),
			},
			chat.FormField{
				Name: fieldAPI, Kind: chat.TextField, Optional: true, MaxLength: maxSiteURL,
				Label: chat.Say("bridge.setup.api.label"), Help: chat.Say("bridge.setup.api.help"),
			})
	case authorizes && len(sites) > 0:
		form.Fields = append(form.Fields, chat.FormField{
			Name: fieldAddress, Kind: chat.SelectField, Label: chat.Say("bridge.setup.address.label"), Options: addresses(sites), Default: sites[0].URL,
		})
	default:
		return form
	}
	if authorizes {
		form.Fields = append(form.Fields,
			chat.FormField{
				Name: fieldClientID, Kind: chat.TextField, Optional: true,
				Label: chat.Say("bridge.setup.client_id.label"), Help: chat.Say("bridge.setup.client_id.help"),
			},
			chat.FormField{
				Name: fieldClientSecret, Kind: chat.SecretField, Optional: true,
				Label: chat.Say("bridge.setup.client_secret.label"), Help: chat.Say("bridge.setup.client_secret.help"),
			})
	}
	return form
}

func addresses(sites []provider.Site) []chat.Option {
	options := make([]chat.Option, len(sites))
	for i, site := range sites {
		options[i] = chat.Option{Label: chat.Verbatim(site.URL), Value: site.URL}
	}
	return options
}

// registration says what an admin enters at the provider, so that users can authorize there.
func (s *Sites) registration(providerID string, sites []provider.Site) []chat.Message {
	name := s.Name(providerID)
	authorizer, authorizes := s.Registry.Get(providerID).(provider.Authorizer)
	if !authorizes {
		return []chat.Message{chat.Say("bridge.setup.intro_plain", "Provider", name)}
	}
	lines := []chat.Message{chat.Say("bridge.setup.intro", "Provider", name).WithText("URL", chat.Code(s.Sessions.RedirectURL(providerID)))}
	if hosted, ok := s.Registry.Get(providerID).(provider.SelfHosted); ok {
		for _, kind := range hosted.SiteKinds() {
			if scopes := authorizer.Endpoints(provider.Site{Kind: kind.Value}).Scopes; len(scopes) > 0 {
				line := chat.Say("bridge.setup.scopes_of").WithText("Scopes", chat.Code(strings.Join(scopes, " ")))
				lines = append(lines, line.WithMessage("Kind", kind.Label))
			}
		}
		return lines
	}
	var all []string
	for _, site := range sites {
		all = append(all, authorizer.Endpoints(site).Scopes...)
	}
	if slices.Sort(all); len(all) > 0 {
		lines = append(lines, chat.Say("bridge.setup.scopes").WithText("Scopes", chat.Code(strings.Join(slices.Compact(all), " "))))
	}
	return lines
}

// siteOf returns the site that the answers name. Error: *provider.FieldError.
func (s *Sites) siteOf(ctx context.Context, providerID string, values map[string]string) (provider.Site, error) {
	if hosted, ok := s.Registry.Get(providerID).(provider.SelfHosted); ok {
		return hosted.ParseSite(values[fieldKind], strings.TrimSpace(values[fieldAddress]), strings.TrimSpace(values[fieldAPI]))
	}
	sites, err := s.Sessions.Sites(ctx, providerID)
	if err != nil {
		return provider.Site{}, errors.Wrap(err, "list the sites")
	}
	for _, site := range sites {
		if site.URL == values[fieldAddress] {
			return site, nil
		}
	}
	return provider.Site{}, &provider.FieldError{Field: fieldAddress, Message: chat.Say("bridge.configure.unknown_choice")}
}
