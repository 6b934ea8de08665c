package connection

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// ensureHook sets up the webhook at the provider, or fixes it, unless it exists and is OK; the connection acts as the user who did so where
// it acted as no one before.
func (s *Webhooks) ensureHook(ctx context.Context, w conversation.Request, t target, c bridge.Connection) error {
	if t.onlySeen {
		return nil // another user set it up, and it is checked regularly
	}
	hook, renewed, err := s.hookFor(ctx, c, t)
	if err != nil {
		return err
	}
	if len(c.Installation) > 0 && renewed == nil {
		fine, err := t.installer.Installed(ctx, t.session, t.resource, hook, c.Installation)
		if err != nil {
			return errors.Wrap(err, "look for the webhook")
		}
		if fine {
			return nil
		}
	}
	made, err := s.setUp(ctx, t, c.ID, hook)
	if err != nil {
		return errors.Wrap(err, "set up the webhook")
	}
	if err := s.noteHook(ctx, w, t, c.ID, made, renewed); err != nil {
		if undo := t.installer.Uninstall(context.WithoutCancel(ctx), t.session, t.resource, made.Ref); undo != nil {
			s.Log.Warn("A webhook couldn't be stored, and then couldn't be removed", "connection", c.ID, "error", undo.Error())
		}
		return err
	}
	if err := s.ScheduleRepair(ctx, c); err != nil {
		s.Log.Warn("A webhook isn't checked daily until it's set up again", "connection", c.ID, "error", err.Error())
	}
	if err := s.Reconciliation.ScheduleReconcile(ctx, c, s.Now()); err != nil {
		s.Log.Warn("Missed events aren't looked up until the webhook is set up again", "connection", c.ID, "error", err.Error())
	}
	return nil
}

// resourceOf returns the connection's resource as the session sees it. Faults: ResourceUnknown, also where another resource has its address
// by now; NotResourceAdmin.
func (s *core) resourceOf(ctx context.Context, installer provider.Installer, session provider.Session, c bridge.Connection) (provider.Resource, error) {
	resource, err := installer.Resource(ctx, session, c.Resource.Path)
	if err != nil {
		return provider.Resource{}, errors.Wrap(err, "look the resource up")
	}
	if resource.ID != c.Resource.ID {
		return provider.Resource{}, fault.New(fault.ResourceUnknown).With("Provider", s.Name(c.Provider))
	}
	return resource, nil
}

// setUp makes the webhook at the provider, which may begin at once to send deliveries signed with a secret that isn't recorded yet.
func (s *Webhooks) setUp(ctx context.Context, t target, id string, h provider.Hook) (provider.Installation, error) {
	_, err := s.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		c.Installing = s.Now()
		return c.ID != "", nil
	})
	if err != nil {
		return provider.Installation{}, errors.Wrap(err, "note that a webhook is made")
	}
	made, err := t.installer.Install(ctx, t.session, t.resource, h)
	if err != nil {
		s.notInstalling(context.WithoutCancel(ctx), id)
	}
	return made, err
}

// notInstalling notes that no webhook is made after all. Where that fails, the time runs out by itself.
func (s *Webhooks) notInstalling(ctx context.Context, id string) {
	_, err := s.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		c.Installing = time.Time{}
		return c.ID != "", nil
	})
	if err != nil {
		s.Log.Warn("A failed webhook setup couldn't be recorded", "connection", id, "error", err.Error())
	}
}

// recordInstallation records that the webhook is made, with the secret that the provider made up for it.
func (s *Webhooks) recordInstallation(ctx context.Context, c *bridge.Connection, made provider.Installation) error {
	c.Installation, c.Installing = made.Ref, time.Time{}
	if made.Secret == "" {
		return nil
	}
	keys, err := s.Keys.Open(ctx, *c)
	if err != nil {
		return err
	}
	keys.Replace(made.Secret, s.Now())
	c.Sealed, err = s.Keys.Seal(ctx, c.ID, keys)
	return err
}

// noteHook records the provider's name for the webhook, and who can change it there; with keys, these in place of those that were lost. The
// channels are told of a secret that replaces another, and of another account that acts.
func (s *Webhooks) noteHook(ctx context.Context, w conversation.Request, t target, id string, made provider.Installation, renewed *bridge.Keys) error {
	var was bridge.Connection
	changed, err := s.Connections.UpdateConnection(ctx, id, func(c *bridge.Connection) (bool, error) {
		if was = *c; c.ID == "" {
			return false, s.NotFollowed(w.Provider) // the last channel left in the meantime
		}
		c.Resource, c.Name = t.resource, t.resource.Name
		if renewed != nil {
			var err error
			if c.Sealed, err = s.Keys.Seal(ctx, c.ID, *renewed); err != nil {
				return false, err
			}
			if c.HasCredential, c.EnteredBy = renewed.Credential != nil, ""; c.HasCredential {
				c.EnteredBy = w.Actor.Person
			}
		}
		if !c.HasCredential && t.own {
			c.ActsAs = w.Actor.Person
		}
		return true, s.recordInstallation(ctx, c, made)
	})
	switch {
	case err != nil:
	case renewed != nil || made.Secret != "" && len(was.Installation) > 0:
		s.Trail.Did(bridge.AuditRotate, w, id)
		s.Notices.TellAll(ctx, w.Place, changed, s.rotator.toldOfRotation(ctx, w, changed))
	case changed.ActsAs != was.ActsAs && len(was.Installation) > 0:
		s.Trail.Did(bridge.AuditCredential, w, id)
		s.sharing.tellOfAccount(ctx, w, changed)
	}
	return errors.Wrap(err, "record the webhook")
}

// hookFor returns it for a webhook that is set up now. Keys that can't be opened any more are replaced, by what was entered where the
// provider makes the secret; they are to be recorded once the provider has accepted the webhook. Fault: Unreadable.
func (s *Webhooks) hookFor(ctx context.Context, c bridge.Connection, t target) (provider.Hook, *bridge.Keys, error) {
	hook, err := s.Keys.HookOf(ctx, c)
	if !fault.Is(err, fault.Unreadable) || s.GivesSecret(c.Provider) && t.secret == "" {
		return hook, nil, err
	}
	hook = provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: cmp.Or(t.secret, rand.Text())}
	return hook, &bridge.Keys{Secrets: []bridge.Secret{{Value: hook.Secret}}, Credential: t.credential}, nil
}
