package delivery

import (
	"context"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/queue"
)

// Limits of tasks.
const (
	// maxRounds is how often a task may be continued, more often than any provider needs, so that none continues forever.
	maxRounds = 50
	// taskMin and taskMax bound the wait before a task.
	taskMin = time.Second
	taskMax = 24 * time.Hour
)

// schedule puts a task into the queue.
func (s *Applier) schedule(ctx context.Context, c bridge.Connection, id string, t provider.Task) error {
	job := bridge.Job{
		ID: id, Key: digest.Of("task", c.ID, t.Key), Connection: c.ID, Task: &t,
		NotBefore: s.Now().Add(min(max(t.After, taskMin), taskMax)),
	}
	return errors.Wrap(s.Inbox.Accept(ctx, job), "store a task")
}

// runTask carries out a provider's task: it calls the provider, applies what it finds, and schedules what is to be done later.
func (s *Worker) runTask(ctx context.Context, c bridge.Connection, p provider.Provider, j bridge.Job) error {
	follower, ok := p.(provider.TaskRunner)
	if !ok || len(c.Subscriptions) == 0 {
		return nil
	}
	events, next, err := s.runAtProvider(ctx, c, follower, *j.Task)
	if err != nil {
		s.journal.Note(c.ID, bridge.Entry{Result: bridge.Failed, Reason: chat.Failure(err)})
		if fault.Is(err, fault.ProviderUnavailable, fault.ProviderLimited, fault.Internal) {
			return errors.Wrap(err, "carry out a task")
		}
		return queue.Permanent(errors.Wrap(err, "carry out a task")) // a user has to fix that first
	}
	if len(events) > 0 {
		if err := s.applier.ApplySoon(ctx, c, events); err != nil {
			return err
		}
	}
	if j.Task.Round+1 >= maxRounds {
		return nil
	}
	for _, t := range next {
		t.Round = j.Task.Round + 1
		if err := s.applier.schedule(ctx, c, digest.Of("round", j.ID, t.Key, strconv.Itoa(t.Round)), t); err != nil {
			return err
		}
	}
	return nil
}

// runAtProvider calls the provider.
func (s *Worker) runAtProvider(ctx context.Context, c bridge.Connection, f provider.TaskRunner, t provider.Task) ([]provider.Event, []provider.Task, error) {
	session, err := s.Caller.Background(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return f.RunTask(ctx, session, c.Resource, t)
}
