package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/kv"
)

const (
	// subjectKept counts from the last change. A later event about the same subject gets a new card.
	subjectKept = 30 * 24 * time.Hour
	// seriesKept is longer: earlier results also matter for a job that runs once a quarter.
	seriesKept = 180 * 24 * time.Hour
)

// Subject returns a subject of a connection. For one that doesn't exist it costs one read.
func (s *Store) Subject(ctx context.Context, connectionID, name string) (bridge.Subject, bool, error) {
	if err := ctx.Err(); err != nil {
		return bridge.Subject{}, false, errors.Wrap(err, "read a subject")
	}
	return load[bridge.Subject](s, subjectKey(connectionID, name))
}

// UpdateSubject changes it; see assembly.Records. It is kept for 30 days after the last change.
func (s *Store) UpdateSubject(ctx context.Context, connectionID, name string, change func(*bridge.Subject) (bool, error)) (bridge.Subject, error) {
	return update(ctx, s, subjectKey(connectionID, name), subjectKept, change)
}

// UpdateSeries changes a series; see assembly.Records. It is kept for 180 days after the last change.
func (s *Store) UpdateSeries(ctx context.Context, connectionID, name string, change func(*bridge.Series) (bool, error)) (bridge.Series, error) {
	return update(ctx, s, "ser."+kv.Hash(connectionID, name), seriesKept, change)
}

// Alias returns the subject with this alias, "" for none.
func (s *Store) Alias(ctx context.Context, connectionID, name string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", errors.Wrap(err, "read another name of a subject")
	}
	subject, _, err := load[string](s, aliasKey(connectionID, name))
	return subject, err
}

// SetAlias gives a subject an alias for 30 days, replacing any other subject that had it.
func (s *Store) SetAlias(ctx context.Context, connectionID, name, subject string) error {
	if err := ctx.Err(); err != nil {
		return errors.Wrap(err, "give a subject another name")
	}
	value, err := json.Marshal(subject)
	if err != nil {
		return errors.Wrap(err, "encode the name of a subject")
	}
	return errors.Wrap(s.kv.Set(aliasKey(connectionID, name), value, subjectKept), "give a subject another name")
}

func subjectKey(connectionID, name string) string { return "sbj." + kv.Hash(connectionID, name) }

func aliasKey(connectionID, name string) string { return "als." + kv.Hash(connectionID, name) }
