package store

import (
	"context"

	"github.com/pkg/errors"
)

// TakeLegacy returns a record that the public plugin left, and removes it; nil when there is none or another server took it.
func (s *Store) TakeLegacy(_ context.Context, key string) ([]byte, error) {
	raw, err := s.kv.Get(key)
	if err != nil || len(raw) == 0 {
		return nil, errors.Wrap(err, "read a record of the public plugin")
	}
	taken, err := s.kv.Swap(key, raw, nil, 0)
	if err != nil || !taken {
		return nil, errors.Wrap(err, "remove a record of the public plugin")
	}
	return raw, nil
}
