package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/queue"
)

// Jobs keeps the jobs of the queue.
type Jobs struct {
	*jobRows
	faults *Faults
}

// jobRows are the jobs, as all servers share them.
type jobRows struct {
	now func() time.Time

	mu     sync.Mutex
	rows   map[string]*job
	stored int
}

// job is one job with its lease.
type job struct {
	queue.Taken
	order   int // of being stored
	holder  string
	started bool
	// next is when any server may take it: the time of the next attempt, or the end of the lease.
	next     time.Time
	finished *queue.Finished
	at       time.Time // the end of a finished one
}

var _ queue.Store = (*Jobs)(nil)

func newJobs(faults *Faults, now func() time.Time) *Jobs {
	return &Jobs{faults: faults, jobRows: &jobRows{now: now, rows: map[string]*job{}}}
}

// Seen returns the same jobs as one server sees them, with faults of its own.
func (s *Jobs) Seen(faults *Faults) *Jobs { return &Jobs{faults: faults, jobRows: s.jobRows} }

// Insert implements queue.Store.
func (s *Jobs) Insert(ctx context.Context, holder string, j queue.Job) (known bool, err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Insert", j.ID)
	if err != nil {
		return false, err
	}
	defer leave(&err)
	if s.rows[j.ID] != nil {
		return true, nil
	}
	j.Body, j.Header = slices.Clone(j.Body), maps.Clone(j.Header)
	row := &job{Taken: queue.Taken{Job: j}, order: s.stored, holder: holder, next: j.NotBefore}
	if holder != "" {
		row.next = s.now().Add(queue.Lease)
	}
	s.stored++
	s.rows[j.ID] = row
	return false, nil
}

// Take implements queue.Store.
func (s *Jobs) Take(ctx context.Context, holder string, w queue.Want) (taken []queue.Taken, err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Take", holder)
	if err != nil {
		return nil, err
	}
	defer leave(&err)
	var due []*job
	for _, row := range s.rows {
		wanted := (w.Only == "" || row.Source == w.Only) && !slices.Contains(w.Except, row.Source)
		if row.finished == nil && !row.next.After(s.now()) && wanted {
			due = append(due, row)
		}
	}
	slices.SortFunc(due, func(a, b *job) int {
		if c := a.next.Compare(b.next); c != 0 {
			return c
		}
		return a.order - b.order
	})
	size := int64(0)
	for _, row := range due[:min(len(due), w.Jobs)] {
		if len(taken) > 0 && size >= w.Bytes {
			break
		}
		if row.holder != "" && (row.Crashes == 0 || row.started) {
			row.Crashes++
		}
		row.holder, row.started, row.next = holder, false, s.now().Add(queue.Lease)
		size += int64(len(row.Body))
		taken = append(taken, row.Taken)
	}
	return taken, nil
}

// held returns the row if the holder has it. The lock must be held.
func (s *Jobs) held(holder, id string) *job {
	if row := s.rows[id]; row != nil && row.finished == nil && row.holder == holder {
		return row
	}
	return nil
}

// Start implements queue.Store.
func (s *Jobs) Start(ctx context.Context, holder, id string) (mine bool, err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Start", id)
	if err != nil {
		return false, err
	}
	defer leave(&err)
	row := s.held(holder, id)
	if row != nil {
		row.started = true
	}
	return row != nil, nil
}

// Renew implements queue.Store.
func (s *Jobs) Renew(ctx context.Context, holder string, ids []string) (kept []string, err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Renew", holder)
	if err != nil {
		return nil, err
	}
	defer leave(&err)
	for _, id := range ids {
		if row := s.held(holder, id); row != nil {
			row.next = s.now().Add(queue.Lease)
			kept = append(kept, id)
		}
	}
	return kept, nil
}

// Finish implements queue.Store.
func (s *Jobs) Finish(ctx context.Context, holder string, jobs []queue.Finished) (err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Finish", holder)
	if err != nil {
		return err
	}
	defer leave(&err)
	for _, f := range jobs {
		if row := s.held(holder, f.ID); row != nil {
			row.finished, row.at, row.Body, row.Header = &f, s.now(), nil, nil
		}
	}
	return nil
}

// Release implements queue.Store.
func (s *Jobs) Release(ctx context.Context, holder string, jobs []queue.Released) (err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Release", holder)
	if err != nil {
		return err
	}
	defer leave(&err)
	for _, r := range jobs {
		if row := s.held(holder, r.ID); row != nil {
			row.holder, row.next, row.Attempt, row.Crashes = "", s.now().Add(r.Wait), r.Attempt, r.Crashes
		}
	}
	return nil
}

// Waiting implements queue.Store.
func (s *Jobs) Waiting(ctx context.Context) (waiting map[string]queue.Amount, err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Waiting", "")
	if err != nil {
		return nil, err
	}
	defer leave(&err)
	waiting = map[string]queue.Amount{}
	for _, row := range s.rows {
		if row.finished == nil && row.holder == "" && !row.NotBefore.After(s.now()) {
			a := waiting[row.Source]
			waiting[row.Source] = queue.Amount{Jobs: a.Jobs + 1, Bytes: a.Bytes + int64(len(row.Body))}
		}
	}
	return waiting, nil
}

// Prune implements queue.Store.
func (s *Jobs) Prune(ctx context.Context) (err error) {
	leave, err := s.faults.enter(ctx, &s.mu, "Jobs.Prune", "")
	if err != nil {
		return err
	}
	defer leave(&err)
	maps.DeleteFunc(s.rows, func(_ string, row *job) bool {
		return row.finished != nil && s.now().Sub(row.at) > queue.Kept
	})
	return nil
}

// Unfinished returns what isn't finished, in the order in which it was stored.
func (s *Jobs) Unfinished() []queue.Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*job
	for _, row := range s.rows {
		if row.finished == nil {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *job) int { return a.order - b.order })
	jobs := make([]queue.Job, len(rows))
	for i, row := range rows {
		jobs[i] = row.Job
	}
	return jobs
}

// Finished returns how the job ended, nil if it hasn't.
func (s *Jobs) Finished(id string) *queue.Finished {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.rows[id]; row != nil {
		return row.finished
	}
	return nil
}

// Dump returns what is stored of each job, by its ID.
func (s *Jobs) Dump() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	dump := map[string]string{}
	for id, row := range s.rows {
		dump["job "+id] = fmt.Sprint(row.Kind, row.Source, row.Key, row.Header, string(row.Body))
	}
	return dump
}
