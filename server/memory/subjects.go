package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
)

// Subjects keeps subjects, their series and their further names. See delivery.Subjects.
type Subjects struct {
	*Faults
	now func() time.Time

	mu       sync.Mutex
	subjects map[name]*subjectRow
	series   map[name]seriesRow
	aliases  map[name]aliasRow
	cards    []cardRow
}

// name is what a connection calls something.
type name struct{ connection, name string }

type subjectRow struct {
	// body is nil before the first save.
	body   []byte
	number int64
	holder string
	since  time.Time
	// again is that of the hold; see bridge.Hold.
	again   bool
	until   time.Time
	events  []string
	doubt   []string
	expires time.Time
}

type seriesRow struct {
	state   json.RawMessage
	version int64
	expires time.Time
}

type aliasRow struct {
	subject string
	expires time.Time
}

func newSubjects(faults *Faults, now func() time.Time) *Subjects {
	return &Subjects{Faults: faults, now: now, subjects: map[name]*subjectRow{}, series: map[name]seriesRow{}, aliases: map[name]aliasRow{}}
}

// Subject returns a subject of a connection as it was saved last.
func (s *Subjects) Subject(ctx context.Context, connectionID, subject string) (bridge.Subject, bool, error) {
	if err := s.call(ctx, "Subjects.Subject", subject); err != nil {
		return bridge.Subject{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.row(name{connectionID, subject})
	if row == nil || row.body == nil {
		return bridge.Subject{}, false, nil
	}
	found, err := row.subject()
	return found, err == nil, err
}

// Hold claims a subject.
func (s *Subjects) Hold(ctx context.Context, c bridge.Claim) (bridge.Hold, error) {
	if err := s.call(ctx, "Subjects.Hold", c.Name); err != nil {
		return bridge.Hold{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, key := s.now(), name{c.Connection, c.Name}
	row := s.row(key)
	switch {
	case row == nil && c.Existing:
		return bridge.Hold{}, bridge.ErrNoSubject
	case row == nil:
		row = &subjectRow{expires: now.Add(bridge.SubjectKept)}
		s.subjects[key] = row
	case row.holder != "" && row.holder != c.Holder && now.Before(row.until):
		return bridge.Hold{}, bridge.ErrHeld
	}
	if row.holder != "" {
		row.again = true
		row.doubt = append(row.doubt, row.events...)
	}
	if !row.again {
		row.since = now
	}
	row.holder, row.until, row.events = c.Holder, now.Add(bridge.HoldTime), slices.Clone(c.Events)
	row.number++
	held, err := row.subject()
	return bridge.Hold{Subject: held, Number: row.number, Again: row.again, Since: row.since, Events: slices.Clone(row.doubt)}, err
}

// Save writes a held subject, and gives it back.
func (s *Subjects) Save(ctx context.Context, save bridge.SubjectSave) error {
	sub := save.Subject
	if err := s.call(ctx, "Subjects.Save", sub.Name); err != nil {
		return err
	}
	body, err := json.Marshal(sub)
	if err != nil {
		return errors.Wrap(err, "encode a subject")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.row(name{sub.Connection, sub.Name})
	if row == nil || row.number != save.Number || row.holder == "" {
		return bridge.ErrHoldLost
	}
	if !save.Unchanged {
		kept := save.KeepFor
		if kept == 0 {
			kept = bridge.SubjectKept
		}
		row.body, row.again, row.doubt, row.expires = body, false, nil, s.now().Add(kept)
		for _, alias := range save.Aliases {
			s.aliases[name{sub.Connection, alias}] = aliasRow{subject: sub.Name, expires: s.now().Add(bridge.AliasKept)}
		}
		s.saveCards(save.Cards, save.Closed)
	}
	if !save.Keep {
		row.holder, row.events = "", nil
	}
	return nil
}

// Series returns the state of a series with its version.
func (s *Subjects) Series(ctx context.Context, connectionID, series string) (json.RawMessage, int64, error) {
	if err := s.call(ctx, "Subjects.Series", series); err != nil {
		return nil, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.series[name{connectionID, series}]
	if row.expires.Before(s.now()) {
		return nil, 0, nil
	}
	return slices.Clone(row.state), row.version, nil
}

// SaveSeries writes the state of the series that has this version.
func (s *Subjects) SaveSeries(ctx context.Context, connectionID, series string, state json.RawMessage, version int64) (int64, error) {
	if err := s.call(ctx, "Subjects.SaveSeries", series); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := name{connectionID, series}
	row := s.series[key]
	if row.expires.Before(s.now()) {
		row = seriesRow{}
	}
	if row.version != version {
		return 0, bridge.ErrSeriesChanged
	}
	s.series[key] = seriesRow{state: slices.Clone(state), version: version + 1, expires: s.now().Add(bridge.SeriesKept)}
	return version + 1, nil
}

// Alias returns the subject that has the further name.
func (s *Subjects) Alias(ctx context.Context, connectionID, alias string) (string, error) {
	if err := s.call(ctx, "Subjects.Alias", alias); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.aliases[name{connectionID, alias}]
	if row.expires.Before(s.now()) {
		return "", nil
	}
	return row.subject, nil
}

// SetAlias gives a subject a further name.
func (s *Subjects) SetAlias(ctx context.Context, connectionID, alias, subject string) error {
	if err := s.call(ctx, "Subjects.SetAlias", alias); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aliases[name{connectionID, alias}] = aliasRow{subject: subject, expires: s.now().Add(bridge.AliasKept)}
	return nil
}

// Prune removes what has expired.
func (s *Subjects) Prune(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, row := range s.subjects {
		if row.expires.Before(s.now()) && (row.holder == "" || row.until.Before(s.now())) {
			delete(s.subjects, key)
		}
	}
	for key, row := range s.series {
		if row.expires.Before(s.now()) {
			delete(s.series, key)
		}
	}
	for key, row := range s.aliases {
		if row.expires.Before(s.now()) {
			delete(s.aliases, key)
		}
	}
	s.pruneCards()
	return nil
}

// row returns the subject's row; nil for none, and for one that has expired. The caller holds the lock.
func (s *Subjects) row(key name) *subjectRow {
	row := s.subjects[key]
	if row != nil && row.holder == "" && row.expires.Before(s.now()) {
		delete(s.subjects, key)
		return nil
	}
	return row
}

func (r *subjectRow) subject() (bridge.Subject, error) {
	var sub bridge.Subject
	if r.body == nil {
		return sub, nil
	}
	return sub, errors.Wrap(json.Unmarshal(r.body, &sub), "decode a subject")
}

// call returns the error of a call whose context has ended, or that a test lets fail.
func (s *Subjects) call(ctx context.Context, call, key string) error {
	if err := ctx.Err(); err != nil {
		return errors.Wrap(err, call)
	}
	return s.before(call, key)
}

// Dump returns what is stored, by "subject", "series" or "alias", its connection and its name, and of cards by "card" and its message.
func (s *Subjects) Dump() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	dump := map[string]string{}
	for key, row := range s.subjects {
		dump["subject "+key.connection+" "+key.name] = string(row.body)
	}
	for key, row := range s.series {
		dump["series "+key.connection+" "+key.name] = string(row.state)
	}
	for key, row := range s.aliases {
		dump["alias "+key.connection+" "+key.name] = row.subject
	}
	for _, row := range s.cards {
		dump["card "+row.Message.ID] = fmt.Sprint(row.CardRecord)
	}
	return dump
}
