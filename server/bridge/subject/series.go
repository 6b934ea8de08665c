package subject

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// seriesFresh is how long a series isn't read again: another server may have changed it since.
	seriesFresh = 5 * time.Second
	// maxSeries bounds how many series are remembered, each of some kilobytes.
	maxSeries = 200
	// seriesTries is how often a change of a series is tried while other servers change it.
	seriesTries = 20
)

// Series folds events into series, and remembers the series that this server read or changed last. It is safe for concurrent use.
type Series struct {
	records Records
	now     func() time.Time
	locks   locks

	mu    sync.Mutex
	known map[[2]string]seriesState
}

// NewSeries returns the series as one server knows them.
func NewSeries(records Records, now func() time.Time) *Series {
	return &Series{records: records, now: now}
}

type seriesState struct {
	state   json.RawMessage
	version int64
	at      time.Time
}

// Fold returns the state of the event's series after it, nil where it has none. Nothing is written where the event changes nothing.
func (s *Series) Fold(ctx context.Context, connectionID string, p provider.Provider, e provider.Event) (json.RawMessage, error) {
	serial, ok := p.(provider.Series)
	if !ok || e.Series == "" {
		return nil, nil
	}
	free, err := s.locks.take(ctx, connectionID, e.Series)
	if err != nil {
		return nil, errors.Wrap(err, "wait for a series")
	}
	defer free()
	for range seriesTries {
		now, err := s.read(ctx, connectionID, e.Series)
		if err != nil {
			return nil, err
		}
		state, err := serial.FoldSeries(now.state, e)
		if err != nil {
			return nil, queue.Permanent(errors.Wrap(err, "fold an event into its series"))
		}
		if bytes.Equal(state, now.state) {
			return state, nil
		}
		version, err := s.records.SaveSeries(ctx, connectionID, e.Series, state, now.version)
		if err == nil {
			s.remember(connectionID, e.Series, seriesState{state: state, version: version, at: s.now()})
			return state, nil
		}
		s.forget(connectionID, e.Series)
		if !errors.Is(err, bridge.ErrSeriesChanged) {
			return nil, errors.Wrapf(err, "change the series of %s", connectionID)
		}
	}
	return nil, queue.NotYet(heldWait)
}

// read returns the series as this server knows it, or else as it was written last.
func (s *Series) read(ctx context.Context, connectionID, name string) (seriesState, error) {
	s.mu.Lock()
	now, known := s.known[[2]string{connectionID, name}]
	s.mu.Unlock()
	if age := s.now().Sub(now.at); known && age >= 0 && age < seriesFresh {
		return now, nil
	}
	state, version, err := s.records.Series(ctx, connectionID, name)
	if err != nil {
		return seriesState{}, errors.Wrapf(err, "read the series of %s", connectionID)
	}
	now = seriesState{state: state, version: version, at: s.now()}
	s.remember(connectionID, name, now)
	return now, nil
}

func (s *Series) remember(connectionID, name string, now seriesState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxSeries {
		s.known = map[[2]string]seriesState{}
	}
	s.known[[2]string{connectionID, name}] = now
}

func (s *Series) forget(connectionID, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, [2]string{connectionID, name})
}
