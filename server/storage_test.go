package main

import (
	"context"
	"log/slog"

	"github.com/mattermost/mattermost/server/public/plugin"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/postgres"
)

// inMemory returns what opens a storage in this memory.
func inMemory(m *memory.Memory) func(plugin.API, *slog.Logger) (storage, error) {
	return func(plugin.API, *slog.Logger) (storage, error) {
		return storage{
			database: noDatabase{},
			jobs:     m.Jobs, subjects: m.Subjects, connections: m.Connections, deliveries: m.Deliveries,
			grants: m.Grants, keyring: m.Keyring, signIns: m.SignIns, sites: m.Sites,
			meetings: m.Meetings, lastEvents: m.LastEvents, predecessor: m.Predecessor,
			zoomChat: m.ZoomChat,
		}, nil
	}
}

// noDatabase is the state of records in memory: they are there.
type noDatabase struct{}

func (noDatabase) Start(context.Context) error { return nil }

func (noDatabase) Check(context.Context) (postgres.Health, error) {
	return postgres.Health{Schema: 1}, nil
}

func (noDatabase) Close() {}
