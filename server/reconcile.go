package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/kv"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/queue"
)

// kindRecheck marks rechecks of open meetings in the inbox.
const kindRecheck = "recheck"

// recheckScheduler keeps the rechecks of open meetings in the inbox, which survives restarts and has one server of the cluster carry each out.
type recheckScheduler struct{ *jobs }

var _ meeting.Scheduler = recheckScheduler{}

// Schedule has the recheck run at this time. The rechecks of a meeting and its events are handled one after another.
func (r recheckScheduler) Schedule(ctx context.Context, c meeting.Recheck, due time.Time) error {
	body, err := json.Marshal(c)
	if err != nil {
		return errors.Wrap(err, "encode a recheck of a meeting")
	}
	_, err = r.inbox.Accept(ctx, queue.Job{
		ID: kv.Hash(kindRecheck, c.Message.ID, due.UTC().Format(time.RFC3339Nano)), Kind: kindRecheck, Key: c.MeetingID, Body: body, NotBefore: due,
	})
	return errors.Wrap(err, "store a recheck of a meeting")
}

// recheck runs a recheck of a meeting.
func (j *jobs) recheck(ctx context.Context, d queue.Job) error {
	var c meeting.Recheck
	if err := json.Unmarshal(d.Body, &c); err != nil {
		return queue.Permanent(errors.Wrap(err, "read a recheck of a meeting"))
	}
	return j.meetings.Reconcile(ctx, c)
}
