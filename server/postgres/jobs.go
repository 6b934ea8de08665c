package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/postgres/query"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// insertAtOnce is how many jobs one statement stores.
	insertAtOnce = 64
	// pruneAtOnce is how many rows one statement removes, so that none takes long.
	pruneAtOnce = 5000
)

// Jobs keeps the jobs of the queue.
type Jobs struct {
	db      *DB
	inserts *gather[insert, bool]
}

// insert is a job to be stored, leased to the holder.
type insert struct {
	job    queue.Job
	holder string
}

var _ queue.Store = (*Jobs)(nil)

// NewJobs returns the jobs in the database.
func NewJobs(db *DB) *Jobs {
	s := &Jobs{db: db}
	s.inserts = newGather(insertAtOnce, 0, s.insertAll)
	return s
}

// Insert implements queue.Store. Jobs that arrive together share a statement.
func (s *Jobs) Insert(ctx context.Context, holder string, j queue.Job) (known bool, err error) {
	return s.inserts.Do(ctx, insert{job: j, holder: holder})
}

// insertAll stores the jobs and reports which were known. The rows are locked in the order of their IDs, so that two servers with the same
// jobs don't wait for one another.
func (s *Jobs) insertAll(ctx context.Context, jobs []insert) ([]bool, error) {
	order := make([]int, len(jobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(jobs[a].job.ID, jobs[b].job.ID) })
	p := query.InsertJobsParams{LeaseSeconds: queue.Lease.Seconds()}
	for _, i := range order {
		j := jobs[i].job
		header, err := json.Marshal(j.Header)
		if err != nil {
			return nil, errors.Wrap(err, "encode the header of a job")
		}
		p.Ids, p.Kinds, p.Sources = append(p.Ids, storable(j.ID)), append(p.Kinds, storable(j.Kind)), append(p.Sources, storable(j.Source))
		p.Keys, p.Headers, p.Bodies = append(p.Keys, storable(j.Key)), append(p.Headers, string(header)), append(p.Bodies, notNil(j.Body))
		p.Received, p.Due = append(p.Received, j.ReceivedAt), append(p.Due, j.Since())
		p.Holders = append(p.Holders, jobs[i].holder)
	}
	stored, err := s.db.queries().InsertJobs(ctx, p)
	if err != nil {
		return nil, errors.Wrap(err, "store jobs")
	}
	isNew := map[string]bool{}
	for _, id := range stored {
		isNew[id] = true
	}
	known := make([]bool, len(jobs))
	for at, i := range order {
		known[i] = !isNew[p.Ids[at]]
		isNew[p.Ids[at]] = false // a second one with this ID is a repeat
	}
	return known, nil
}

// storable returns the text without what PostgreSQL can't store in a text.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// notNil returns the list or an empty one: nil would be NULL.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Take implements queue.Store.
func (s *Jobs) Take(ctx context.Context, holder string, w queue.Want) ([]queue.Taken, error) {
	rows, err := s.db.queries().TakeJobs(ctx, query.TakeJobsParams{
		Holder: holder, LeaseSeconds: queue.Lease.Seconds(), Most: int64(w.Jobs), Bytes: w.Bytes,
		OneSource: storable(w.Only), OtherSources: allStorable(w.Except),
	})
	if err != nil {
		return nil, errors.Wrap(err, "take jobs")
	}
	slices.SortFunc(rows, func(a, b query.TakeJobsRow) int {
		if c := a.WasDueAt.Compare(b.WasDueAt); c != 0 {
			return c
		}
		return a.ReceivedAt.Compare(b.ReceivedAt)
	})
	taken := make([]queue.Taken, len(rows))
	for i, row := range rows {
		if taken[i], err = takenOf(row); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

func takenOf(row query.TakeJobsRow) (queue.Taken, error) {
	j := queue.Job{
		ID: row.ID, Kind: row.Kind, Source: row.Source, Key: row.Key, Body: row.Body, ReceivedAt: row.ReceivedAt, Attempt: int(row.Attempts),
	}
	if row.DueAt.After(row.ReceivedAt) {
		j.NotBefore = row.DueAt
	}
	err := json.Unmarshal([]byte(row.Header), &j.Header)
	return queue.Taken{Job: j, Crashes: int(row.Crashes)}, errors.Wrapf(err, "read the header of job %s", row.ID)
}

func allStorable(list []string) []string {
	clean := make([]string, len(list))
	for i, s := range list {
		clean[i] = storable(s)
	}
	return clean
}

// Start implements queue.Store.
func (s *Jobs) Start(ctx context.Context, holder, id string) (bool, error) {
	changed, err := s.db.queries().StartJob(ctx, storable(id), holder)
	return changed > 0, errors.Wrap(err, "mark the start of a job")
}

// Renew implements queue.Store.
func (s *Jobs) Renew(ctx context.Context, holder string, ids []string) ([]string, error) {
	kept, err := s.db.queries().RenewJobs(ctx, queue.Lease.Seconds(), allStorable(ids), holder)
	return kept, errors.Wrap(err, "renew the leases of jobs")
}

// Finish implements queue.Store.
func (s *Jobs) Finish(ctx context.Context, holder string, jobs []queue.Finished) error {
	p := query.FinishJobsParams{Holder: holder}
	for _, f := range sortedBy(jobs, func(f queue.Finished) string { return f.ID }) {
		p.Ids, p.Results, p.Attempts = append(p.Ids, storable(f.ID)), append(p.Results, string(f.Result)), append(p.Attempts, small(f.Attempts))
	}
	return errors.Wrap(s.db.queries().FinishJobs(ctx, p), "finish jobs")
}

// Release implements queue.Store.
func (s *Jobs) Release(ctx context.Context, holder string, jobs []queue.Released) error {
	p := query.ReleaseJobsParams{Holder: holder}
	for _, r := range sortedBy(jobs, func(r queue.Released) string { return r.ID }) {
		p.Ids, p.WaitSeconds = append(p.Ids, storable(r.ID)), append(p.WaitSeconds, r.Wait.Seconds())
		p.Attempts, p.Crashes = append(p.Attempts, small(r.Attempt)), append(p.Crashes, small(r.Crashes))
	}
	return errors.Wrap(s.db.queries().ReleaseJobs(ctx, p), "release jobs")
}

// sortedBy returns the list in the order of what the function returns: statements of one server that lock several rows lock them in one
// order.
func sortedBy[T any](list []T, by func(T) string) []T {
	return slices.SortedFunc(slices.Values(list), func(a, b T) int { return strings.Compare(by(a), by(b)) })
}

// small returns a count as the database stores it.
func small(count int) int32 { return int32(min(count, 1<<30)) } //nolint:gosec // bounded

// Waiting implements queue.Store.
func (s *Jobs) Waiting(ctx context.Context) (map[string]queue.Amount, error) {
	rows, err := s.db.queries().WaitingJobs(ctx)
	waiting := map[string]queue.Amount{}
	for _, row := range rows {
		waiting[row.Source] = queue.Amount{Jobs: int(row.Jobs), Bytes: row.Bytes}
	}
	return waiting, errors.Wrap(err, "count the jobs that wait")
}

// Prune implements queue.Store.
func (s *Jobs) Prune(ctx context.Context) error {
	for {
		removed, err := s.db.queries().PruneJobs(ctx, queue.Kept.Seconds(), pruneAtOnce)
		if err != nil || removed < pruneAtOnce {
			return errors.Wrap(err, "remove finished jobs")
		}
		time.Sleep(100 * time.Millisecond) // so that other work isn't held up
	}
}
