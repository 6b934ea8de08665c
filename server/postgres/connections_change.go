package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/postgres/query"
)

// storedConnection is a connection as the tables have it: the JSON of its parts.
type storedConnection struct {
	record, sealed string
	// ids are the IDs of its subscriptions in their order, subscriptions their JSON.
	ids           []string
	subscriptions map[string]string
}

// UpdateConnection changes a connection with its subscriptions, in one transaction that holds its row: no other change of it comes in
// between. change gets the zero connection if there is none, and says whether to write; it may be called again after a deadlock, and an
// error of it is returned unchanged. A connection without an ID afterwards is deleted. New subscriptions come after those before.
func (s *Connections) UpdateConnection(ctx context.Context, id string, change func(*bridge.Connection) (bool, error)) (bridge.Connection, error) {
	if !bridge.IsConnectionID(id) {
		return bridge.Connection{}, errors.New("that cannot be the ID of a connection")
	}
	select {
	case s.changing <- struct{}{}:
		defer func() { <-s.changing }()
	case <-ctx.Done():
		return bridge.Connection{}, errors.Wrap(ctx.Err(), "wait for the changes of other connections")
	}
	var c bridge.Connection
	err := s.db.inTx(ctx, func(q *query.Queries) error {
		before, err := lockConnection(ctx, q, id)
		if err != nil {
			return err
		}
		if c, err = before.decoded(); err != nil {
			return err
		}
		changed, err := change(&c)
		switch {
		case err != nil || !changed:
			return err
		case c.ID == "" && before.record == "":
			return nil
		case c.ID == "":
			return errors.Wrap(q.DropConnection(ctx, id), "delete a connection")
		case c.ID != id:
			return errors.New("a connection keeps its ID")
		}
		return writeConnection(ctx, q, before, c)
	})
	if err != nil {
		return bridge.Connection{}, err
	}
	return c, nil
}

// lockConnection returns the connection as it is stored, which no other transaction changes from now on; the zero value for none, which no
// other transaction makes from now on.
func lockConnection(ctx context.Context, q *query.Queries, id string) (storedConnection, error) {
	row, err := q.LockConnection(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := q.LockConnectionID(ctx, id); err != nil {
			return storedConnection{}, errors.Wrap(err, "lock the ID of a connection")
		}
		row, err = q.LockConnection(ctx, id)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return storedConnection{}, nil
	}
	if err != nil {
		return storedConnection{}, errors.Wrap(err, "lock a connection")
	}
	// A statement of its own: one that waits for the row sees the other tables as they were before.
	subscriptions, err := q.SubscriptionsOf(ctx, id)
	if err != nil {
		return storedConnection{}, errors.Wrap(err, "read the subscriptions of a connection")
	}
	stored := storedConnection{record: row.Record, sealed: row.Sealed, subscriptions: map[string]string{}}
	for _, sub := range subscriptions {
		stored.ids, stored.subscriptions[sub.ID] = append(stored.ids, sub.ID), sub.Record
	}
	return stored, nil
}

func (s storedConnection) decoded() (bridge.Connection, error) {
	if s.record == "" {
		return bridge.Connection{}, nil
	}
	var records []string
	for _, id := range s.ids {
		records = append(records, s.subscriptions[id])
	}
	return connectionOf(s.record, s.sealed, strings.Join(records, ","))
}

// writeConnection writes what differs from before.
func writeConnection(ctx context.Context, q *query.Queries, before storedConnection, c bridge.Connection) error {
	subscriptions, sealed := c.Subscriptions, c.Sealed
	c.Subscriptions, c.Sealed = nil, ""
	record, err := json.Marshal(c)
	if err != nil {
		return errors.Wrap(err, "encode a connection")
	}
	if string(record) != before.record || sealed != before.sealed {
		err := q.PutConnection(ctx, query.PutConnectionParams{
			ID: c.ID, Provider: c.Provider, Site: c.Site, Name: c.Name, NameKey: strings.ToLower(c.Name), CreatedBy: string(c.CreatedBy.Person),
			CreatedAt: c.CreatedAt, Sealed: sealed, Record: string(record),
		})
		if err != nil {
			return errors.Wrap(err, "write a connection")
		}
	}
	put := query.PutSubscriptionsParams{Connection: c.ID}
	left := map[string]bool{}
	for _, sub := range subscriptions {
		record, err := json.Marshal(sub)
		if err != nil {
			return errors.Wrap(err, "encode a subscription")
		}
		left[sub.ID] = true
		if before.subscriptions[sub.ID] == string(record) {
			continue
		}
		put.Ids, put.Surfaces = append(put.Ids, sub.ID), append(put.Surfaces, string(sub.Place.Surface))
		put.Channels, put.Records = append(put.Channels, sub.Place.Channel), append(put.Records, string(record))
	}
	if len(put.Ids) > 0 {
		if err := q.PutSubscriptions(ctx, put); err != nil {
			return errors.Wrap(err, "write subscriptions")
		}
	}
	var dropped []string
	for _, id := range before.ids {
		if !left[id] {
			dropped = append(dropped, id)
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	return errors.Wrap(q.DropSubscriptions(ctx, c.ID, dropped), "remove subscriptions")
}
