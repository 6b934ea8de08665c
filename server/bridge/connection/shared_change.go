package connection

import (
	"context"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// A connection's secret, credential and site are shared by all channels that follow it. Whatever changes them goes this way: the person
// may connect each of these channels (MayChange), has proved at the provider that they may administer the resource (proveCredential, asProvenAdmin),
// and only then is the record changed and each of the channels told (changeShared). A failure on the way changes nothing.

// candidateFor is how long a secret that a user entered waits for a delivery that proves it.
const candidateFor = 30 * 24 * time.Hour

// changeShared changes what the channels that follow the connection share, and tells all of them. Faults: NotFollowed, SharedElsewhere.
func (s *Sharing) changeShared(ctx context.Context, w conversation.Request, c bridge.Connection, event string, told chat.Message, change func(*bridge.Connection) error) error {
	if err := s.Rights.MayChange(ctx, w.Actor, c); err != nil {
		return err
	}
	allowed := c.Channels()
	changed, err := s.Connections.UpdateConnection(ctx, c.ID, func(now *bridge.Connection) (bool, error) {
		if len(now.In(w.Place)) == 0 {
			return false, s.NotFollowed(w.Provider)
		}
		if slices.ContainsFunc(now.Channels(), func(place chat.Place) bool { return !slices.Contains(allowed, place) }) {
			return false, s.Rights.SharedElsewhere(c) // one joined in between, whose rights weren't checked
		}
		return true, change(now)
	})
	if err != nil {
		return errors.Wrapf(err, "change connection %s", c.ID)
	}
	s.Trail.Did(event, w, c.ID)
	s.Notices.TellAll(ctx, w.Place, changed, told)
	return nil
}

// tellOfAccount tells the channels whose account the provider is called with from now on.
func (s *Sharing) tellOfAccount(ctx context.Context, w conversation.Request, c bridge.Connection) {
	s.Notices.TellAll(ctx, w.Place, c, chat.Say("bridge.repair.told", "Provider", s.Name(c.Provider)).WithText("Who", s.Notices.Who(ctx, w.Actor)).WithText("Name", c.Link()))
}

// enteredCredential is a credential that a user entered for a connection, with the provider's signing secret where that is entered too. The
// provider has shown that it may administer the connection's resource.
type enteredCredential struct {
	credential provider.Credential
	secret     string
	// shown says that the provider has confirmed the secret.
	shown bool
}

// proveCredential tries the credential of the answers: at a provider where we set up webhooks, it has to administer the connection's
// resource. Faults: those of the provider; *provider.FieldError.
func (s *Sharing) proveCredential(ctx context.Context, c bridge.Connection, site provider.Site, bearer provider.TokenAuth, values map[string]string) (enteredCredential, error) {
	var e enteredCredential
	var err error
	giver, gives := bearer.(provider.SigningSecret)
	if gives {
		if e.secret, err = giver.SigningSecret(values); err != nil {
			return e, err
		}
	}
	var session provider.Session
	if e.credential, session, err = s.credentials.tryCredential(ctx, bearer, c.Provider, site, values); err != nil {
		return e, err
	}
	installer, installs := bearer.(provider.Installer)
	if !installs {
		return e, nil
	}
	resource, err := installer.Resource(ctx, session, c.Resource.Path)
	if err != nil {
		return e, err
	}
	if resource.ID != c.Resource.ID {
		return e, fault.New(fault.NotResourceAdmin).With("Provider", s.Name(c.Provider)).With("Resource", c.Name)
	}
	if gives {
		e.shown, err = giver.VerifySource(ctx, session, resource, provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: e.secret})
	}
	return e, err
}

// takeOver puts what was entered among the connection's keys, which may be such as cannot be opened any more. The secret is in force where
// it is proved, or where there is no other.
func (s *Sharing) takeOver(ctx context.Context, c *bridge.Connection, e enteredCredential, person chat.PersonID) error {
	keys, err := s.Keys.Open(ctx, *c)
	if e.secret != "" && fault.Is(err, fault.Unreadable) {
		keys, err = bridge.Keys{}, nil
	}
	if err != nil {
		return err
	}
	keys.Credential, c.HasCredential, c.EnteredBy = &e.credential, true, person
	switch valid := keys.Valid(s.Now()); {
	case e.secret == "" || len(valid) > 0 && valid[0] == e.secret:
	case e.shown || len(valid) == 0:
		keys.Replace(e.secret, s.Now())
	default:
		keys.Suggest(e.secret, s.Now(), candidateFor)
	}
	c.Sealed, err = s.Keys.Seal(ctx, c.ID, keys)
	return err
}

// asProvenAdmin does something at the provider that changes what channels share, with the user's own account there, or with the
// connection's credential if that user entered it: what others entered proves nothing about the user. It returns the site too, for signing in.
func (s *Sharing) asProvenAdmin(ctx context.Context, w conversation.Request, c bridge.Connection, do func(caller) error) (provider.Site, error) {
	site, err := s.Caller.Site(ctx, c)
	if err != nil {
		return provider.Site{}, err
	}
	if c.HasCredential && c.EnteredBy == w.Actor.Person {
		session, err := s.Caller.Background(ctx, c)
		if err != nil {
			return site, err
		}
		return site, do(caller{session: session})
	}
	session, err := s.Sessions.ForUser(ctx, c.Provider, site, w.Actor.Person)
	if err != nil {
		return site, err
	}
	return site, do(caller{session: session, own: true})
}
