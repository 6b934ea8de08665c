package postgres

import (
	"context"
	"time"

	"mattermost-plugin-zoom/server/oauth"
)

// SignIns are the authorizations under way; see oauth.SignIns.
type SignIns struct{ db *DB }

var _ oauth.SignIns = (*SignIns)(nil)

// NewSignIns returns the sign-ins in the database.
func NewSignIns(db *DB) *SignIns { return &SignIns{db} }

// UseState implements oauth.SignIns.
func (s *SignIns) UseState(ctx context.Context, id string, keep time.Duration) (first bool, err error) {
	rows, err := s.db.queries().UseState(ctx, id, keep.Milliseconds())
	return rows > 0, err
}

// StateUsed implements oauth.SignIns.
func (s *SignIns) StateUsed(ctx context.Context, id string) (bool, error) {
	return s.db.queries().StateUsed(ctx, id)
}

// SaveHandover implements oauth.SignIns.
func (s *SignIns) SaveHandover(ctx context.Context, id, sealed string, keep time.Duration) error {
	return s.db.queries().SaveHandover(ctx, id, sealed, keep.Milliseconds())
}

// TryHandover implements oauth.SignIns.
func (s *SignIns) TryHandover(ctx context.Context, id string) (sealed string, tries int, err error) {
	rows, err := s.db.queries().TryHandover(ctx, id)
	if err != nil || len(rows) == 0 {
		return "", 0, err
	}
	return rows[0].Sealed, int(rows[0].Tries), nil
}

// EndHandover implements oauth.SignIns.
func (s *SignIns) EndHandover(ctx context.Context, id, sealed string) (ended bool, err error) {
	rows, err := s.db.queries().EndHandover(ctx, id, sealed)
	return rows > 0, err
}

// pruneChunk is how many rows one statement removes.
const pruneChunk = 1000

// Prune removes what has expired.
func (s *SignIns) Prune(ctx context.Context) error {
	for {
		removed, err := s.db.queries().PruneSignIns(ctx, pruneChunk)
		if err != nil || removed < pruneChunk {
			return err
		}
	}
}
