package delivery

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// reconcileKey is the key of the task that has what was missed looked up; no provider's task has one like it.
	reconcileKey = "bridge/reconcile"
	// reconcileLeast is the least time between two such tasks.
	reconcileLeast = time.Minute
)

// ScheduleReconcile has the provider asked after a while for what was missed since then, where it doesn't send it again. After a downtime
// the task is late, and looks back further.
func (s *Worker) ScheduleReconcile(ctx context.Context, c bridge.Connection, missedSince time.Time) error {
	r, ok := s.Registry.Get(c.Provider).(provider.Reconciler)
	if _, installs := s.InstallerOf(c); !ok || !installs {
		return nil
	}
	now := s.Now()
	every, _ := r.ReconcileTask(now, nil)
	every = max(every, reconcileLeast)
	since, err := json.Marshal(missedSince)
	if err != nil {
		return errors.Wrap(err, "encode since when to look")
	}
	due := now.Add(every)
	return errors.Wrapf(s.Inbox.Accept(ctx, bridge.Job{
		ID: digest.Of(reconcileKey, c.ID, due.UTC().Truncate(every).Format(time.RFC3339)), Key: digest.Of(reconcileKey, c.ID), Connection: c.ID,
		Task: &provider.Task{Key: reconcileKey, After: every, Data: since}, NotBefore: due,
	}), "have what connection %s misses looked up", c.ID)
}

// reconcile has the provider asked for what happened since the task was made, again and again until no channel follows the connection.
func (s *Worker) reconcile(ctx context.Context, j bridge.Job) error {
	c, found, err := s.Connections.Connection(ctx, j.Connection)
	if err != nil || !found {
		return errors.Wrap(err, "look up a connection whose missed deliveries are due") // not found: disconnected in the meantime
	}
	r, ok := s.Registry.Get(c.Provider).(provider.Reconciler)
	if !ok || len(c.Subscriptions) == 0 {
		return nil
	}
	var since time.Time
	if err := json.Unmarshal(j.Task.Data, &since); err != nil || since.IsZero() {
		since = s.Now() // a record of another version
	}
	if s.Enabled(c.Provider) == nil {
		return s.ScheduleReconcile(ctx, c, since) // deliveries are refused until the provider is on again, and looked up then
	}
	if err := s.ScheduleReconcile(ctx, c, s.Now()); err != nil {
		return err
	}
	var parts []string
	for _, sub := range c.Subscriptions {
		if sub.Resource != "" && !slices.Contains(parts, sub.Resource) {
			parts = append(parts, sub.Resource)
		}
	}
	_, task := r.ReconcileTask(since, parts)
	return s.applier.schedule(ctx, c, digest.Of("reconcile", c.ID, since.UTC().Format(time.RFC3339Nano)), task)
}
