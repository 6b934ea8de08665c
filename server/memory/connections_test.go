package memory_test

import (
	"testing"
	"time"

	"mattermost-plugin-zoom/server/memory"
	"mattermost-plugin-zoom/server/recordstest"
)

func openConnections(*testing.T) (recordstest.ConnectionStore, recordstest.LogStore) {
	m := memory.New(time.Now)
	return m.Connections, m.Deliveries
}

func TestConnections(t *testing.T) {
	t.Parallel()
	recordstest.Connections(t, openConnections)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	recordstest.Deliveries(t, openConnections)
}
