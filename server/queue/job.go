package queue

import (
	"context"
	"crypto/sha256"
	"time"

	"mattermost-plugin-zoom/server/kv"
)

// Job is one piece of work that was acknowledged and must not be lost: a request from outside, or something scheduled for later.
type Job struct {
	// ID identifies repeats of the same job; if empty, Accept fills it with JobID.
	ID string `json:"id"`
	// Kind selects the handler ("zoom").
	Kind string `json:"kind"`
	// Source is the sender whose quota the job counts against; "" means Kind. Jobs with the same key have the same source.
	Source string `json:"source,omitempty"`
	// Key is what the job is about. Jobs with the same key are handled one after another, in order of arrival.
	Key string `json:"key"`
	// Header and Body are the request. Header holds only what the handler needs.
	Header map[string]string `json:"header,omitempty"`
	Body   []byte            `json:"body"`
	// ReceivedAt is the time of acceptance; Accept fills it.
	ReceivedAt time.Time `json:"received_at"`
	// Attempt is the number of failed attempts.
	Attempt int `json:"attempt,omitempty"`
	// NotBefore is the time of the next attempt; zero means at once. The caller of Accept may set it to a later time.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Due is the requested time of the first attempt; Accept fills it.
	Due time.Time `json:"due,omitzero"`
}

// Since returns the time at which the job was first due; the retry period starts then.
func (j Job) Since() time.Time {
	if j.Due.After(j.ReceivedAt) {
		return j.Due
	}
	return j.ReceivedAt
}

// JobID returns an ID derived from the job's content, so that a repeated request gets the same one.
func JobID(kind string, body []byte) string {
	sum := sha256.Sum256(body)
	return kv.Hash(kind, string(sum[:]))
}

// Handler carries out one job. It is called again after an error (see Permanent), and in rare cases after a success that couldn't be
// recorded, so it must be idempotent. Later jobs with the same key go ahead of a failed one, so it must also accept jobs that arrive
// late. The context ends when the server shuts down or loses the job's lease to another server.
type Handler func(ctx context.Context, j Job) error

// Queue keeps jobs until they are carried out.
type Queue interface {
	// Accept stores the job; after a nil error it is safe. duplicate reports that a job with its ID is already known, and nothing was
	// stored. A job for later waits until its time.
	Accept(ctx context.Context, j Job) (duplicate bool, err error)
}
