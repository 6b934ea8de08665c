package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres/query"
	"mattermost-plugin-zoom/server/provider"
)

// Deliveries keeps the log of deliveries: for 72 hours, and the last twenty lines of each connection for 180 days. It is safe for
// concurrent use.
type Deliveries struct{ db *DB }

// NewDeliveries returns the log in the database.
func NewDeliveries(db *DB) *Deliveries { return &Deliveries{db: db} }

// loggedText is the part of a line that no query looks at.
type loggedText struct {
	Title  string       `json:"title,omitempty"`
	Reason chat.Message `json:"reason,omitzero"`
}

// Log adds entries to the logs of connections, the oldest first, by their IDs, in one statement. After an error nothing was added.
func (s *Deliveries) Log(ctx context.Context, entries map[string][]bridge.Entry) error {
	var add query.AddEntriesParams
	for connectionID, all := range entries {
		for _, e := range all {
			for i, line := range e.Lines() {
				text, err := json.Marshal(loggedText{Title: line.Title, Reason: line.Reason})
				if err != nil {
					return errors.Wrap(err, "encode a delivery for the log")
				}
				add.Connections, add.Times = append(add.Connections, connectionID), append(add.Times, line.At)
				add.Everyone, add.Channels = append(add.Everyone, line.Channels == nil), append(add.Channels, keysOf(line.Channels))
				add.First, add.Results = append(add.First, i == 0), append(add.Results, string(line.Result))
				add.Events, add.Proofs = append(add.Events, line.Event), append(add.Proofs, string(line.By))
				add.Old, add.Counts = append(add.Old, line.Old), append(add.Counts, int32(min(line.Count, maxCount))) //nolint:gosec // bounded
				add.Records = append(add.Records, string(text))
			}
		}
	}
	if len(add.Connections) == 0 {
		return nil
	}
	return errors.Wrap(s.db.queries().AddEntries(ctx, add), "write the log of deliveries")
}

// maxCount bounds the count of a line, whose column is an integer.
const maxCount = 1 << 30

// keysOf joins the keys of channels as the statement splits them.
func keysOf(places []chat.Place) string {
	var keys []string
	for _, place := range places {
		keys = append(keys, place.Key())
	}
	return strings.Join(keys, "\n")
}

// endOfTime is later than every delivery.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Entries returns what a channel may know of the deliveries of connections, by their IDs, the newest first. It is one statement.
func (s *Deliveries) Entries(ctx context.Context, q bridge.LogQuery) (map[string][]bridge.Entry, error) {
	wanted := query.EntriesParams{
		Connections: q.Connections, Since: q.Since, Before: q.Before, Channel: q.Place.Key(), Results: []string{}, Event: q.Event, Most: int64(q.Most),
	}
	for _, result := range q.Results {
		wanted.Results = append(wanted.Results, string(result))
	}
	if q.Before.IsZero() {
		wanted.Before = endOfTime
	}
	rows, err := s.db.queries().Entries(ctx, wanted)
	if err != nil {
		return nil, errors.Wrap(err, "read the log of deliveries")
	}
	found := map[string][]bridge.Entry{}
	for _, row := range rows {
		var text loggedText
		if err := json.Unmarshal([]byte(row.Record), &text); err != nil {
			return nil, errors.Wrap(err, "decode a line of the log of deliveries")
		}
		found[row.Connection] = append(found[row.Connection], bridge.Entry{
			At: row.At, Result: bridge.Result(row.Result), Event: row.Event, Title: text.Title, Reason: text.Reason,
			By: provider.ProofKind(row.Proof), Old: row.Old, Count: int(row.Count),
		})
	}
	return found, nil
}

// Summaries returns what the latest deliveries of connections say to all who follow them, by their IDs; those without deliveries are
// missing. It is one statement.
func (s *Deliveries) Summaries(ctx context.Context, connectionIDs []string) (map[string]bridge.LogSummary, error) {
	rows, err := s.db.queries().LogSummaries(ctx, connectionIDs)
	if err != nil {
		return nil, errors.Wrap(err, "read the latest deliveries")
	}
	found := map[string]bridge.LogSummary{}
	for _, row := range rows {
		summary, known := found[row.Connection]
		if !known {
			summary = bridge.LogSummary{Last: row.At, Old: row.Old}
		}
		summary.ByPath = summary.ByPath || provider.ProofKind(row.Proof) == provider.ByPath
		found[row.Connection] = summary
	}
	return found, nil
}

// pruneBatch is how many connections one statement prunes.
const pruneBatch = 100

// Prune removes lines that are too old. Its statements are small: a server that stops in between goes on at the next Prune.
func (s *Deliveries) Prune(ctx context.Context) error {
	q := s.db.queries()
	ids, err := q.ConnectionsWithOldEntries(ctx)
	if err != nil {
		return errors.Wrap(err, "list the connections whose logs are pruned")
	}
	for batch := range slices.Chunk(ids, pruneBatch) {
		if _, err := q.PruneEntries(ctx, batch); err != nil {
			return errors.Wrap(err, "remove old lines from the log of deliveries")
		}
	}
	return errors.Wrap(pruned(ctx, q.PruneEndedEntries), "remove the log of connections that have ended")
}

// pruned runs a statement that deletes some rows until it finds none.
func pruned(ctx context.Context, some func(context.Context) (int64, error)) error {
	for {
		gone, err := some(ctx)
		if err != nil || gone == 0 {
			return err
		}
	}
}
