package pagerduty

import (
	"slices"
	"time"
)

// The states of an incident.
const (
	StatusTriggered    = "triggered"
	StatusAcknowledged = "acknowledged"
	StatusResolved     = "resolved"
)

// incident is something that someone is paged for.
type incident struct {
	id, key, title, details string
	number                  int
	status, urgency         string
	service                 *Service
	policy                  *EscalationPolicy
	level                   int
	priority                *Priority
	assignees               []*User
	acks                    []ack
	created, changed        time.Time
	updated                 time.Time
	changedBy               *User // nil for the service itself
	mergedInto              *incident
	bridgeURL, bridgeNumber string
	kind                    string
	notes                   []Note
	fields                  []customField
	roles                   map[string]*User
	snoozedUntil            time.Time
}

// ack is an acknowledgment.
type ack struct {
	by *User
	at time.Time
}

// customField is a field of the account's own, with its value.
type customField struct {
	id, name string
	value    any
}

// Note is a note on an incident.
type Note struct {
	ID   string    `json:"id"`
	By   string    `json:"by"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// Via is the name of the app that wrote it for them; empty for the website.
	Via string `json:"via,omitempty"`

	author *User
}

// Incident is an incident as tests see it.
type Incident struct {
	ID         string    `json:"id"`
	Number     int       `json:"number"`
	Title      string    `json:"title"`
	Status     string    `json:"status"`
	Urgency    string    `json:"urgency"`
	Service    string    `json:"service"`
	Key        string    `json:"incident_key"`
	Details    string    `json:"details"`
	Priority   string    `json:"priority"`
	Level      int       `json:"level"`
	Assignees  []string  `json:"assignees"`
	ChangedBy  string    `json:"changed_by"`
	BridgeURL  string    `json:"conference_url"`
	Notes      []Note    `json:"notes"`
	SnoozedTil time.Time `json:"snoozed_until"`
	URL        string    `json:"html_url"`
}

// incident finds one by ID or number, nil for none.
func (w *world) incident(key string) *incident {
	for _, i := range w.incidents {
		if i.id == key || key == itoa(i.number) {
			return i
		}
	}
	return nil
}

// shown returns the incident as tests see it.
func (w *world) shown(i *incident) Incident {
	v := Incident{
		ID: i.id, Number: i.number, Title: i.title, Status: i.status, Urgency: i.urgency, Service: i.service.Name, Key: i.key,
		Details: i.details, Level: i.level, Assignees: []string{}, BridgeURL: i.bridgeURL, Notes: slices.Clone(i.notes),
		SnoozedTil: i.snoozedUntil, URL: w.Base + "/web/incidents/" + i.id,
	}
	if i.priority != nil {
		v.Priority = i.priority.Name
	}
	if i.changedBy != nil {
		v.ChangedBy = i.changedBy.Email
	}
	for _, u := range i.assignees {
		v.Assignees = append(v.Assignees, u.Email)
	}
	return v
}

// wish is a new incident.
type wish struct {
	title, details, urgency, key string
	service                      *Service
	assignee                     *User
	policy                       *EscalationPolicy
	by                           *User
}

// open creates an incident. One that users assign to themselves is acknowledged
// from the start, and nobody is paged.
func (w *world) open(q wish) *incident {
	if q.urgency == "" {
		q.urgency = "high"
	}
	if q.policy == nil {
		q.policy = w.escalation(q.service.Policy)
	}
	if q.key == "" {
		q.key = w.ids.UUID()
	}
	now := w.Now()
	i := &incident{
		id: w.ids.id("Q", 14), key: q.key, title: q.title, details: q.details, number: len(w.incidents) + 1, status: StatusTriggered,
		urgency: q.urgency, service: q.service, policy: q.policy, level: 1, created: now, kind: "incident_default",
	}
	i.assignees = w.onLevel(i.policy, 1)
	if q.assignee != nil {
		i.assignees = []*User{q.assignee}
	}
	i.touch(now, q.by)
	w.incidents = append(w.incidents, i)
	if q.by != nil && q.assignee == q.by {
		i.status, i.acks = StatusAcknowledged, []ack{{q.by, now}}
	}
	w.notify(i, "triggered", q.by, w.hookIncident(i))
	return i
}

// touch records who changed its status.
func (i *incident) touch(at time.Time, by *User) { i.changed, i.updated, i.changedBy = at, at, by }

// acknowledge acknowledges it. A second user can, too; the same user can't twice.
func (w *world) acknowledge(i *incident, by *User) *apiError {
	switch {
	case i.status == StatusResolved:
		return &apiError{400, 1001, "Incident Already Resolved", nil}
	case slices.ContainsFunc(i.acks, func(a ack) bool { return a.by == by }):
		return &apiError{400, 1002, "Incident Already Acknowledged", nil}
	}
	i.status, i.acks = StatusAcknowledged, append(i.acks, ack{by, w.Now()})
	i.touch(w.Now(), by)
	w.notify(i, "acknowledged", by, w.hookIncident(i))
	return nil
}

// unacknowledge unacknowledges it; by is nil when the time ran out.
func (w *world) unacknowledge(i *incident, by *User) *apiError {
	if i.status != StatusAcknowledged {
		return &apiError{400, 2001, "Invalid Input Provided", []string{"Incident is not acknowledged"}}
	}
	i.status, i.acks, i.snoozedUntil = StatusTriggered, nil, time.Time{}
	i.touch(w.Now(), by)
	w.notify(i, "unacknowledged", by, w.hookIncident(i))
	return nil
}

// resolve ends it.
func (w *world) resolve(i *incident, by *User) *apiError {
	if i.status == StatusResolved {
		return &apiError{400, 1001, "Incident Already Resolved", nil}
	}
	i.status, i.assignees, i.acks = StatusResolved, nil, nil
	i.touch(w.Now(), by)
	w.notify(i, "resolved", by, w.hookIncident(i))
	return nil
}

// reopen reopens it.
func (w *world) reopen(i *incident, by *User) *apiError {
	if i.status != StatusResolved {
		return &apiError{400, 2001, "Invalid Input Provided", []string{"Incident is not resolved"}}
	}
	i.status, i.mergedInto, i.level = StatusTriggered, nil, 1
	i.assignees = w.onLevel(i.policy, 1)
	i.touch(w.Now(), by)
	w.notify(i, "reopened", by, w.hookIncident(i))
	return nil
}

// escalate pages the users of a level; 0 is the next.
func (w *world) escalate(i *incident, level int, by *User) *apiError {
	if level == 0 {
		level = i.level%max(len(i.policy.Levels), 1) + 1
	}
	people := w.onLevel(i.policy, level)
	switch {
	case i.status == StatusResolved:
		return &apiError{400, 1001, "Incident Already Resolved", nil}
	case len(people) == 0:
		return &apiError{400, 2001, "Invalid Input Provided", []string{"Escalation level is invalid"}}
	}
	i.status, i.acks, i.level, i.assignees = StatusTriggered, nil, level, people
	i.touch(w.Now(), by)
	w.notify(i, "escalated", by, w.hookIncident(i))
	return nil
}

// reassign assigns it to users, or to a policy.
func (w *world) reassign(i *incident, people []*User, policy *EscalationPolicy, by *User) *apiError {
	event := "reassigned"
	if policy != nil {
		event, people = "delegated", w.onLevel(policy, 1)
		i.policy, i.level = policy, 1
	}
	switch {
	case i.status == StatusResolved:
		return &apiError{400, 1001, "Incident Already Resolved", nil}
	case len(people) == 0:
		return &apiError{400, 2001, "Invalid Input Provided", []string{"Assignee is not valid"}}
	}
	i.status, i.acks, i.assignees = StatusTriggered, nil, people
	i.touch(w.Now(), by)
	w.notify(i, event, by, w.hookIncident(i))
	return nil
}

// snooze acknowledges it for this long.
func (w *world) snooze(i *incident, d time.Duration, by *User) *apiError {
	if i.status == StatusResolved {
		return &apiError{400, 1001, "Incident Already Resolved", nil}
	}
	i.snoozedUntil = w.Now().Add(d)
	if i.status == StatusTriggered {
		return w.acknowledge(i, by)
	}
	i.updated = w.Now()
	return nil
}

// update sends a change that leaves the status unchanged.
func (w *world) update(i *incident, event string, by *User) {
	i.updated = w.Now()
	w.notify(i, event, by, w.hookIncident(i))
}

// meet sets the conference bridge.
func (w *world) meet(i *incident, address, number string, by *User) {
	i.bridgeURL, i.bridgeNumber, i.updated = address, number, w.Now()
	w.notify(i, "conference_bridge.updated", by, object{
		"incident": w.part(i), "conference_numbers": []object{{"label": "", "number": number}}, "conference_url": address,
		"type": "incident_conference_bridge",
	})
}

// note writes a note.
func (w *world) note(i *incident, text, via string, by *User) Note {
	n := Note{ID: w.ids.id("P", 7), By: by.Name, Text: text, At: w.Now(), Via: via, author: by}
	i.notes = append(i.notes, n)
	w.notify(i, "annotated", by, object{"incident": w.part(i), "id": n.ID, "content": text, "trimmed": false, "type": "incident_note"})
	return n
}
