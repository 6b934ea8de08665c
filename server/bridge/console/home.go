package console

import (
	"context"
	"crypto/rand"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/provider"
)

// atHome is somebody's own account at a tool, with the connection of the whole that it belongs to.
type atHome struct {
	bridge.Connection
	session provider.Session
	site    provider.Site
}

// home returns the person's account at the tool: at the site where people can sign in, of several the first at which this person is.
// Faults: NoPost, AccountNeeded, AccountRejected, SetupNeeded, HostUnknown.
func (s *Service) home(ctx context.Context, w conversation.Request, homely provider.AccountHome) (atHome, error) {
	if !s.Permissions.MayPost(ctx, w.Actor, w.Place) {
		return atHome{}, fault.New(fault.NoPost)
	}
	h, err := s.ownSession(ctx, w)
	if err != nil {
		return h, err
	}
	resource, err := homely.AccountResource(ctx, h.session)
	if err != nil {
		return h, err
	}
	id := kv.Hash(w.Provider, h.site.URL, resource.ID)
	sealed, err := s.Keys.Seal(ctx, id, bridge.Keys{Secrets: []bridge.Secret{{Value: rand.Text()}}})
	if err != nil {
		return h, err
	}
	h.Connection, err = s.Records.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if c.ID != "" {
			return false, nil
		}
		*c = bridge.Connection{
			ID: id, Provider: w.Provider, Name: resource.Name, Site: h.site.URL, Resource: resource, HookKey: rand.Text(),
			CreatedBy: w.Actor, CreatedAt: s.Now(), Sealed: sealed, ActsAs: w.Actor.Person,
		}
		return true, nil
	})
	return h, errors.Wrap(err, "note the account that somebody belongs to")
}

// ownSession returns the person's session at the first site that has them, and the site where they could sign in otherwise.
func (s *Service) ownSession(ctx context.Context, w conversation.Request) (atHome, error) {
	sites, err := s.Sessions.Sites(ctx, w.Provider)
	if err != nil {
		return atHome{}, errors.Wrap(err, "list the sites")
	}
	missing := atHome{}
	failure := error(fault.New(fault.SetupNeeded).With("Provider", s.Name(w.Provider)).With("Command", s.Word(w.Provider)))
	for _, site := range sites {
		if !site.OAuth {
			continue
		}
		session, err := s.Sessions.ForUser(ctx, w.Provider, site, w.Actor.Person)
		if err == nil {
			return atHome{session: session, site: site}, nil
		}
		if missing.site.URL == "" {
			missing.site, failure = site, err
		}
	}
	return missing, failure
}

// orSignInAtHome returns the error, unless signing in helps: then a link, after which the deed is done.
func (s *Service) orSignInAtHome(ctx context.Context, w conversation.Request, deed string, h atHome, err error) (chat.Note, error) {
	if h.site.URL == "" {
		return chat.Note{}, err
	}
	return s.Connections.Form.OrSignIn(ctx, w, deed, h.site, err)
}
