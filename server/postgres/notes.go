package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/takeover"
)

// LastEvents remembers when each sender's last signed event arrived.
type LastEvents struct{ db *DB }

// NewLastEvents returns the times in the database.
func NewLastEvents(db *DB) *LastEvents { return &LastEvents{db} }

// Note records that an event of the sender arrived now.
func (l *LastEvents) Note(ctx context.Context, sender string) error {
	return errors.Wrap(l.db.queries().NoteEvent(ctx, sender), "note an event")
}

// At returns when an event of the sender last arrived; zero for never.
func (l *LastEvents) At(ctx context.Context, sender string) (time.Time, error) {
	at, err := l.db.queries().LastEvent(ctx, sender)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return at, errors.Wrap(err, "read when the last event arrived")
}

// Predecessor remembers what changed when this plugin replaced the public one. It implements takeover.Notes.
type Predecessor struct{ db *DB }

// NewPredecessor returns the note of it in the database.
func NewPredecessor(db *DB) *Predecessor { return &Predecessor{db} }

// Note remembers what was found, once, and reports whether this was the first time.
func (p *Predecessor) Note(ctx context.Context, found takeover.Found) (first bool, err error) {
	n, err := p.db.queries().NotePredecessor(ctx, found.ByAddress, int32(found.Restricted)) //nolint:gosec // a number of channels
	return n > 0, errors.Wrap(err, "note what the change of plugins changed")
}

// Claim makes this server the one that takes over, for the time, and reports whether it is.
func (p *Predecessor) Claim(ctx context.Context, holder string, keep time.Duration) (held bool, err error) {
	n, err := p.db.queries().ClaimTakeover(ctx, holder, keep.Seconds())
	return n > 0, errors.Wrap(err, "claim the public plugin's data")
}

// Noted returns what Note remembered; zero for nothing.
func (p *Predecessor) Noted(ctx context.Context) (takeover.Found, error) {
	row, err := p.db.queries().Predecessor(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return takeover.Found{}, nil
	}
	found := takeover.Found{At: orZero(row.NotedAt), ByAddress: row.ByAddress, Restricted: int(row.Restricted)}
	return found, errors.Wrap(err, "read what the change of plugins changed")
}
