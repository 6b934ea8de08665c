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

// kindLook marks looks at open meetings in the inbox.
const kindLook = "look"

// agenda keeps looks at open meetings in the inbox, which survives restarts and has one server of the cluster carry each out.
type agenda struct{ *app }

var _ meeting.Agenda = agenda{}

// Plan has the look carried out at this time. Looks at a meeting and its events are handled one after another.
func (a agenda) Plan(ctx context.Context, c meeting.Look, due time.Time) error {
	body, err := json.Marshal(c)
	if err != nil {
		return errors.Wrap(err, "encode a look at a meeting")
	}
	_, err = a.inbox.Accept(ctx, queue.Job{
		ID: kv.Hash(kindLook, c.Message.ID, due.UTC().Format(time.RFC3339Nano)), Kind: kindLook, Key: c.MeetingID, Body: body, NotBefore: due,
	})
	return errors.Wrap(err, "store a look at a meeting")
}

// look carries out a look at a meeting.
func (a *app) look(ctx context.Context, d queue.Job) error {
	var c meeting.Look
	if err := json.Unmarshal(d.Body, &c); err != nil {
		return queue.Permanent(errors.Wrap(err, "read a look at a meeting"))
	}
	return a.meetings.Reconcile(ctx, c)
}
