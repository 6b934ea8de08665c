package memory

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// cardRow is a message that shows a subject.
type cardRow struct {
	bridge.CardRecord
	expires time.Time
}

// saveCards writes cards, and closes those that no longer show their subject. The caller holds the lock.
func (s *Subjects) saveCards(cards []bridge.CardRecord, closed []chat.MessageRef) {
	for _, card := range cards {
		row := cardRow{CardRecord: copyOf(card), expires: s.now().Add(bridge.SubjectKept)}
		if i := s.findCard(card.Message); i >= 0 {
			s.cards[i] = row
			continue
		}
		s.cards = append(s.cards, row)
	}
	for _, m := range closed {
		if i := s.findCard(m); i >= 0 {
			s.cards[i].Open = false
		}
	}
}

// CardOf returns the record of the message.
func (s *Subjects) CardOf(ctx context.Context, m chat.MessageRef) (bridge.CardRecord, bool, error) {
	if err := s.call(ctx, "Subjects.CardOf", m.ID); err != nil {
		return bridge.CardRecord{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.findCard(m)
	if i < 0 {
		return bridge.CardRecord{}, false, nil
	}
	return copyOf(s.cards[i].CardRecord), true, nil
}

// OpenCards returns the cards of the channel whose subjects are open, the latest first.
func (s *Subjects) OpenCards(ctx context.Context, place chat.Place, limit int) ([]bridge.CardRecord, error) {
	if err := s.call(ctx, "Subjects.OpenCards", place.Key()); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []bridge.CardRecord
	for _, row := range slices.Backward(s.cards) {
		if row.Open && row.Message.SameChannel(place) && len(found) < limit && !row.expires.Before(s.now()) {
			found = append(found, copyOf(row.CardRecord))
		}
	}
	return found, nil
}

// CloseCard notes that the message no longer shows its subject.
func (s *Subjects) CloseCard(ctx context.Context, m chat.MessageRef) error {
	if err := s.call(ctx, "Subjects.CloseCard", m.ID); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saveCards(nil, []chat.MessageRef{m})
	return nil
}

// findCard returns the index of the message's row, -1 for none. The caller holds the lock.
func (s *Subjects) findCard(m chat.MessageRef) int {
	return slices.IndexFunc(s.cards, func(row cardRow) bool { return row.Message.Is(m) && !row.expires.Before(s.now()) })
}

// pruneCards removes the rows that have expired. The caller holds the lock.
func (s *Subjects) pruneCards() {
	s.cards = slices.DeleteFunc(s.cards, func(row cardRow) bool { return row.expires.Before(s.now()) })
}

// copyOf returns the record as a database would return it.
func copyOf(card bridge.CardRecord) bridge.CardRecord {
	var same bridge.CardRecord
	content, err := json.Marshal(card)
	if err == nil {
		err = json.Unmarshal(content, &same)
	}
	if err != nil {
		panic(errors.Wrap(err, "copy a card")) // it consists of text
	}
	return same
}
