package postgres

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres/query"
)

// Connections keeps the connections to providers with the channels' subscriptions to them, the lists of who is on call, and claims. It is
// safe for concurrent use, and caches nothing.
type Connections struct {
	db *DB
	// changing limits the changes under way: each holds a connection to the database, and may need another one to read a key.
	changing chan struct{}
}

// maxNamed is how many connections of one name are found.
const maxNamed = 50

// NewConnections returns the connections in the database.
func NewConnections(db *DB) *Connections {
	return &Connections{db: db, changing: make(chan struct{}, maxConns/2)}
}

// Connection returns the connection with this ID; false means that there is none. An ID that can be none costs no statement.
func (s *Connections) Connection(ctx context.Context, id string) (bridge.Connection, bool, error) {
	if !bridge.IsConnectionID(id) {
		return bridge.Connection{}, false, nil
	}
	row, err := s.db.queries().Connection(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.Connection{}, false, nil
	}
	if err != nil {
		return bridge.Connection{}, false, errors.Wrap(err, "read a connection")
	}
	c, err := connectionOf(row.Record, row.Sealed, row.Subscriptions)
	return c, err == nil, err
}

// Following returns the provider's connections that any of the channels follows, in the order in which the channels subscribed; those of
// all providers for "". It is one statement, however many channels there are.
func (s *Connections) Following(ctx context.Context, providerID string, places ...chat.Place) ([]bridge.Connection, error) {
	var surfaces, channels []string
	for _, place := range places {
		surfaces, channels = append(surfaces, string(place.Surface)), append(channels, place.Channel)
	}
	if len(places) == 0 {
		return nil, nil
	}
	rows, err := s.db.queries().FollowedConnections(ctx, surfaces, channels, providerID)
	if err != nil {
		return nil, errors.Wrap(err, "list the connections of channels")
	}
	return connectionsOf(rows)
}

// Named returns the provider's connections with this name, whatever its case, at most fifty.
func (s *Connections) Named(ctx context.Context, providerID, name string) ([]bridge.Connection, error) {
	rows, err := s.db.queries().NamedConnections(ctx, providerID, strings.ToLower(name), maxNamed)
	if err != nil {
		return nil, errors.Wrap(err, "list the connections with a name")
	}
	return connectionsOf(rows)
}

// NotSealedWith returns the IDs of the connections whose keys are sealed, and don't begin with the prefix.
func (s *Connections) NotSealedWith(ctx context.Context, prefix string) ([]string, error) {
	ids, err := s.db.queries().ConnectionsNotSealedWith(ctx, prefix)
	return ids, errors.Wrap(err, "list the connections")
}

// Overview returns a page of all connections. It is one statement.
func (s *Connections) Overview(ctx context.Context, q bridge.OverviewQuery) (bridge.Overview, error) {
	rows, err := s.db.queries().OverviewPage(ctx, query.OverviewPageParams{
		FailedSince: time.Now().Add(-bridge.FailureWindow), Pattern: containing(q.Text), Failing: q.Failing, Skip: int64(q.Skip), Most: int64(q.Most),
	})
	if err != nil {
		return bridge.Overview{}, errors.Wrap(err, "list all connections")
	}
	var page bridge.Overview
	for _, row := range rows {
		c, err := connectionOf(row.Record, row.Sealed, row.Subscriptions)
		if err != nil {
			return bridge.Overview{}, err
		}
		line := bridge.OverviewLine{Connection: c, Result: bridge.Result(row.Result), Failures: int(row.Failures)}
		if row.Result != "" {
			line.Last = row.Last
		}
		page.All, page.Connections = int(row.Total), append(page.Connections, line)
	}
	return page, nil
}

// containing returns the pattern of LIKE for what contains the text in lower case, "" for all.
func containing(text string) string {
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(text)) + "%"
}

// Claim reports whether this is the first to ask for the key within the time, which counts by the database's clock. After an error the
// outcome is unknown, and a retry may return false.
func (s *Connections) Claim(ctx context.Context, key string, keep time.Duration) (bool, error) {
	taken, err := s.db.queries().Claim(ctx, key, keep.Seconds())
	return taken == 1, errors.Wrap(err, "claim")
}

// Prune removes claims that have run out.
func (s *Connections) Prune(ctx context.Context) error {
	return errors.Wrap(pruned(ctx, s.db.queries().PruneClaims), "remove claims that have run out")
}

// connectionsOf returns the connections of rows that hold one each.
func connectionsOf[R query.FollowedConnectionsRow | query.NamedConnectionsRow](rows []R) ([]bridge.Connection, error) {
	var found []bridge.Connection
	for _, row := range rows {
		of := query.FollowedConnectionsRow(row)
		c, err := connectionOf(of.Record, of.Sealed, of.Subscriptions)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// connectionOf reads a connection as it is stored: the subscriptions are the elements of a JSON array.
func connectionOf(record, sealed, subscriptions string) (bridge.Connection, error) {
	var c bridge.Connection
	if err := json.Unmarshal([]byte(record), &c); err != nil {
		return bridge.Connection{}, errors.Wrap(err, "decode a connection")
	}
	c.Sealed = sealed
	if subscriptions == "" {
		return c, nil
	}
	err := json.Unmarshal([]byte("["+subscriptions+"]"), &c.Subscriptions)
	return c, errors.Wrap(err, "decode the subscriptions of a connection")
}
