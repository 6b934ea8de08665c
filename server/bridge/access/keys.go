package access

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// Promote puts the candidate in force that a delivery fitted, if any, and returns the proof as it is then.
func (s *Keys) Promote(ctx context.Context, c bridge.Connection, keys bridge.Keys, proof provider.Proof) provider.Proof {
	now := s.Now()
	if proof.Secret < len(keys.Valid(now)) {
		return proof
	}
	proved := keys.Believed(now)[proof.Secret]
	proof.Secret = 0
	changed := false
	_, err := s.Connections.UpdateConnection(ctx, c.ID, func(latest *bridge.Connection) (bool, error) {
		changed = false
		if latest.ID == "" {
			return false, nil // the last channel left in the meantime
		}
		keys, err := s.Open(ctx, *latest)
		if err != nil || !slices.Contains(bridge.ValidSecrets(keys.Candidates, now), proved) {
			return false, err // another server did it
		}
		keys.Replace(proved, now)
		changed = true
		latest.Sealed, err = s.Seal(ctx, latest.ID, keys)
		return true, err
	})
	if err != nil {
		s.Log.Info("A new secret couldn't be activated; the next delivery tries again", "connection", c.ID, "error", err.Error())
	}
	if err == nil && changed {
		s.Audit.Record(bridge.AuditEntry{Event: bridge.AuditRotate, What: "proved", Provider: c.Provider, Connection: c.ID})
	}
	return proof
}

// Lost reports whether the provider's secret, which we can't make again, can't be opened any more.
func (s *Keys) Lost(ctx context.Context, c bridge.Connection) bool {
	_, installs := s.InstallerOf(c)
	if !installs || !s.GivesSecret(c.Provider) {
		return false
	}
	_, err := s.HookOf(ctx, c)
	return fault.Is(err, fault.Unreadable)
}

// HookOf returns the address of the connection's deliveries with the secret in force. Fault: Unreadable.
func (s *Keys) HookOf(ctx context.Context, c bridge.Connection) (provider.Hook, error) {
	keys, err := s.Open(ctx, c)
	if err != nil {
		return provider.Hook{}, err
	}
	believed := keys.Believed(s.Now())
	if len(believed) == 0 {
		return provider.Hook{}, fault.New(fault.Unreadable)
	}
	return provider.Hook{URL: s.Settings().HookURL + c.Hook(), Secret: believed[0]}, nil
}

// Update changes the keys of the connection's record. Keys that can't be decrypted stay as they are. Fault: ConnectionGone.
func (s *Keys) Update(ctx context.Context, of bridge.Connection, change func(*bridge.Keys)) error {
	_, err := s.Connections.UpdateConnection(ctx, of.ID, func(c *bridge.Connection) (bool, error) {
		if c.ID == "" {
			return false, s.ConnectionGone(of.Provider)
		}
		keys, err := s.Open(ctx, *c)
		if fault.Is(err, fault.Unreadable) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		change(&keys)
		c.Sealed, err = s.Seal(ctx, of.ID, keys)
		return err == nil, err
	})
	return errors.Wrap(err, "change the keys of a connection")
}

// Change changes what the connection keeps to itself. Keys that can't be opened any more are replaced by new ones.
func (s *Keys) Change(ctx context.Context, c *bridge.Connection, change func(*bridge.Keys)) error {
	keys, err := s.Open(ctx, *c)
	if fault.Is(err, fault.Unreadable) {
		keys, err = bridge.Keys{}, nil
		c.HasCredential, c.EnteredBy = false, ""
	}
	if err != nil {
		return err
	}
	change(&keys)
	c.Sealed, err = s.Seal(ctx, c.ID, keys)
	return err
}

// keysSeal names the seal of a connection's keys, so that those of one open for no other.
func keysSeal(connectionID string) string { return "bridge/keys/" + connectionID }

// Seal returns the keys as a connection holds them.
func (s *Keys) Seal(ctx context.Context, connectionID string, k bridge.Keys) (string, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return "", errors.Wrap(err, "encode keys")
	}
	sealed, err := s.Seals.Seal(ctx, keysSeal(connectionID), plain)
	return string(sealed), errors.Wrapf(err, "seal the keys of connection %s", connectionID)
}

// Reseal seals the keys of a connection with the key in use, and reports whether they were not.
func (s *Keys) Reseal(ctx context.Context, connectionID string) (changed bool, err error) {
	_, err = s.Connections.UpdateConnection(ctx, connectionID, func(c *bridge.Connection) (bool, error) {
		if changed = false; c.ID == "" || c.Sealed == "" {
			return false, nil
		}
		fresh, resealed, err := s.Seals.Reseal(ctx, keysSeal(c.ID), []byte(c.Sealed))
		if err != nil {
			return false, errors.Wrap(err, "seal keys again")
		}
		c.Sealed, changed = string(fresh), resealed
		return resealed, nil
	})
	return changed, errors.Wrapf(err, "seal the keys of connection %s again", connectionID)
}

// Open returns the keys of the connection. Fault: Unreadable.
func (s *Keys) Open(ctx context.Context, c bridge.Connection) (bridge.Keys, error) {
	plain, err := s.Seals.Open(ctx, keysSeal(c.ID), []byte(c.Sealed))
	if fault.Is(err, fault.Unreadable) {
		err = fault.Wrap(err, fault.Unreadable).With("Provider", s.Name(c.Provider)).With("Command", s.Word(c.Provider))
	}
	if err != nil {
		return bridge.Keys{}, errors.Wrapf(err, "open the keys of connection %s", c.ID)
	}
	var k bridge.Keys
	return k, errors.Wrap(json.Unmarshal(plain, &k), "read keys")
}
