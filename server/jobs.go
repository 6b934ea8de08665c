package main

import (
	"context"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/assembly"
	"mattermost-plugin-zoom/server/digest"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat"
)

// kindZoom marks the deliveries of Zoom in the queue.
const kindZoom = "zoom"

// unverified marks an event in the queue whose signature can't be verified.
const unverified = "unverified"

// jobs puts work into the queue and dispatches it to its handlers.
type jobs struct {
	queue    *queue.Engine
	accounts *account.Service
	meetings *meeting.Service
	bridge   *assembly.Bridge
	chat     *zoomchat.Inbox
	now      func() time.Time
}

// accept puts an event of Zoom into the queue. Events of one meeting are handled one after another.
func (j *jobs) accept(ctx context.Context, e zoom.Event, body []byte) error {
	_, err := j.queue.Accept(ctx, queue.Job{Kind: kindZoom, Key: e.Meeting.ID, Body: body})
	return err
}

// acceptUnverified puts a deauthorization without a valid signature into the queue, if it could be about one of our grants: Zoom is asked
// whether it is true. It reports whether it took the event.
func (j *jobs) acceptUnverified(ctx context.Context, e zoom.Event, body []byte) (bool, error) {
	ours, err := j.accounts.MayConcern(ctx, e)
	if err != nil || !ours {
		return false, err
	}
	_, err = j.queue.Accept(ctx, queue.Job{
		ID:   digest.Of(unverified, e.Deauthorized.UserID, j.now().UTC().Format(time.RFC3339Nano)),
		Kind: kindZoom, Key: e.Deauthorized.UserID, Header: map[string]string{unverified: "1"}, Body: body,
	})
	return err == nil, err
}

// handle runs one job of the queue.
func (j *jobs) handle(ctx context.Context, d queue.Job) error {
	if d.Kind == bridge.JobKind {
		return j.handleBridge(ctx, d)
	}
	if d.Kind == kindChat {
		return j.chat.Handle(ctx, d.Header[headerApp], d.Body)
	}
	if d.Kind == kindRecheck {
		return j.recheck(ctx, d)
	}
	event, err := zoom.ParseEvent(d.Body)
	if err != nil {
		return queue.Permanent(err)
	}
	if d.Header[unverified] != "" {
		return j.accounts.VerifyDeauthorized(ctx, event)
	}
	if event.Type == zoom.EventDeauthorized {
		return j.accounts.Deauthorized(ctx, event)
	}
	return soonAgain(j.meetings.Handle(ctx, event))
}

// How long a job waits that is too early.
const (
	// changedAgain is for a meeting that another server changed at the same time.
	changedAgain = 50 * time.Millisecond
	// underWayAgain is for a meeting that may be posted in a moment.
	underWayAgain = time.Second
)

// soonAgain has a job run again soon that is too early.
func soonAgain(err error) error {
	switch {
	case errors.Is(err, meeting.ErrChanged):
		return queue.RetryAfter(err, changedAgain)
	case errors.Is(err, meeting.ErrUnderWay):
		return queue.RetryAfter(err, underWayAgain)
	}
	return err
}

// handleBridge runs one job of the bridge.
func (j *jobs) handleBridge(ctx context.Context, d queue.Job) error {
	job, err := bridge.ReadJob(d)
	if err != nil {
		return queue.Permanent(err)
	}
	return j.bridge.Handle(ctx, job)
}
