package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/postgres/query"
)

// subjectSave is what one save writes, encoded.
type subjectSave struct {
	bridge.SubjectSave
	id, body, name string
	cards          []string
}

// Save writes a held subject with its cards and further names, all or nothing, and gives the hold back. Error: bridge.ErrHoldLost.
func (s *Subjects) Save(ctx context.Context, save bridge.SubjectSave) error {
	one, err := encoded(save)
	if err != nil {
		return err
	}
	saved, err := s.saves.Do(ctx, one)
	switch {
	case err != nil:
		return errors.Wrap(err, "save a subject")
	case !saved:
		return bridge.ErrHoldLost
	}
	return nil
}

func encoded(save bridge.SubjectSave) (subjectSave, error) {
	one := subjectSave{SubjectSave: save, id: digest.Of(save.Subject.Connection, save.Subject.Name)}
	if save.Unchanged {
		return one, nil
	}
	if save.KeepFor == 0 {
		one.KeepFor = bridge.SubjectKept
	}
	texts := make([]string, len(save.Cards)+2)
	values := []any{save.Subject, save.Subject.Name}
	for _, card := range save.Cards {
		values = append(values, card)
	}
	for i, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return one, errors.Wrap(err, "encode a subject")
		}
		texts[i] = string(text)
	}
	one.body, one.name, one.cards = texts[0], texts[1], texts[2:]
	return one, nil
}

// saveAll writes the subjects with one statement, and reports which were still held.
func (s *Subjects) saveAll(ctx context.Context, saves []subjectSave) ([]bool, error) {
	p := query.SaveSubjectsParams{AliasDays: daysOf(bridge.AliasKept), CardDays: daysOf(bridge.SubjectKept)}
	named := map[string]bool{}
	for _, save := range saves {
		p.Ids, p.Numbers, p.Bodies = append(p.Ids, save.id), append(p.Numbers, save.Number), append(p.Bodies, save.body)
		p.Unchanged, p.Kept, p.Days = append(p.Unchanged, save.Unchanged), append(p.Kept, save.Keep), append(p.Days, daysOf(save.KeepFor))
		for _, alias := range save.Aliases {
			id := digest.Of(save.Subject.Connection, alias)
			if named[id] {
				continue // two subjects that were saved at once: either is right
			}
			named[id] = true
			p.AliasOf, p.AliasIds, p.AliasSubjects = append(p.AliasOf, save.id), append(p.AliasIds, id), append(p.AliasSubjects, save.name)
		}
		for i, card := range save.Cards {
			p.CardOf, p.CardSurfaces = append(p.CardOf, save.id), append(p.CardSurfaces, string(card.Message.Surface))
			p.CardMessages, p.CardChannels = append(p.CardMessages, card.Message.ID), append(p.CardChannels, card.Message.Channel)
			p.CardBodies, p.CardOpen = append(p.CardBodies, save.cards[i]), append(p.CardOpen, card.Open)
		}
		for _, m := range save.Closed {
			p.ClosedOf, p.ClosedSurfaces = append(p.ClosedOf, save.id), append(p.ClosedSurfaces, string(m.Surface))
			p.ClosedMessages = append(p.ClosedMessages, m.ID)
		}
	}
	saved, err := s.db.queries().SaveSubjects(ctx, p)
	return found(p.Ids, saved), err
}

// CardOf returns the record of a message that shows a subject; false means that it is none.
func (s *Subjects) CardOf(ctx context.Context, m chat.MessageRef) (bridge.CardRecord, bool, error) {
	row, err := s.db.queries().CardOfMessage(ctx, string(m.Surface), m.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return bridge.CardRecord{}, false, nil
	}
	if err != nil {
		return bridge.CardRecord{}, false, errors.Wrap(err, "look up a card")
	}
	card, err := cardOf(row.Body, row.Open)
	return card, err == nil, err
}

// OpenCards returns the cards of the channel whose subjects are open, the latest first.
func (s *Subjects) OpenCards(ctx context.Context, place chat.Place, limit int) ([]bridge.CardRecord, error) {
	bodies, err := s.db.queries().OpenCards(ctx, string(place.Surface), place.Channel, int32(limit))
	if err != nil {
		return nil, errors.Wrap(err, "look up the open cards of a channel")
	}
	var cards []bridge.CardRecord
	for _, body := range bodies {
		card, err := cardOf(body, true)
		if err != nil {
			return nil, err
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// CloseCard notes that the message, if it is a card, no longer shows its subject.
func (s *Subjects) CloseCard(ctx context.Context, m chat.MessageRef) error {
	return errors.Wrap(s.db.queries().CloseCard(ctx, string(m.Surface), m.ID), "close a card")
}

func cardOf(body string, open bool) (bridge.CardRecord, error) {
	var card bridge.CardRecord
	err := json.Unmarshal([]byte(body), &card)
	card.Open = open
	return card, errors.Wrap(err, "decode a card")
}
