package bridge

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

const (
	// JobKind marks the bridge's jobs in the queue.
	JobKind = "bridge"
	// JobHeader is the header that holds a job, all but its body: that one stays the queue's own, so that it is encoded only once.
	JobHeader = "job"
	// jobPrefix keeps the IDs of the bridge's jobs apart from those of others.
	jobPrefix = JobKind + "."
)

// Job is what the bridge puts into the queue: a delivery, events, or a task (Task is not nil then).
type Job struct {
	// ID identifies a repetition. The queue returns it with the job.
	ID string `json:"-"`
	// Key is what it is about: jobs with one key are carried out one after another.
	Key        string            `json:"-"`
	Connection string            `json:"conn"`
	Delivery   provider.Delivery `json:"delivery,omitzero"`
	Proof      provider.Proof    `json:"proof,omitzero"`
	// Events are what the delivery says, where there is no delivery: what a task or an action has found out.
	Events []provider.Event `json:"events,omitempty"`
	Task   *provider.Task   `json:"task,omitempty"`
	// NotBefore is when it is due; zero means at once.
	NotBefore time.Time `json:"-"`
}

// Inbox keeps the bridge's jobs until they are carried out.
type Inbox interface {
	// Accept stores the job. Jobs of one key are carried out one after another; one whose ID is known already is dropped.
	Accept(ctx context.Context, j Job) error
}

// JobInbox is the Inbox on a queue that others use as well.
type JobInbox struct{ queue queue.Queue }

// NewJobInbox returns the bridge's view of the queue.
func NewJobInbox(q queue.Queue) JobInbox { return JobInbox{queue: q} }

// Accept stores the job; see Inbox. A job without an ID is told from others by what it says. Errors: those of queue.Queue.
func (b JobInbox) Accept(ctx context.Context, j Job) error {
	body := j.Delivery.Body
	j.Delivery.Body = nil
	encoded, err := json.Marshal(j)
	if err != nil {
		return errors.Wrap(err, "encode a job")
	}
	if j.ID == "" {
		j.ID = digest.Of(string(encoded), string(body))
	}
	_, err = b.queue.Accept(ctx, queue.Job{
		ID: jobPrefix + j.ID, Kind: JobKind, Source: sourceOf(j), Key: j.Key, Header: map[string]string{JobHeader: string(encoded)}, Body: body,
		NotBefore: j.NotBefore, Eager: j.Task == nil && len(j.Events) == 0,
	})
	return err
}

// sourceOf returns whose room the job takes: that of its connection. What follows from a delivery has room of its own; otherwise a
// connection that fills the first could not finish what it has begun.
func sourceOf(j Job) string {
	if j.Task != nil || len(j.Events) > 0 {
		return jobPrefix + j.Connection + ".own"
	}
	return jobPrefix + j.Connection
}

// ReadJob returns the job that a job of JobKind in the queue holds.
func ReadJob(q queue.Job) (Job, error) {
	var j Job
	if err := json.Unmarshal([]byte(q.Header[JobHeader]), &j); err != nil {
		return Job{}, errors.Wrap(err, "read a job")
	}
	j.ID, j.Key, j.Delivery.Body, j.NotBefore = strings.TrimPrefix(q.ID, jobPrefix), q.Key, q.Body, q.NotBefore
	return j, nil
}
