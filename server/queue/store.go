package queue

import (
	"context"
	"time"
)

const (
	// Lease is how long a server may be silent before another takes over its jobs.
	Lease = 30 * time.Second
	// Kept is how long a finished job is remembered, to recognize repeats. Zoom's last retry is 85 minutes after the first attempt:
	// https://developers.zoom.us/docs/api/webhooks/#webhook-retries.
	Kept = 72 * time.Hour
)

// Store keeps jobs durably for all servers of a cluster. A holder is one running server. Leases begin and end by the store's own clock,
// so that servers agree whose job it is. An error means that the call may or may not have taken effect.
type Store interface {
	// Insert stores the job and leases it to the holder. Without a holder ("") any server may take the job from NotBefore on. known
	// reports that a job with this ID is stored or was finished less than Kept ago; then nothing changes. Concurrent calls may share one
	// write.
	Insert(ctx context.Context, holder string, j Job) (known bool, err error)
	// Take leases to the holder jobs that are due and have no lease, or one that ran out, those that have been due longest first. It never
	// waits for another server.
	Take(ctx context.Context, holder string, w Want) ([]Taken, error)
	// Start marks that the holder begins to handle the job, for jobs that a server may have crashed on; see Taken.Crashes. It reports
	// false if the holder has lost the lease.
	Start(ctx context.Context, holder, id string) (bool, error)
	// Renew makes the holder's leases on these jobs last for Lease from now on, and returns the IDs of those that it still has.
	Renew(ctx context.Context, holder string, ids []string) ([]string, error)
	// Finish records that jobs are finished and removes their content. It ignores jobs that the holder has lost.
	Finish(ctx context.Context, holder string, jobs []Finished) error
	// Release ends the holder's leases on jobs that aren't finished. It ignores jobs that the holder has lost.
	Release(ctx context.Context, holder string, jobs []Released) error
	// Waiting returns, by source, what is due or has failed and is leased to no one.
	Waiting(ctx context.Context) (map[string]Amount, error)
	// Prune removes jobs that were finished more than Kept ago.
	Prune(ctx context.Context) error
}

// Want is what a server has room for.
type Want struct {
	// Jobs is the most jobs, at least 1.
	Jobs int
	// Bytes is the size of all bodies from which on no further job is taken; one job is taken whatever its size.
	Bytes int64
	// Only is the only source from which jobs are taken, "" for any; Except are sources from which none are.
	Only   string
	Except []string
}

// Taken is a job that was taken from the store.
type Taken struct {
	Job
	// Crashes is the number of servers whose lease on the job ran out. The first is counted even if it hadn't begun to handle the job;
	// after that only servers that called Start are counted. Release resets it.
	Crashes int
}

// Result is how a job ended.
type Result string

// The results. All but Handled mean that the job was dropped.
const (
	Handled  Result = "handled"
	Rejected Result = "rejected" // the handler returned a permanent error
	Expired  Result = "expired"  // it failed for too long
	Panicked Result = "panicked" // its handler panicked each time
	Crashed  Result = "crashed"  // each server stopped that handled it
)

// Finished is a job that ended.
type Finished struct {
	ID     string
	Result Result
	// Attempts is the number of attempts, the last one included.
	Attempts int
}

// Released is a job that its holder gives back.
type Released struct {
	ID string
	// Wait is how long no server takes it.
	Wait time.Duration
	// Attempt and Crashes are what the next server is told about it.
	Attempt int
	Crashes int
}

// Amount is a number of jobs and the bytes that they take.
type Amount struct {
	Jobs  int
	Bytes int64
}
