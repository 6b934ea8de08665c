package queue

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// Job is one piece of work that was acknowledged and must not be lost: a request from outside, or something scheduled for later.
type Job struct {
	// ID identifies repeats of the same job; if empty, Accept fills it with JobID.
	ID string
	// Kind selects the handler ("zoom").
	Kind string
	// Source is the sender whose quota the job counts against; if empty, Accept fills it with Kind. Jobs with the same key have the same
	// source.
	Source string
	// Key is what the job is about. Jobs with the same key are handled one after another, in order of arrival.
	Key string
	// Header and Body are the request. Header holds only what the handler needs.
	Header map[string]string
	Body   []byte
	// ReceivedAt is the time of acceptance; Accept fills it.
	ReceivedAt time.Time
	// NotBefore is the requested time of the first attempt; zero means at once.
	NotBefore time.Time
	// Attempt is the number of failed attempts.
	Attempt int
	// Eager lets the handler begin while the job is being stored. It saves what the disk takes; but a job may then be handled that couldn't
	// be stored, and whose sender repeats it, or that another server has already handled.
	Eager bool
}

// Since returns the time at which the job was first due; the retry period starts then.
func (j Job) Since() time.Time {
	if j.NotBefore.After(j.ReceivedAt) {
		return j.NotBefore
	}
	return j.ReceivedAt
}

// JobID returns an ID derived from the job's content, so that a repeated request gets the same one.
func JobID(kind string, body []byte) string {
	hash := sha256.New()
	hash.Write([]byte(kind + "\n"))
	hash.Write(body)
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:24])
}

// Handler carries out one job. It is called again after an error (see Permanent), and in rare cases after a success that couldn't be
// recorded, so it must be idempotent. Later jobs with the same key go ahead of a failed one, so it must also accept jobs that arrive
// late. The context ends when the server shuts down or loses the job's lease to another server.
type Handler func(ctx context.Context, j Job) error

// Queue keeps jobs until they are carried out. Engine is the only implementation outside of tests.
type Queue interface {
	// Accept stores the job; after a nil error it is safe. known reports that a job with its ID is already stored or was finished in the
	// last days, and nothing was stored. A job for later waits until its time.
	Accept(ctx context.Context, j Job) (known bool, err error)
}
