package memory

import (
	"context"
	"slices"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// Rotations returns the provider's rotations.
func (s *Connections) Rotations(ctx context.Context, providerID string) ([]bridge.Rotation, error) {
	return s.rotationsWhere(ctx, "Connections.Rotations", func(r keptRotation) bool { return r.provider == providerID })
}

// RotationsIn returns the channel's rotations of the provider.
func (s *Connections) RotationsIn(ctx context.Context, providerID string, place chat.Place) ([]bridge.Rotation, error) {
	return s.rotationsWhere(ctx, "Connections.RotationsIn", func(r keptRotation) bool { return r.provider == providerID && r.Place.SameChannel(place) })
}

// Rotation returns the provider's rotation with this ID.
func (s *Connections) Rotation(ctx context.Context, providerID, id string) (bridge.Rotation, bool, error) {
	found, err := s.rotationsWhere(ctx, "Connections.Rotation", func(r keptRotation) bool { return r.provider == providerID && r.ID == id })
	if err != nil || len(found) == 0 {
		return bridge.Rotation{}, false, err
	}
	return found[0], true, nil
}

func (s *Connections) rotationsWhere(ctx context.Context, call string, is func(keptRotation) bool) ([]bridge.Rotation, error) {
	if err := s.before(ctx, call, ""); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []bridge.Rotation
	for _, r := range s.rotations {
		if is(r) {
			found = append(found, r.Rotation)
		}
	}
	return found, nil
}

// AddRotation adds a rotation, unless the channel has so many of the provider.
func (s *Connections) AddRotation(ctx context.Context, providerID string, r bridge.Rotation, most int) (bool, error) {
	here, err := s.RotationsIn(ctx, providerID, r.Place)
	if err != nil || len(here) >= most {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotations = append(s.rotations, keptRotation{provider: providerID, Rotation: r})
	return true, nil
}

// DropRotation removes a rotation.
func (s *Connections) DropRotation(ctx context.Context, providerID, id string) error {
	if err := s.before(ctx, "Connections.DropRotation", id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotations = slices.DeleteFunc(s.rotations, func(r keptRotation) bool { return r.provider == providerID && r.ID == id })
	return nil
}
