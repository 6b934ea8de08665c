package memory

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/provider"
)

// Deliveries keeps the log of deliveries.
type Deliveries struct {
	faults *Faults
	now    func() time.Time

	mu sync.Mutex
	// entries are those of each connection, the oldest first.
	entries map[string][]bridge.Entry
}

// How long entries are kept, and how many of each connection longer than that.
const (
	keptFor    = 72 * time.Hour
	fewFor     = 180 * 24 * time.Hour
	fewEntries = 20
)

func newDeliveries(faults *Faults, now func() time.Time) *Deliveries {
	return &Deliveries{faults: faults, now: now, entries: map[string][]bridge.Entry{}}
}

// Log adds entries to the logs of connections.
func (s *Deliveries) Log(ctx context.Context, entries map[string][]bridge.Entry) error {
	if err := s.before(ctx, "Deliveries.Log"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, all := range entries {
		s.entries[id] = append(s.entries[id], all...)
		slices.SortStableFunc(s.entries[id], func(a, b bridge.Entry) int { return a.At.Compare(b.At) })
	}
	return nil
}

// All returns the entries of the connection as they were logged, the newest first.
func (s *Deliveries) All(connectionID string) []bridge.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.entries[connectionID])
	slices.Reverse(all)
	return all
}

// lines returns the lines of the connection, the newest first.
func (s *Deliveries) lines(connectionID string) []bridge.Line {
	var lines []bridge.Line
	for _, e := range s.All(connectionID) {
		lines = append(lines, e.Lines()...)
	}
	return lines
}

// Entries returns what a channel may know of the deliveries of connections.
func (s *Deliveries) Entries(ctx context.Context, q bridge.LogQuery) (map[string][]bridge.Entry, error) {
	if err := s.before(ctx, "Deliveries.Entries"); err != nil {
		return nil, err
	}
	found := map[string][]bridge.Entry{}
	for _, id := range q.Connections {
		for _, line := range s.lines(id) {
			if len(found[id]) < q.Most && selects(q, line) {
				found[id] = append(found[id], line.Entry)
			}
		}
	}
	return found, nil
}

func selects(q bridge.LogQuery, line bridge.Line) bool {
	mine := line.Channels == nil || slices.ContainsFunc(line.Channels, q.Place.SameChannel)
	return mine && !line.At.Before(q.Since) && (q.Before.IsZero() || line.At.Before(q.Before)) &&
		(len(q.Results) == 0 || slices.Contains(q.Results, line.Result)) && (q.Event == "" || q.Event == line.Event)
}

// Summaries returns what the latest deliveries of connections say to all who follow them.
func (s *Deliveries) Summaries(ctx context.Context, connectionIDs []string) (map[string]bridge.LogSummary, error) {
	if err := s.before(ctx, "Deliveries.Summaries"); err != nil {
		return nil, err
	}
	found := map[string]bridge.LogSummary{}
	for _, id := range connectionIDs {
		lines := s.lines(id)
		if len(lines) == 0 {
			continue
		}
		found[id] = bridge.LogSummary{
			Last: lines[0].At, Old: lines[0].Old,
			ByPath: slices.ContainsFunc(lines[:min(len(lines), fewEntries)], func(l bridge.Line) bool { return l.By == provider.ByPath }),
		}
	}
	return found, nil
}

// Prune removes entries that are too old.
func (s *Deliveries) Prune(ctx context.Context) error {
	if err := s.before(ctx, "Deliveries.Prune"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, all := range s.entries {
		few := max(0, len(all)-fewEntries)
		s.entries[id] = slices.Concat(
			slices.DeleteFunc(slices.Clone(all[:few]), func(e bridge.Entry) bool { return s.now().Sub(e.At) > keptFor }),
			slices.DeleteFunc(slices.Clone(all[few:]), func(e bridge.Entry) bool { return s.now().Sub(e.At) > fewFor }),
		)
	}
	return nil
}

// outcome returns when a delivery of the connection arrived last, what became of it, and how many failed lately.
func (s *Deliveries) outcome(connectionID string) (last time.Time, result bridge.Result, failures int) {
	for _, e := range s.All(connectionID) {
		if last.IsZero() {
			last, result = e.At, e.Lines()[0].Result
		}
		if slices.Contains(bridge.Failures(), e.Lines()[0].Result) && s.now().Sub(e.At) < bridge.FailureWindow {
			failures += e.Count
		}
	}
	return last, result, failures
}

func (s *Deliveries) before(ctx context.Context, call string) error {
	if err := ctx.Err(); err != nil {
		return errors.Wrap(err, call)
	}
	return s.faults.before(call, "")
}

// Dump returns the log of each connection, by "delivery log" and the connection's ID.
func (s *Deliveries) Dump() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	dump := map[string]string{}
	for id, entries := range s.entries {
		dump["delivery log "+id] = fmt.Sprint(entries)
	}
	return dump
}
