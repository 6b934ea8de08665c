package postgres

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/postgres/query"
)

// Subjects keeps subjects with their cards and further names, and their series. Claims and saves that arrive together share a statement.
// It is safe for concurrent use, and caches nothing.
type Subjects struct {
	db     *DB
	claims *gather[bridge.Claim, query.HoldSubjectsRow]
	saves  *gather[subjectSave, bool]
	series *gather[seriesSave, bool]
}

// maxTogether is how many claims or saves share a statement.
const maxTogether = 64

// NewSubjects returns the subjects in the database.
func NewSubjects(db *DB) *Subjects {
	s := &Subjects{db: db}
	s.claims = newGather(maxTogether, 0, s.holdAll)
	s.saves = newGather(maxTogether, 0, s.saveAll)
	s.series = newGather(maxTogether, 0, s.saveAllSeries)
	return s
}

// daysOf returns the days after which something expires that is kept for so long. The day on which it was changed doesn't count.
func daysOf(kept time.Duration) int32 { return int32(kept/(24*time.Hour)) + 1 }

// Subject returns a subject of a connection as it was saved last; false means that there is none.
func (s *Subjects) Subject(ctx context.Context, connectionID, name string) (bridge.Subject, bool, error) {
	body, err := s.db.queries().Subject(ctx, digest.Of(connectionID, name))
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.Subject{}, false, nil
	}
	if err != nil {
		return bridge.Subject{}, false, errors.Wrap(err, "read a subject")
	}
	found, err := subjectOf(body)
	return found, err == nil, err
}

func subjectOf(body string) (bridge.Subject, error) {
	var sub bridge.Subject
	if body == "" {
		return sub, nil
	}
	return sub, errors.Wrap(json.Unmarshal([]byte(body), &sub), "decode a subject")
}

// Hold claims a subject for bridge.HoldTime. Errors: bridge.ErrHeld, bridge.ErrNoSubject.
func (s *Subjects) Hold(ctx context.Context, c bridge.Claim) (bridge.Hold, error) {
	row, err := s.claims.Do(ctx, c)
	switch {
	case err != nil:
		return bridge.Hold{}, errors.Wrap(err, "claim a subject")
	case !row.Known:
		return bridge.Hold{}, bridge.ErrNoSubject
	case !row.Held:
		return bridge.Hold{}, bridge.ErrHeld
	}
	sub, err := subjectOf(row.Body)
	if err != nil {
		return bridge.Hold{}, err
	}
	return bridge.Hold{Subject: sub, Number: row.Number, Again: row.TakenOver, Since: row.HeldSince, Events: strings.Fields(row.Doubtful)}, nil
}

// holdAll claims the subjects with one statement.
func (s *Subjects) holdAll(ctx context.Context, claims []bridge.Claim) ([]query.HoldSubjectsRow, error) {
	p := query.HoldSubjectsParams{HoldSeconds: bridge.HoldTime.Seconds(), KeptDays: daysOf(bridge.SubjectKept)}
	for _, c := range claims {
		p.Ids = append(p.Ids, digest.Of(c.Connection, c.Name))
		p.Connections = append(p.Connections, c.Connection)
		p.Holders = append(p.Holders, c.Holder)
		p.Events = append(p.Events, strings.Join(c.Events, " "))
		p.Existing = append(p.Existing, c.Existing)
	}
	rows, err := s.db.queries().HoldSubjects(ctx, p)
	if err != nil {
		return nil, err
	}
	found := map[string]query.HoldSubjectsRow{}
	for _, row := range rows {
		found[row.ID] = row
	}
	results := make([]query.HoldSubjectsRow, len(claims))
	for i, id := range p.Ids {
		results[i] = found[id]
	}
	return results, nil
}

// seriesSave is the next state of a series.
type seriesSave struct {
	id, connection, state string
	version               int64
}

// Series returns the state of a series with its version; nil and 0 for one that doesn't exist.
func (s *Subjects) Series(ctx context.Context, connectionID, name string) (json.RawMessage, int64, error) {
	row, err := s.db.queries().Series(ctx, digest.Of(connectionID, name))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, nil
	}
	return json.RawMessage(row.State), row.Version, errors.Wrap(err, "read a series")
}

// SaveSeries writes the state of the series that has this version, and returns the next one. Error: bridge.ErrSeriesChanged.
func (s *Subjects) SaveSeries(ctx context.Context, connectionID, name string, state json.RawMessage, version int64) (int64, error) {
	saved, err := s.series.Do(ctx, seriesSave{id: digest.Of(connectionID, name), connection: connectionID, state: string(state), version: version})
	switch {
	case err != nil:
		return 0, errors.Wrap(err, "save a series")
	case !saved:
		return 0, bridge.ErrSeriesChanged
	}
	return version + 1, nil
}

func (s *Subjects) saveAllSeries(ctx context.Context, saves []seriesSave) ([]bool, error) {
	p := query.SaveSeriesParams{Days: daysOf(bridge.SeriesKept)}
	for _, save := range saves {
		p.Ids, p.Connections = append(p.Ids, save.id), append(p.Connections, save.connection)
		p.States, p.Versions = append(p.States, save.state), append(p.Versions, save.version)
	}
	saved, err := s.db.queries().SaveSeries(ctx, p)
	return found(p.Ids, saved), err
}

// Alias returns the subject that has the further name, "" for none.
func (s *Subjects) Alias(ctx context.Context, connectionID, name string) (string, error) {
	encoded, err := s.db.queries().Alias(ctx, digest.Of(connectionID, name))
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", errors.Wrap(err, "read a further name of a subject")
	}
	var subject string
	return subject, errors.Wrap(json.Unmarshal([]byte(encoded), &subject), "decode the name of a subject")
}

// SetAlias gives a subject a further name; any other subject that had it loses it.
func (s *Subjects) SetAlias(ctx context.Context, connectionID, name, subject string) error {
	encoded, err := json.Marshal(subject)
	if err != nil {
		return errors.Wrap(err, "encode the name of a subject")
	}
	return errors.Wrap(s.db.queries().SetAlias(ctx, query.SetAliasParams{
		ID: digest.Of(connectionID, name), Connection: connectionID, Subject: string(encoded), Days: daysOf(bridge.AliasKept),
	}), "give a subject a further name")
}

// Prune removes what has expired.
func (s *Subjects) Prune(ctx context.Context) error {
	q := s.db.queries()
	for _, prune := range []func(context.Context, int32) (int64, error){q.PruneSubjects, q.PruneSeries, q.PruneAliases, q.PruneCards} {
		for {
			removed, err := prune(ctx, pruneChunk)
			if err != nil {
				return errors.Wrap(err, "remove expired subjects")
			}
			if removed < pruneChunk {
				break
			}
		}
	}
	return nil
}

// found reports for each ID whether it is among the others.
func found(ids, among []string) []bool {
	known := map[string]bool{}
	for _, id := range among {
		known[id] = true
	}
	results := make([]bool, len(ids))
	for i, id := range ids {
		results[i] = known[id]
	}
	return results
}
