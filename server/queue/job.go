package queue

import (
	"context"
	"crypto/sha256"
	"time"

	"mattermost-plugin-zoom/server/kv"
)

// Job is one piece of work that was acknowledged and must not be lost: a request from outside, or something planned for later.
type Job struct {
	// ID tells a repetition; Accept fills it with JobID when it is empty.
	ID string `json:"id"`
	// Kind says whose job it is ("zoom").
	Kind string `json:"kind"`
	// Source is whose room it takes; "" is Kind. Jobs with one key have one source.
	Source string `json:"source,omitempty"`
	// Key is what it is about: jobs with one key are handled one after another, in the order they arrived.
	Key string `json:"key"`
	// Header and Body are the request. Header holds only what the handler needs.
	Header map[string]string `json:"header,omitempty"`
	Body   []byte            `json:"body"`
	// ReceivedAt is when it was accepted; Accept fills it.
	ReceivedAt time.Time `json:"received_at"`
	// Attempt counts the attempts that failed.
	Attempt int `json:"attempt,omitempty"`
	// NotBefore is when the next attempt is due; zero means at once. Whoever hands a job in may ask for a later time.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Due is the time that was asked for; Accept fills it.
	Due time.Time `json:"due,omitzero"`
}

// Since returns the time from which it counts how long the job is tried.
func (j Job) Since() time.Time {
	if j.Due.After(j.ReceivedAt) {
		return j.Due
	}
	return j.ReceivedAt
}

// JobID returns the ID of a job by its content, so that one sent twice has the same.
func JobID(kind string, body []byte) string {
	sum := sha256.Sum256(body)
	return kv.Hash(kind, string(sum[:]))
}

// Handler carries out one job. It is called again after an error (see Permanent), and in rare cases after a success that could not be
// recorded, so a repetition must do no harm. After a failure later jobs with the same key go ahead, so it must also accept one that
// arrives late. The context ends when the server shuts down or has lost the job to another.
type Handler func(ctx context.Context, j Job) error

// Queue keeps jobs until they are carried out.
type Queue interface {
	// Accept stores the job; after a nil error it is safe. duplicate says that a job with its ID is known already, and nothing was
	// stored. A job for later waits until then.
	Accept(ctx context.Context, j Job) (duplicate bool, err error)
}
