// Package queue runs durable background work: a job is stored before it is acknowledged, carried out by one server of the cluster, and
// retried until it succeeds or is given up. Engine is one server's part of that; Store is where jobs are kept, in package postgres and,
// for tests, in package memory. The package doesn't know what a job is about, and no SQL.
package queue

import (
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
)

// Errors of Accept. Respond to the sender with 503, so that it retries.
var (
	// ErrFull means that the server has no room for another job.
	ErrFull = errors.New("the queue is full")
	// ErrQuota means that the source has as many jobs waiting as it may.
	ErrQuota = fault.New(fault.TooManyWaiting)
	// ErrClosed means that the queue is shutting down.
	ErrClosed = errors.New("the queue is closed")
)

const (
	// waitMin and waitMax limit the wait after an attempt that was too early and names no wait.
	waitMin = 50 * time.Millisecond
	waitMax = time.Second
)

// ErrNotYet means that it is too early: another server works on the same object, or the object was changed a moment ago. It isn't a
// failure.
var ErrNotYet = errors.New("it is too early")
