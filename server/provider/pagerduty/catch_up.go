package pagerduty

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
)

const (
	// catchUpKey is the key of the task that looks for missed incidents.
	catchUpKey = "catchup"
	// overlap is how far before the last lookup a new one begins, because clocks differ.
	overlap = time.Minute
	// catchUpLimit limits the incidents that one round reads.
	catchUpLimit = 3 * pageSize
)

// catchUpState is the data of the task: it looks for incidents triggered since then.
type catchUpState struct {
	Since time.Time `json:"since"`
}

// ReconcileTask implements provider.Reconciler. PagerDuty never sends what happened while it had the webhook disabled, so new incidents
// are looked up as often as the webhook is checked. Known incidents have tasks of their own.
func (PagerDuty) ReconcileTask(since time.Time, _ []string) (time.Duration, provider.Task) {
	return healthInterval, catchUpState{Since: since.Add(-overlap)}.task(0)
}

func (m catchUpState) task(round int) provider.Task {
	return provider.Task{Key: catchUpKey, Round: round, Data: provider.Encode(m)}
}

// catchUp reads the resource's incidents triggered since the last lookup, oldest first. If there are many, the next task continues. Cards
// that are up to date don't change.
func (c client) catchUp(ctx context.Context, r provider.Resource, t provider.Task) ([]provider.Event, []provider.Task, error) {
	var m catchUpState
	if err := json.Unmarshal(t.Data, &m); err != nil {
		return nil, nil, errors.Wrap(err, "read a task")
	}
	asked := url.Values{
		"sort_by": {"created_at:asc"}, "statuses[]": {statusTriggered, statusAcknowledged, statusResolved},
		"since": {m.Since.UTC().Format(time.RFC3339)}, "until": {m.Since.Add(searchWindow).UTC().Format(time.RFC3339)},
	}
	switch at := scopeOf(r); at.Kind {
	case ScopeService:
		asked.Set("service_ids[]", at.ID)
	case ScopeTeam:
		asked.Set("team_ids[]", at.ID)
	}
	shown, more, err := c.pages(ctx, "/incidents", "incidents", withBridge(asked), catchUpLimit)
	if err != nil {
		return nil, nil, err
	}
	var events []provider.Event
	for _, one := range shown {
		if idOf(one.text("id")) != "" {
			events = append(events, foundEvent(one))
		}
	}
	if !more {
		return events, nil, nil
	}
	last := shown[len(shown)-1].time("created_at")
	if !last.After(m.Since) {
		return events, nil, nil // more incidents in one second than a round reads
	}
	return events, []provider.Task{catchUpState{Since: last}.task(t.Round + 1)}, nil
}

// foundEvent returns the event for an incident that was looked up, with the user who last changed its status. A complete incident leaves
// out labels that it doesn't have, so these are set to "".
func foundEvent(shown object) provider.Event {
	n := lookedUp(shown, Person{})
	n.By = shown.object("last_status_change_by").reference()
	e := n.event()
	for _, label := range []string{labelService, labelUrgency, labelPriority, labelTeam, labelTitle} {
		if _, known := e.Labels[label]; !known {
			e.Labels[label] = ""
		}
	}
	return e
}
