package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres/query"
)

// Rotations returns the provider's rotations, in the order in which they were added.
func (s *Connections) Rotations(ctx context.Context, providerID string) ([]bridge.Rotation, error) {
	records, err := s.db.queries().Rotations(ctx, providerID)
	if err != nil {
		return nil, errors.Wrap(err, "list rotations")
	}
	return rotationsOf(records)
}

// RotationsIn returns the channel's rotations of the provider, likewise.
func (s *Connections) RotationsIn(ctx context.Context, providerID string, place chat.Place) ([]bridge.Rotation, error) {
	records, err := s.db.queries().RotationsIn(ctx, providerID, string(place.Surface), place.Channel)
	if err != nil {
		return nil, errors.Wrap(err, "list the rotations of a channel")
	}
	return rotationsOf(records)
}

// Rotation returns the provider's rotation with this ID; false means that there is none.
func (s *Connections) Rotation(ctx context.Context, providerID, id string) (bridge.Rotation, bool, error) {
	record, err := s.db.queries().Rotation(ctx, providerID, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.Rotation{}, false, nil
	}
	if err != nil {
		return bridge.Rotation{}, false, errors.Wrap(err, "read a rotation")
	}
	found, err := rotationsOf([]string{record})
	if err != nil {
		return bridge.Rotation{}, false, err
	}
	return found[0], true, nil
}

// AddRotation adds a rotation, and reports whether it did: a channel has at most so many of a provider.
func (s *Connections) AddRotation(ctx context.Context, providerID string, r bridge.Rotation, most int) (bool, error) {
	record, err := json.Marshal(r)
	if err != nil {
		return false, errors.Wrap(err, "encode a rotation")
	}
	added, err := s.db.queries().AddRotation(ctx, query.AddRotationParams{
		ID: r.ID, Provider: providerID, Surface: string(r.Place.Surface), Channel: r.Place.Channel, Record: string(record), Most: int64(most),
	})
	return added == 1, errors.Wrap(err, "add a rotation")
}

// DropRotation removes a rotation; one that doesn't exist is no error.
func (s *Connections) DropRotation(ctx context.Context, providerID, id string) error {
	return errors.Wrap(s.db.queries().DropRotation(ctx, providerID, id), "remove a rotation")
}

func rotationsOf(records []string) ([]bridge.Rotation, error) {
	var all []bridge.Rotation
	for _, record := range records {
		var r bridge.Rotation
		if err := json.Unmarshal([]byte(record), &r); err != nil {
			return nil, errors.Wrap(err, "decode a rotation")
		}
		all = append(all, r)
	}
	return all, nil
}
