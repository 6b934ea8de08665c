package pagerduty

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// RunTask implements provider.TaskRunner. It looks up an open incident, or incidents that were missed, because PagerDuty never sends what
// happened while it had the webhook disabled.
func (PagerDuty) RunTask(ctx context.Context, s provider.Session, r provider.Resource, t provider.Task) ([]provider.Event, []provider.Task, error) {
	if t.Key == catchUpKey {
		return newClient(s).catchUp(ctx, r, t)
	}
	var about reference
	if err := json.Unmarshal(t.Data, &about); err != nil || idOf(about.ID) == "" {
		return nil, nil, errors.New("a task that names no incident")
	}
	shown, err := newClient(s).incident(ctx, about.ID)
	if isUnknown(err) {
		return nil, nil, nil // the incident was deleted, or the account can't see it anymore
	}
	if err != nil {
		return nil, nil, err
	}
	events := []provider.Event{foundEvent(shown)}
	if strings.HasPrefix(t.Key, firstLookupKey) {
		return events, nil, nil // the event starts the lookups of an open incident
	}
	if shown.text("status") == statusResolved || t.Round+1 >= maxLookups {
		return events, nil, nil
	}
	return events, []provider.Task{lookupTask(about.ID, t.Round+1)}, nil
}

// LinkMeeting sets the conference bridge of the incident, adds a note about it, and returns the events of both. A note that fails is
// ignored.
func (PagerDuty) LinkMeeting(ctx context.Context, s provider.Session, state json.RawMessage, joinURL, number, noted string) ([]provider.Event, error) {
	card, err := readIncident(state)
	if err != nil {
		return nil, err
	}
	if joinURL = untrusted.URL(joinURL); joinURL == "" {
		return nil, &provider.FieldError{Field: fieldText, Message: chat.Say("pagerduty.form.no_meeting")}
	}
	c, me, err := newClient(s).asUser(ctx)
	if err != nil {
		return nil, err
	}
	met := object{"conference_url": joinURL}
	if number = chat.OneLine(number); number != "" {
		met["conference_number"] = number
	}
	shown, err := c.change(ctx, card.ID, object{"conference_bridge": met})
	if err != nil {
		return nil, err
	}
	n := lookedUp(shown, me).after(card)
	if n.Bridge == nil {
		n.Bridge = &bridge{URL: joinURL, Number: number} // responses to changes don't show the bridge
	}
	events := []provider.Event{n.event()}
	written, err := c.note(ctx, card.ID, noted, me)
	if err != nil {
		return events, nil //nolint:nilerr // the meeting is linked; only its note is missing
	}
	return append(events, written.event()), nil
}
