package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/kv"
)

// link is the person that a Zoom user belongs to.
type link struct {
	Person chat.PersonID `json:"user"`
}

// Link records that the Zoom user belongs to the person and returns the previous owner, "" for none.
func (s *Store) Link(ctx context.Context, zoomUserID string, person chat.PersonID) (chat.PersonID, error) {
	var before chat.PersonID
	_, err := update(ctx, s, linkKey(zoomUserID), 0, func(l *link) (bool, error) {
		before = l.Person
		l.Person = person
		return before != person, nil
	})
	if err != nil {
		return "", err
	}
	return before, nil
}

// Linked returns the person that the Zoom user belongs to, "" for none.
func (s *Store) Linked(ctx context.Context, zoomUserID string) (chat.PersonID, error) {
	if err := ctx.Err(); err != nil {
		return "", errors.Wrap(err, "read the link")
	}
	l, _, err := load[link](s, linkKey(zoomUserID))
	return l.Person, err
}

// Unlink removes the link if the Zoom user still belongs to the person: someone else may have connected it since.
func (s *Store) Unlink(ctx context.Context, zoomUserID string, person chat.PersonID) error {
	_, err := edit(ctx, s, linkKey(zoomUserID), 0, func(l *link) (outcome, error) {
		if l.Person != person {
			return leave, nil
		}
		return remove, nil
	})
	return err
}

// PersonalMeetingID returns what SetPersonalMeetingID stored for the person, "" for none.
func (s *Store) PersonalMeetingID(ctx context.Context, person chat.PersonID) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", errors.Wrap(err, "read the personal meeting ID")
	}
	id, _, err := load[string](s, personalKey(person))
	return id, err
}

// SetPersonalMeetingID stores the person's personal meeting ID for this long; "" removes it.
func (s *Store) SetPersonalMeetingID(ctx context.Context, person chat.PersonID, id string, keep time.Duration) error {
	if err := ctx.Err(); err != nil {
		return errors.Wrap(err, "remember the personal meeting ID")
	}
	if id == "" {
		return errors.Wrap(s.kv.Delete(personalKey(person)), "forget the personal meeting ID")
	}
	value, err := json.Marshal(id)
	if err != nil {
		return errors.Wrap(err, "encode the personal meeting ID")
	}
	return errors.Wrap(s.kv.Set(personalKey(person), value, keep), "remember the personal meeting ID")
}

func linkKey(zoomUserID string) string { return "lnk.zoom." + kv.Hash(zoomUserID) }

func personalKey(person chat.PersonID) string { return "pmi." + string(person) }
