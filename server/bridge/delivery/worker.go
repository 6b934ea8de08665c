package delivery

import (
	"context"
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/queue"
)

// maxEvents is how many events of one delivery are shown: more are a flood, such as a push of all branches.
const maxEvents = 100

// TaskHandler carries out a task of the bridge's own.
type TaskHandler func(ctx context.Context, j bridge.Job) error

// Register has the handler carry out all tasks with this key. It is for wiring, before anything is handled.
func (s *Worker) Register(key string, do TaskHandler) { s.tasks[key] = do }

// Handle carries out a job of the queue. After an error the same job can be handled again, from wherever it stopped; package queue says
// what an error means.
func (s *Worker) Handle(ctx context.Context, j bridge.Job) error {
	if j.Task != nil {
		if do := s.tasks[j.Task.Key]; do != nil {
			return do(ctx, j)
		}
	}
	c, found, err := s.Connections.Recent(ctx, j.Connection)
	if err != nil {
		return errors.Wrap(err, "look up the connection of a job")
	}
	if !found {
		return nil // disconnected in the meantime
	}
	p := s.Enabled(c.Provider)
	if p == nil {
		return nil
	}
	if j.Task != nil {
		return s.runTask(ctx, c, p, j)
	}
	if len(j.Events) > 0 {
		return s.applier.apply(ctx, c, j.Events, 0)
	}
	events, err := p.Parse(j.Delivery)
	if err != nil {
		return queue.Permanent(errors.Wrap(err, "read a delivery"))
	}
	told := len(events)
	events = events[:min(told, maxEvents)]
	for i := range events {
		if events[i].ID == "" {
			events[i].ID = digest.Of(string(j.Delivery.Body), strconv.Itoa(i))
		}
	}
	came, err := s.applier.applyAll(ctx, c, p, events, 0)
	came.told = told
	s.journalize(c, j, came, err)
	return err
}

// journalize notes what became of the job's delivery, once.
func (s *Worker) journalize(c bridge.Connection, j bridge.Job, came outcome, err error) {
	entry := bridge.Entry{By: j.Proof.By, Old: j.Proof.Secret > 0, Result: bridge.Unchanged}
	_, early := queue.Wait(err)
	switch {
	case queue.IsPermanent(err):
		entry.Result = bridge.Unreadable
	case err != nil && !early:
		entry.Result, entry.Reason = bridge.Failed, chat.Failure(err)
	case came.folded && came.seen == noticed:
		entry.Result = bridge.Posted
	case came.folded && came.seen == edited:
		entry.Result = bridge.Updated
	case came.folded:
		entry.Result = bridge.Unwanted
	}
	if came.told > maxEvents && entry.Reason.Zero() {
		entry.Reason = chat.Say("bridge.deliver.flood", "All", strconv.Itoa(came.told), "Most", strconv.Itoa(maxEvents))
	}
	entry.Views = came.views(entry.Result)
	if s.journal.toldOnce(j.ID, err != nil && !queue.IsPermanent(err)) {
		s.journal.Note(c.ID, entry)
	}
}
