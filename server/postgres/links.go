package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres/query"
)

// Links are the persons that Zoom users belong to, and their personal meeting IDs. It implements account.Links.
type Links struct{ db *DB }

// NewLinks returns the links in the database.
func NewLinks(db *DB) *Links { return &Links{db} }

var _ account.Links = (*Links)(nil)

// Link records that the Zoom user belongs to the person and returns the previous owner, "" for none.
func (l *Links) Link(ctx context.Context, zoomUserID string, person chat.PersonID) (chat.PersonID, error) {
	var before chat.PersonID
	err := l.db.inTx(ctx, func(q *query.Queries) error {
		before = ""
		held, err := q.HoldLink(ctx, zoomUserID, string(person))
		if err != nil || held.Inserted {
			return err
		}
		if before = chat.PersonID(held.Person); before == person {
			return nil
		}
		return q.MoveLink(ctx, string(person), zoomUserID)
	})
	return before, errors.Wrap(err, "link a Zoom user")
}

// Linked returns the person that the Zoom user belongs to, "" for none.
func (l *Links) Linked(ctx context.Context, zoomUserID string) (chat.PersonID, error) {
	person, err := l.db.queries().LinkedPerson(ctx, zoomUserID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return chat.PersonID(person), errors.Wrap(err, "read whom a Zoom user belongs to")
}

// Unlink removes the link if the Zoom user still belongs to the person: someone else may have connected it since.
func (l *Links) Unlink(ctx context.Context, zoomUserID string, person chat.PersonID) error {
	return errors.Wrap(l.db.queries().Unlink(ctx, zoomUserID, string(person)), "unlink a Zoom user")
}

// SetPersonalMeetingID stores the person's personal meeting ID for this long; "" removes it.
func (l *Links) SetPersonalMeetingID(ctx context.Context, person chat.PersonID, id string, keep time.Duration) error {
	err := l.db.queries().SetPersonalNumber(ctx, string(person), id, keep.Seconds())
	return errors.Wrap(err, "store the personal meeting ID")
}
