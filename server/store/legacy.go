package store

import (
	"context"

	"github.com/pkg/errors"
)

// Legacy returns a record that the public plugin left; nil for none.
func (s *Store) Legacy(_ context.Context, key string) ([]byte, error) {
	raw, err := s.kv.Get(key)
	return raw, errors.Wrap(err, "read a record of the public plugin")
}

// RemoveLegacy removes a record that the public plugin left.
func (s *Store) RemoveLegacy(_ context.Context, key string) error {
	return errors.Wrap(s.kv.Delete(key), "remove a record of the public plugin")
}
