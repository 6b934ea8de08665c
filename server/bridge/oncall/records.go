package oncall

import (
	"context"

	"mattermost-plugin-zoom/server/bridge"

	"github.com/pkg/errors"
)

// maxRotations limits the rotations of a channel, maxAllRotations those of a provider, which share one record.
const (
	maxRotations    = 10
	maxAllRotations = 500
)

// keep records the rotation. Fault: TooMany.
func (s *Service) keep(ctx context.Context, providerID string, r bridge.Rotation) error {
	full := 0
	err := s.Rotations.UpdateRotations(ctx, providerID, func(all *[]bridge.Rotation) bool {
		full = 0
		here := 0
		for _, other := range *all {
			if other.Place == r.Place {
				here++
			}
		}
		switch {
		case here >= maxRotations:
			full = maxRotations
		case len(*all) >= maxAllRotations:
			full = maxAllRotations
		}
		if full > 0 {
			return false
		}
		*all = append(*all, r)
		return true
	})
	if err == nil && full > 0 {
		return bridge.TooMany(full)
	}
	return errors.Wrap(err, "record a rotation")
}

// rotation returns the provider's rotation with the ID; zero for one that was removed.
func (s *Service) rotation(ctx context.Context, providerID, id string) (bridge.Rotation, error) {
	all, err := s.Rotations.Rotations(ctx, providerID)
	if err != nil {
		return bridge.Rotation{}, errors.Wrap(err, "look up a rotation")
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return bridge.Rotation{}, nil
}

// drop removes the rotation from the record.
func (s *Service) drop(ctx context.Context, providerID, id string) error {
	err := s.Rotations.UpdateRotations(ctx, providerID, func(all *[]bridge.Rotation) bool {
		kept := (*all)[:0:0]
		for _, r := range *all {
			if r.ID != id {
				kept = append(kept, r)
			}
		}
		changed := len(kept) != len(*all)
		*all = kept
		return changed
	})
	return errors.Wrap(err, "remove a rotation")
}
