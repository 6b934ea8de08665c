package main

import (
	"context"
	"log/slog"

	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/session"
	"mattermost-plugin-zoom/server/takeover"
	"mattermost-plugin-zoom/server/zoomchat"
)

// storage is where the plugin keeps its records: in PostgreSQL, or in memory in tests.
type storage struct {
	database    database
	jobs        queue.Store
	subjects    subjectRecords
	connections connectionRecords
	deliveries  deliveryLog
	grants      oauth.Grants
	keyring     oauth.Keyring
	signIns     signIns
	sites       session.Sites
	meetings    meetingRecords
	lastEvents  lastEvents
	predecessor takeover.Notes
	zoomChat    zoomchat.Records
}

// signIns are authorizations under way. They expire.
type signIns interface {
	oauth.SignIns
	pruner
}

// meetingRecords are the meetings that were announced. They expire.
type meetingRecords interface {
	meeting.Index
	account.PersonalMeetings
	takeover.Choices
	pruner
}

// pruner is a kind of records that expire.
type pruner interface {
	// Prune removes those that have.
	Prune(ctx context.Context) error
}

// expiring returns the records that have to be pruned.
func (s storage) expiring() []pruner {
	return []pruner{s.jobs, s.subjects, s.connections, s.deliveries, s.signIns, s.meetings, s.zoomChat}
}

// connectionRecords are the connections to providers.
type connectionRecords interface {
	assembly.Connections
	pruner
	// NotSealedWith returns the IDs of the connections whose keys are sealed, and don't begin with the prefix.
	NotSealedWith(ctx context.Context, prefix string) ([]string, error)
}

// deliveryLog is what became of deliveries.
type deliveryLog interface {
	assembly.Deliveries
	pruner
}

// subjectRecords are what deliveries are about, and the cards that show it.
type subjectRecords interface {
	assembly.Subjects
	pruner
}

// database is the state of what keeps the records.
type database interface {
	// Start makes it ready. It returns an error only if it can never be.
	Start(ctx context.Context) error
	// Check returns its state. Fault: DatabaseUnavailable.
	Check(ctx context.Context) (postgres.Health, error)
	// Close ends it.
	Close()
}

// openPostgres returns the storage in the Mattermost server's database.
func openPostgres(api plugin.API, log *slog.Logger) (storage, error) {
	config := api.GetUnsanitizedConfig()
	if config == nil || config.SqlSettings.DataSource == nil {
		return storage{}, postgres.ErrNotPostgres
	}
	db, err := postgres.Open(postgres.Options{DataSource: *config.SqlSettings.DataSource, Log: log})
	if err != nil {
		return storage{}, errors.Wrap(err, "open the database of the Mattermost server")
	}
	return storage{
		database: db,
		jobs:     postgres.NewJobs(db), subjects: postgres.NewSubjects(db), connections: postgres.NewConnections(db), deliveries: postgres.NewDeliveries(db),
		grants: postgres.NewGrants(db), keyring: postgres.NewKeyring(db), signIns: postgres.NewSignIns(db), sites: postgres.NewSites(db),
		meetings: postgres.NewMeetings(db), lastEvents: postgres.NewLastEvents(db), predecessor: postgres.NewPredecessor(db),
		zoomChat: postgres.NewZoomChat(db),
	}, nil
}
