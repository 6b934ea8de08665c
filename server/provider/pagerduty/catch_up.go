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
	// catchUpKey is the key of the task that looks for incidents of which nobody told us.
	catchUpKey = "catchup"
	// overlap is how far before the last look is looked: clocks differ.
	overlap = time.Minute
	// catchUpLimit is how many incidents one round of it reads.
	catchUpLimit = 3 * pageSize
)

// catchUpState is what a task to catch up looks for: incidents that were triggered since.
type catchUpState struct {
	Since time.Time `json:"since"`
}

// ReconcileTask implements provider.Reconciler: what came up while PagerDuty had the webhook disabled is never sent, so new incidents are
// looked up as often as the webhook is. Those that are known are followed one by one.
func (PagerDuty) ReconcileTask(since time.Time, _ []string) (time.Duration, provider.Task) {
	return healthInterval, catchUpState{Since: since.Add(-overlap)}.task(0)
}

func (m catchUpState) task(round int) provider.Task {
	return provider.Task{Key: catchUpKey, Round: round, Data: encoded(m)}
}

// catchUp reads the incidents of the resource that were triggered since, the oldest first, and has the next task go on where there are
// many. It changes no card that tells the same already.
func (c client) catchUp(ctx context.Context, r provider.Resource, t provider.Task) ([]provider.Event, []provider.Task, error) {
	var m catchUpState
	if err := json.Unmarshal(t.Data, &m); err != nil {
		return nil, nil, errors.Wrap(err, "read a task")
	}
	asked := url.Values{
		"sort_by": {"created_at:asc"}, "statuses[]": {statusTriggered, statusAcknowledged, statusResolved},
		"since": {m.Since.UTC().Format(time.RFC3339)}, "until": {m.Since.Add(searchBack).UTC().Format(time.RFC3339)},
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
		return events, nil, nil // more in a second than one round reads
	}
	return events, []provider.Task{catchUpState{Since: last}.task(t.Round + 1)}, nil
}

// foundEvent returns the event of having found an incident as it is now: whoever made it so did. An answer that shows all of an incident shows
// what it lacks by leaving it out, as far as filters go.
func foundEvent(shown object) provider.Event {
	n := lookedUp(shown, Person{})
	n.By = shown.object("last_status_change_by").reference()
	e := n.event()
	for _, label := range []string{labelService, labelUrgency, labelPriority, labelTeam, labelTitle} {
		if _, said := e.Labels[label]; !said {
			e.Labels[label] = ""
		}
	}
	return e
}
