package bridge

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// overlap is how long a secret counts after another has taken its place.
	overlap = 24 * time.Hour
	// maxSecrets is how many count at a time: each costs a signature for every delivery.
	maxSecrets = 4
)

// rotate asks whether to give the connection a new secret.
func (s *Service) rotate(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.canKeep(ctx, w); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.theOne(ctx, w, deedRotate, i18n.M("bridge.rotate.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	_, installs := s.installerOf(c)
	if installs && s.givesSecret(w.provider) {
		// The secret is the tool's: whoever has another enters it with the rest.
		note := chat.Note{Text: i18n.M("bridge.rotate.at_tool", "Provider", s.name(w.provider), "Name", c.shown())}
		note.Buttons, err = s.accessButtons(ctx, c, w.place, w.userID)
		return note, err
	}
	ask := "bridge.rotate.confirm"
	if installs {
		ask = "bridge.rotate.confirm_installed"
	}
	w.connection, w.text = c.ID, ""
	return s.question(ctx, i18n.M(ask, "Name", c.shown(), "Provider", s.name(w.provider)),
		offer{label: i18n.M("bridge.button.rotate"), primary: true, deed: deedRotateNow, wish: w}, orCancel(w))
}

// rotateNow gives the connection a new secret. The one before counts for a while, so that nothing is lost until the tool has the new.
func (s *Service) rotateNow(ctx context.Context, w wish) (chat.Note, error) {
	if err := s.canKeep(ctx, w); err != nil {
		return chat.Note{}, err
	}
	c, note, err := s.theOne(ctx, w, deedRotate, i18n.M("bridge.rotate.which"))
	if err != nil || c.ID == "" {
		return note, err
	}
	c, err = s.changeKeys(ctx, c.ID, func(k *Keys) {
		k.replace(rand.Text(), s.Now())
	})
	if err != nil {
		return chat.Note{}, err
	}
	if installer, ok := s.installerOf(c); ok {
		return s.rotateAtTool(ctx, w, c, installer)
	}
	hook, err := s.hookOf(ctx, c)
	if err != nil {
		return chat.Note{}, err
	}
	intro := i18n.M("bridge.rotate.secret", "Provider", s.name(w.provider), "Name", c.shown())
	if err := s.People.DirectMessage(ctx, w.userID, i18n.Lines(intro, i18n.Message{}, s.instructions(w.provider, hook))); err != nil {
		return chat.Note{}, s.keepOldSecret(ctx, c.ID, hook.Secret, errors.Wrap(err, "hand over a new secret"))
	}
	return chat.Note{Text: i18n.M("bridge.rotate.done", "Name", c.shown(), "Provider", s.name(w.provider))}, nil
}

// replace puts another secret in force. Those before count for a while.
func (k *Keys) replace(value string, now time.Time) {
	secrets := []Secret{{Value: value}}
	for _, secret := range k.Secrets {
		if secret.Until.IsZero() {
			secret.Until = now.Add(overlap)
		}
		if secret.Value != value && now.Before(secret.Until) && len(secrets) < maxSecrets {
			secrets = append(secrets, secret)
		}
	}
	k.Secrets = secrets
}

// rotateAtTool has the tool sign with the new secret.
func (s *Service) rotateAtTool(ctx context.Context, w wish, c Connection, installer provider.Installer) (chat.Note, error) {
	hook, err := s.hookOf(ctx, c)
	if err != nil {
		return chat.Note{}, err
	}
	err = s.asEither(ctx, w, c, func(as acting) error {
		t := target{installer: installer, session: as.session, resource: c.Resource, own: as.own}
		made, err := s.setUp(ctx, t, c.ID, hook)
		if err != nil {
			return errors.Wrap(err, "give the tool a new secret")
		}
		return s.noteHook(ctx, w, t, c.ID, made)
	})
	if err != nil {
		failure := s.keepOldSecret(ctx, c.ID, hook.Secret, err)
		site, unknown := s.site(ctx, c)
		if unknown != nil {
			return chat.Note{}, failure
		}
		return s.orSignIn(ctx, w, deedRotateNow, site, failure)
	}
	return chat.Note{Text: i18n.M("bridge.rotate.done_installed", "Name", c.shown(), "Provider", s.name(w.provider))}, nil
}

// keepOldSecret puts the secret before in force again, after the tool or the person could not be given the new one; that one counts for
// a while, since the tool may have taken it all the same. It returns the failure.
func (s *Service) keepOldSecret(ctx context.Context, id, unused string, failure error) error {
	_, err := s.changeKeys(context.WithoutCancel(ctx), id, func(k *Keys) {
		if len(k.Secrets) < 2 || k.Secrets[0].Value != unused {
			return
		}
		k.Secrets[0].Until, k.Secrets[1].Until = s.Now().Add(overlap), time.Time{}
		k.Secrets[0], k.Secrets[1] = k.Secrets[1], k.Secrets[0]
	})
	if err != nil {
		s.Log("A secret that nobody got could not be taken back", "connection", id, "error", err.Error())
	}
	return failure
}

// changeKeys changes what the connection keeps to itself. Keys that cannot be opened any more begin anew, which mends them.
func (s *Service) changeKeys(ctx context.Context, id string, change func(*Keys)) (Connection, error) {
	c, err := s.Records.UpdateConnection(ctx, id, func(c *Connection) (bool, error) {
		if c.ID == "" {
			return false, fault.New(fault.ButtonExpired) // it was removed meanwhile
		}
		keys, err := s.openKeys(ctx, *c)
		if fault.Is(err, fault.Unreadable) {
			keys, err = Keys{}, nil
			c.HasCredential = false
		}
		if err != nil {
			return false, err
		}
		change(&keys)
		c.Sealed, err = s.sealKeys(ctx, id, keys)
		return err == nil, err
	})
	return c, errors.Wrap(err, "change the keys of a connection")
}
