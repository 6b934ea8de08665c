package oncall

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
)

// maxRotations limits the rotations of a channel.
const maxRotations = 10

// keep records the rotation. Fault: TooMany.
func (s *Service) keep(ctx context.Context, providerID string, r bridge.Rotation) error {
	added, err := s.Rotations.AddRotation(ctx, providerID, r, maxRotations)
	if err == nil && !added {
		return bridge.TooMany(maxRotations)
	}
	return errors.Wrap(err, "record a rotation")
}

// rotation returns the provider's rotation with the ID; zero for one that was removed.
func (s *Service) rotation(ctx context.Context, providerID, id string) (bridge.Rotation, error) {
	r, _, err := s.Rotations.Rotation(ctx, providerID, id)
	return r, errors.Wrap(err, "look up a rotation")
}

// drop removes the rotation from the record.
func (s *Service) drop(ctx context.Context, providerID, id string) error {
	return errors.Wrap(s.Rotations.DropRotation(ctx, providerID, id), "remove a rotation")
}
