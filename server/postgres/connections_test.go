package postgres_test

import (
	"testing"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/recordstest"
)

func openConnections(t *testing.T) (recordstest.ConnectionStore, recordstest.LogStore) {
	db := pgtest.Open(t)
	return postgres.NewConnections(db), postgres.NewDeliveries(db)
}

func TestConnections(t *testing.T) {
	t.Parallel()
	recordstest.Connections(t, openConnections)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	recordstest.Deliveries(t, openConnections)
}
