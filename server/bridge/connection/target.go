package connection

import (
	"context"
	"maps"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// target is a resource at a provider that a user wants a channel to follow, and as whom the provider is called for it.
type target struct {
	installer provider.Installer
	session   provider.Session
	site      provider.Site
	resource  provider.Resource
	// part is what of it the channel is to follow; zero for all.
	part provider.Resource
	// credential is what came with the request, for the connection itself, and secret the provider's signing secret then; nil and "" for none.
	// own says that the person's account acts instead.
	credential *provider.Credential
	secret     string
	own        bool
	// onlySeen says that the user has shown that they see the resource, which is enough where others have set it up; unused, that they
	// entered a credential and a secret anyway, which aren't kept.
	onlySeen, unused bool
}

// typedFor returns what was typed as the installer understands it: names of several things have quotes of their own.
func typedFor(installer provider.Installer, typed string) string {
	if _, parted := installer.(provider.Subresources); parted {
		return strings.Join(strings.Fields(strings.ToValidUTF8(typed, "")), " ")
	}
	return conversation.Unquoted(typed)
}

// find looks the thing up that the path names, and its part where it has such.
func (t *target) find(ctx context.Context, path string) (err error) {
	if parted, has := t.installer.(provider.Subresources); has {
		if t.part, err = parted.Subresource(ctx, t.session, path); err != nil {
			return err
		}
	}
	t.resource, err = t.installer.Resource(ctx, t.session, path)
	return err
}

// locate returns the site and the path that the text is the address of. Faults: AddressUnknown, HostUnknown.
func (s *Connector) locate(ctx context.Context, w conversation.Request, installer provider.Installer) (provider.Site, string, error) {
	sites, err := s.Sessions.Sites(ctx, w.Provider)
	if err != nil {
		return provider.Site{}, "", errors.Wrap(err, "list the sites")
	}
	at, err := installer.Locate(w.Text, sites)
	if err != nil {
		return provider.Site{}, "", err
	}
	for _, site := range sites {
		if site.URL == at.Site || at.Site == "" && len(sites) == 1 {
			return site, at.Path, nil
		}
	}
	if at.Site == "" && len(sites) > 0 {
		// It can be at any of them, so that only the whole address says which.
		return provider.Site{}, "", fault.New(fault.AddressUnknown).With("Provider", s.Name(w.Provider)).With("Example", sites[0].URL+"/"+at.Path)
	}
	return provider.Site{}, "", fault.New(fault.HostUnknown).With("Provider", s.Name(w.Provider)).
		With("Host", at.Site).With("Command", s.Word(w.Provider))
}

// sessionFor returns as whom the provider is called for the request: with the token that came with it, otherwise as the user's own account.
func (s *Connector) sessionFor(ctx context.Context, w conversation.Request, site provider.Site) (provider.Session, *provider.Credential, error) {
	bearer, ok := s.Registry.Get(w.Provider).(provider.TokenAuth)
	if !ok || len(w.Values) == 0 {
		session, err := s.Sessions.ForUser(ctx, w.Provider, site, w.Actor.Person)
		return session, nil, err
	}
	values := maps.Clone(w.Values)
	values["url"] = site.URL
	credential, err := bearer.ParseCredential(values)
	if err != nil {
		return provider.Session{}, nil, err
	}
	session, err := s.Sessions.With(ctx, w.Provider, site, credential)
	return session, &credential, err
}
