package access

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Home is a user's own account at a provider, with the connection for all of what the account belongs to. No channel needs to follow
// that connection.
type Home struct {
	bridge.Connection
	Session provider.Session
	// OfSite is where the session is; after a failure, the site where the user can sign in, if there is one.
	OfSite provider.Site
}

// Homes finds the homes of users.
type Homes struct {
	bridge.Providers
	Sessions    Accounts
	Permissions bridge.Permissions
	Connections Connections
	Keys        *Keys
	Now         func() time.Time
}

// Of returns the home of a user who asks for it in a place. Of several sites, the first at which the user has an account counts. After
// an error, Home.OfSite says where to sign in. Faults: NoPost, AccountNeeded, AccountRejected, SetupNeeded, HostUnknown.
func (s *Homes) Of(ctx context.Context, actor chat.Actor, at chat.Place, providerID string, resources provider.AccountHome) (Home, error) {
	if !s.Permissions.MayPost(ctx, actor, at) {
		return Home{}, fault.New(fault.NoPost)
	}
	h, err := s.session(ctx, providerID, actor.Person)
	if err != nil {
		return h, err
	}
	resource, err := resources.AccountResource(ctx, h.Session)
	if err != nil {
		return h, err
	}
	id := digest.Of(providerID, h.OfSite.URL, resource.ID)
	sealed, err := s.Keys.Seal(ctx, id, bridge.Keys{Secrets: []bridge.Secret{{Value: rand.Text()}}})
	if err != nil {
		return h, err
	}
	h.Connection, err = s.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if c.ID != "" {
			return false, nil
		}
		*c = bridge.Connection{
			ID: id, Provider: providerID, Name: resource.Name, Site: h.OfSite.URL, Resource: resource, HookKey: rand.Text(),
			CreatedBy: actor, CreatedAt: s.Now(), Sealed: sealed, ActsAs: actor.Person,
		}
		return true, nil
	})
	return h, errors.Wrap(err, "record the connection of a user's account")
}

// session returns the user's session at the first site where they have an account, otherwise the first site where they can sign in.
func (s *Homes) session(ctx context.Context, providerID string, person chat.PersonID) (Home, error) {
	sites, err := s.Sessions.Sites(ctx, providerID)
	if err != nil {
		return Home{}, errors.Wrap(err, "list the sites")
	}
	missing := Home{}
	failure := error(fault.New(fault.SetupNeeded).With("Provider", s.Name(providerID)).With("Command", s.Word(providerID)))
	for _, site := range sites {
		if !site.OAuth {
			continue
		}
		session, err := s.Sessions.ForUser(ctx, providerID, site, person)
		if err == nil {
			return Home{Session: session, OfSite: site}, nil
		}
		if missing.OfSite.URL == "" {
			missing.OfSite, failure = site, err
		}
	}
	return missing, failure
}
