package delivery

import (
	"context"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
)

// Limits of what is remembered until it is written.
const (
	// FlushEvery is how often the log of deliveries is written.
	FlushEvery = time.Second
	// maxPending and maxEntries bound it, all together and for each connection, as an outage of the database would else fill the memory.
	maxPending = 5000
	maxEntries = 1000
	// maxUnderWay bounds how many unfinished jobs are known to have their entry, maxWarned how many connections' creators have been warned.
	maxUnderWay = 1000
	maxWarned   = 1000
	// toldFor is how long the connection's creator isn't told again that deliveries are refused.
	toldFor = 24 * time.Hour
)

// Journal notes what became of deliveries, and writes it into the log of deliveries from time to time, never on the path of a delivery.
type Journal struct {
	*core
	pending *pending
	// flushing is held while what was noted is written, so that a reader finds it after its own Flush.
	flushing sync.Mutex
}

// pending is what became of deliveries until it is written.
type pending struct {
	mu      sync.Mutex
	entries map[string][]bridge.Entry
	// count is how many entries there are, dropped how many there was no room for.
	count, dropped int
	// told are jobs that have their entry and are attempted again, since something is left to do.
	told map[string]bool
	// warned says until when the connection's creator isn't told again that deliveries are refused.
	warned map[string]time.Time
}

func newPending() *pending {
	return &pending{entries: map[string][]bridge.Entry{}, told: map[string]bool{}, warned: map[string]time.Time{}}
}

// add notes the entry; one like the last is only counted.
func (j *pending) add(connectionID string, e bridge.Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.Count = max(e.Count, 1)
	all := j.entries[connectionID]
	if n := len(all); n > 0 && bridge.Alike(all[n-1], e) {
		e.Count += all[n-1].Count
		all[n-1] = e
		return
	}
	if j.count >= maxPending {
		j.dropped += e.Count
		return
	}
	all = append(all, e)
	j.count++
	if len(all) > maxEntries {
		j.dropped += all[0].Count
		all = all[1:]
		j.count--
	}
	j.entries[connectionID] = all
}

// take returns what is to be written and how many entries are missing from it, and forgets both.
func (j *pending) take() (taken map[string][]bridge.Entry, dropped int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken, dropped = j.entries, j.dropped
	j.entries, j.count, j.dropped = map[string][]bridge.Entry{}, 0, 0
	return taken, dropped
}

// once reports whether the job has had no entry yet; again says that it will come once more.
func (j *pending) once(jobID string, again bool) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	known := j.told[jobID]
	delete(j.told, jobID)
	if again {
		if len(j.told) >= maxUnderWay {
			clear(j.told)
		}
		j.told[jobID] = true
	}
	return !known
}

// warn reports whether it may be time to tell the connection's creator, and counts as having done so.
func (j *pending) warn(connectionID string, now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if now.Before(j.warned[connectionID]) {
		return false
	}
	if len(j.warned) >= maxWarned {
		clear(j.warned)
	}
	j.warned[connectionID] = now.Add(toldFor)
	return true
}

// toldOnce reports whether the job has had no entry yet; again says that it will come once more.
func (s *Journal) toldOnce(jobID string, again bool) bool { return s.pending.once(jobID, again) }

// Run writes the journal again and again until the context ends, and then a last time.
func (s *Journal) Run(ctx context.Context) {
	ticker := time.NewTicker(FlushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.Flush(ctx)
		case <-ctx.Done():
			s.Flush(context.WithoutCancel(ctx))
			return
		}
	}
}

// Flush writes what was noted until now, so that its readers see what this server knows. It is a record for people to read, so a failure is
// only logged.
func (s *Journal) Flush(ctx context.Context) {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	taken, dropped := s.pending.take()
	if dropped > 0 {
		s.Log.Warn("The log of deliveries is incomplete: more arrived than could be written", "missing", dropped)
	}
	if len(taken) == 0 {
		return
	}
	if err := s.Deliveries.Log(ctx, taken); err != nil {
		s.Log.Warn("The log of deliveries couldn't be written; the next try follows in a second", "error", err.Error())
		for id, entries := range taken {
			for _, e := range entries {
				s.pending.add(id, e)
			}
		}
		return
	}
	for id, entries := range taken {
		if last := entries[len(entries)-1]; last.Result == bridge.Refused {
			s.warnRefused(ctx, id, last)
		}
	}
}

// Note adds to the journal what became of something now.
func (s *Journal) Note(connectionID string, e bridge.Entry) {
	e.At = s.Now()
	s.pending.add(connectionID, e)
}
