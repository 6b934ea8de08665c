package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/queue"
)

// kindRecheck marks rechecks of open meetings in the queue.
const kindRecheck = "recheck"

// recheckRunner puts rechecks of open meetings into the queue, which survives restarts. The recheck of a meeting and its events are handled
// one after another.
type recheckRunner struct{ *jobs }

var _ meeting.Runner = recheckRunner{}

// Run has the recheck carried out soon.
func (r recheckRunner) Run(ctx context.Context, c meeting.Recheck) error {
	body, err := json.Marshal(c)
	if err != nil {
		return errors.Wrap(err, "encode a recheck of a meeting")
	}
	_, err = r.queue.Accept(ctx, queue.Job{
		ID: digest.Of(kindRecheck, c.Message.ID, r.now().UTC().Format(time.RFC3339Nano)), Kind: kindRecheck, Key: c.MeetingID, Body: body,
	})
	return errors.Wrap(err, "store a recheck of a meeting")
}

// recheck runs a recheck of a meeting.
func (j *jobs) recheck(ctx context.Context, d queue.Job) error {
	var c meeting.Recheck
	if err := json.Unmarshal(d.Body, &c); err != nil {
		return queue.Permanent(errors.Wrap(err, "read a recheck of a meeting"))
	}
	return soonAgain(j.meetings.Reconcile(ctx, c))
}
