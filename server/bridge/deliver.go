package bridge

import (
	"context"

	"mattermost-plugin-zoom/server/provider"
)

// apply brings events of the connection to their subjects and the subjects' cards up to date. It may be repeated after an error.
func (s *Service) apply(ctx context.Context, c Connection, events []provider.Event) error { return nil }

// Ingest takes a delivery.
func (s *Service) Ingest(ctx context.Context, hook, pathSecret string, header func(string) string, body []byte) error {
	return nil
}

// Handle carries out what the inbox holds.
func (s *Service) Handle(ctx context.Context, j Job) error { return nil }
