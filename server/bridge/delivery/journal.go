package delivery

import (
	"context"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/bridge"
)

// Limits of what is remembered until it is written.
const (
	// FlushEvery is how often the journal is written.
	FlushEvery = time.Second
	// maxJournals and maxEntries bound it, as an outage of the table would else fill the memory.
	maxJournals = 200
	maxEntries  = 20
	// maxUnderWay bounds how many unfinished jobs are known to have their entry.
	maxUnderWay = 1000
	// toldFor is how long the connection's creator isn't told again that deliveries are refused.
	toldFor = 24 * time.Hour
)

// Journal notes what became of deliveries, and writes it into the connections' journals from time to time.
type Journal struct {
	*core
	pending *pending
}

// pending is what became of deliveries until it is written.
type pending struct {
	mu      sync.Mutex
	entries map[string][]bridge.Entry
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
	all, known := j.entries[connectionID]
	if !known && len(j.entries) >= maxJournals {
		return
	}
	if n := len(all); n > 0 && bridge.Alike(all[n-1], e) {
		e.Count += all[n-1].Count
		all[n-1] = e
		return
	}
	all = append(all, e)
	j.entries[connectionID] = all[max(0, len(all)-maxEntries):]
}

// take returns what is to be written, and forgets it.
func (j *pending) take() map[string][]bridge.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken := j.entries
	j.entries = map[string][]bridge.Entry{}
	return taken
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
	if len(j.warned) >= maxJournals {
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

// Flush writes the journal now, so that its readers see what this server knows. It is a record for people to read, so a failure is only
// logged.
func (s *Journal) Flush(ctx context.Context) {
	for id, entries := range s.pending.take() {
		if err := s.Deliveries.Log(ctx, id, entries); err != nil {
			s.Log.Warn("The journal of a connection couldn't be written", "connection", id, "error", err.Error())
			for _, e := range entries {
				s.pending.add(id, e)
			}
			continue
		}
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
