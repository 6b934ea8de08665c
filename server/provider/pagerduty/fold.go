package pagerduty

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Fold implements provider.Provider.
func (PagerDuty) Fold(state, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	was, err := readIncident(state)
	if err != nil {
		return provider.Change{}, err
	}
	var n eventData
	if err := json.Unmarshal(e.Data, &n); err != nil {
		return provider.Change{}, errors.Wrap(err, "read an event")
	}
	if n.Note == nil {
		n.Note = &note{}
	}
	is, fresh, origin := was.apply(n)
	next := provider.Encode(is)
	if len(state) > 0 && bytes.Equal(next, provider.Encode(was)) {
		return provider.Change{Stale: true}, nil
	}
	if n.Type == typeNoteExpected {
		return provider.Change{State: next}, nil // no kind, because nobody is notified
	}
	c := provider.Change{State: next, OriginChannel: origin, Kind: is.changeKind(was, n), ResultChanged: was.status() != is.status()}
	c.Escalated = is.escalated(was, n, fresh)
	c.Resurface = was.status() == statusResolved && is.status() != statusResolved
	c.Replies = is.replies(was, n, fresh)
	if was.status() == "" && is.open() {
		c.Tasks = append(c.Tasks, lookupTask(is.ID, 0))
	}
	if len(state) == 0 && !is.complete() && !is.Sample {
		c.Tasks = append(c.Tasks, provider.Task{Key: firstLookupKey + is.ID, Data: provider.Encode(reference{ID: is.ID})})
	}
	return c, nil
}

// changeKind returns the kind of the change. For an incident that was looked up, it is the change that was found.
func (i incident) changeKind(was incident, n eventData) string {
	if n.Type != typeLookedUp || was.status() == i.status() {
		return kindOf(n.Type)
	}
	switch {
	case i.status() == statusResolved:
		return kindResolved
	case was.status() == statusResolved:
		return kindReopened
	case i.status() == statusAcknowledged:
		return kindAcknowledged
	case was.status() == statusAcknowledged:
		return kindUnacknowledged
	}
	return kindTriggered
}

// escalated reports whether an urgent incident needs someone now: it is triggered again or escalated.
func (i incident) escalated(was incident, n eventData, fresh bool) bool {
	if i.status() != statusTriggered || i.Shown.Urgency == urgencyLow {
		return false
	}
	waits := was.status() != statusTriggered
	return waits || was.Shown.Urgency == urgencyLow || fresh && n.Type == typeEscalated
}

// open reports whether the incident is triggered or acknowledged.
func (i incident) open() bool {
	return !i.Sample && (i.status() == statusTriggered || i.status() == statusAcknowledged)
}

// replies returns the thread replies: each change of the incident, and facts that are posted only once. What a new card already says
// isn't repeated.
func (i incident) replies(was incident, n eventData, fresh bool) []chat.Reply {
	t := replyBuilder{by: n.By, data: n}
	if was.Shown != nil && i.Shown != nil {
		t.status(was, i)
		t.assignees(was, i)
		t.facts(was, *i.Shown)
	}
	if was.Bridge != i.Bridge && i.status() != statusResolved && (!was.BridgeAt.IsZero() || n.Type == typeConference) {
		t.meeting(i.Bridge)
	}
	if fresh {
		t.addOnce(i)
	}
	return t.all
}

// latestMilestone returns the change that led to the current status.
func (i incident) latestMilestone() milestone {
	switch i.status() {
	case statusAcknowledged:
		return i.LastAck
	case statusResolved:
		return i.Resolved
	}
	if i.Reopened.At.After(i.Resolved.At) {
		return i.Reopened
	}
	return milestone{}
}

// An open incident is looked up now and then, because a webhook that PagerDuty disabled misses what happens meanwhile.
const (
	lookupKey = "look/"
	// firstLookupKey is the key for the lookup of an incident whose first event is incomplete, such as a note.
	firstLookupKey = "first/"
	// lookupDelay is the delay of the first lookup. It doubles each time, up to lookAtMost.
	lookupDelay    = time.Hour
	maxLookupDelay = 12 * time.Hour
	// maxLookups ends the lookups after about two weeks.
	maxLookups = 30
)

// lookupTask returns the task that looks the incident up.
func lookupTask(id string, round int) provider.Task {
	after := maxLookupDelay
	if round < 4 {
		after = min(lookupDelay<<round, maxLookupDelay)
	}
	return provider.Task{Key: lookupKey + id, After: after, Round: round, Data: provider.Encode(reference{ID: id})}
}

// teamNames returns the first teams of an incident.
func (s snapshot) teamNames() []string {
	all := names(s.Teams)
	return slices.Clone(all[:min(len(all), 3)])
}
