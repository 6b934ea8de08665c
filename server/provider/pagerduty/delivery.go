package pagerduty

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// incidentPrefix is the prefix of event types about incidents. Those about services ("service.updated") don't change incidents, and
// "pagey.ping" tests a webhook.
const incidentPrefix = "incident."

// Parse implements provider.Provider. Unknown event types are ignored without an error: PagerDuty adds new ones, and it stops sending for
// a day after three rejected deliveries in a row.
func (PagerDuty) Parse(d provider.Delivery) ([]provider.Event, error) {
	var body struct {
		Event json.RawMessage `json:"event"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return nil, errors.Wrap(err, "read a delivery")
	}
	about := parseObject(body.Event)
	if about == nil {
		return nil, errors.New("a delivery without an event")
	}
	eventType, ok := strings.CutPrefix(about.text("event_type"), incidentPrefix)
	if !ok || !isKnownType(eventType) {
		return nil, nil
	}
	n := eventData{Type: eventType, ID: untrusted.Line(about.text("id"), maxID), At: about.time("occurred_at"), By: about.object("agent").reference()}
	if client := untrusted.Line(about.object("client").text("name"), maxName); n.By.Name == "" && client != name {
		n.By.Name = client
	}
	if n.At.IsZero() {
		n.At = d.ReceivedAt.UTC()
	}
	data := about.object("data")
	if eventType == typeRole {
		return n.roles(data.list("incident_role_assignments")), nil
	}
	if n = n.withData(data); n.Incident == "" {
		return nil, nil
	}
	return []provider.Event{n.event()}, nil
}

// roles returns an event for each role that was assigned or removed.
func (n eventData) roles(assignments []object) []provider.Event {
	var events []provider.Event
	for i, data := range assignments[:min(len(assignments), maxListed)] {
		one := n.withData(data)
		if one.ID != "" && i > 0 {
			one.ID += "/" + strconv.Itoa(i) // each has its own reply
		}
		if one.Incident != "" {
			events = append(events, one.event())
		}
	}
	return events
}

// withData returns the event data with what the event's payload says.
func (n eventData) withData(data object) eventData {
	if isIncidentData(n.Type) {
		return n.withIncident(data)
	}
	n.Incident = idOf(data.object("incident").text("id"))
	n.Shown = data.mentionedIncident()
	n.MentionOnly = n.Shown != nil
	switch n.Type {
	case typeNote:
		n.Note = &note{ID: idOf(data.text("id")), Text: untrusted.Line(data.text("content"), maxText)}
	case typeStatus:
		n.Text = untrusted.Line(data.text("message"), maxText)
	case typeResponderAdded, typeResponderReplied:
		n.Text, n.State = untrusted.Line(data.text("message"), maxText), untrusted.Line(data.text("state"), maxName)
		n.Whom = cmp.Or(data.object("user").reference().Name, data.object("escalation_policy").reference().Name)
	case typeConference:
		if data.has("conference_url") || data.has("conference_numbers") {
			met := data.bridge()
			n.Bridge = &met
		}
	case typeFields:
		n.Text = data.changedFields()
	case typeRole:
		n.Text = data.object("role").reference().Name
		n.Whom, n.Before = data.object("assignee").reference().Name, data.object("old_assignee").reference().Name
	case typeTaskCreated, typeTaskUpdated, typeTaskCompleted:
		n.Text, n.State = data.reference().Name, untrusted.Line(data.text("status"), maxName)
	case typeActionCreated, typeActionUpdated, typeActionEnded:
		n.Text, n.State = data.object("action").reference().Name, untrusted.Line(data.text("state"), maxName)
	case typeWorkflowStarted, typeWorkflowCompleted:
		// The summary is the run's own, such as how it was started.
		n.Text = cmp.Or(data.object("incident_workflow").reference().Name, data.reference().Name)
	}
	return n
}

// withIncident returns the event data with the incident in the event's payload.
func (n eventData) withIncident(data object) eventData {
	n.Incident = idOf(data.text("id"))
	n.Shown = data.snapshot()
	if status := statusAfter(n.Type); status != "" && n.Shown.Status == "" {
		n.Shown.copyPart(partStatus, snapshot{Status: status})
	}
	n.Bridge = data.bridgeShown()
	return n
}

// changedFields lists the changed custom fields with their old and new values. Deliveries list all fields with their new values, and the
// changed ones with their old values.
func (o object) changedFields() string {
	now := o.list("custom_fields")
	changed := o.list("changed_custom_fields")
	if !o.has("changed_custom_fields") {
		changed = now
	}
	same := func(a, b object) bool {
		return a.text("id") != "" && a.text("id") == b.text("id") || a.text("name") == b.text("name")
	}
	var texts []string
	for _, field := range changed[:min(len(changed), maxListed)] {
		before, after := valueText(field["value"]), ""
		if at := slices.IndexFunc(now, func(o object) bool { return same(o, field) }); at >= 0 {
			after = valueText(now[at]["value"])
		}
		line := cmp.Or(after, noValue)
		if before != after {
			line = cmp.Or(before, noValue) + " → " + line
		}
		texts = append(texts, untrusted.Line(cmp.Or(field.text("name"), field.text("id"))+": "+line, 2*maxName))
	}
	return strings.Join(texts, ", ")
}

// noValue represents a field without a value.
const noValue = "–"
