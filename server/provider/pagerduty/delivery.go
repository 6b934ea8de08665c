package pagerduty

import (
	"encoding/json"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
)

// incidentPrefix begins the types of events about incidents. Those about services ("service.updated") change no incident, and
// "pagey.ping" is the trial of a webhook.
const incidentPrefix = "incident."

// Parse implements provider.Provider. Types of events that are not known say nothing, and are no error: PagerDuty adds some now and
// then, and stops sending for a day where three deliveries in a row are refused.
func (PagerDuty) Parse(d provider.Delivery) ([]provider.Event, error) {
	var body struct {
		Event json.RawMessage `json:"event"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil {
		return nil, errors.Wrap(err, "read a delivery")
	}
	about := decoded(body.Event)
	if about == nil {
		return nil, errors.New("a delivery without an event")
	}
	eventType, ok := strings.CutPrefix(about.text("event_type"), incidentPrefix)
	if !ok || !known(eventType) {
		return nil, nil
	}
	n := news{Type: eventType, ID: cleaned(about.text("id"), maxID), At: about.time("occurred_at"), By: about.object("agent").reference()}
	if n.By.Name == "" {
		n.By.Name = cleaned(about.object("client").text("name"), maxName)
	}
	if n.At.IsZero() {
		n.At = d.ReceivedAt.UTC()
	}
	said := []object{about.object("data")}
	if said[0] == nil {
		// Roles are a list of assignments.
		said = about.list("data")
	}
	var events []provider.Event
	for _, data := range said {
		if n := n.of(data); n.Incident != "" {
			events = append(events, n.event())
		}
	}
	if len(events) > 1 {
		events = events[:1] // one line about each delivery is enough
	}
	return events, nil
}

// of returns the news with what the event's data says.
func (n news) of(data object) news {
	n.Incident = idOf(data.object("incident").text("id"))
	switch n.Type {
	case typeNote:
		n.Note = &note{ID: idOf(data.text("id")), Text: cleaned(data.text("content"), maxText)}
	case typeStatus:
		n.Text = cleaned(data.text("message"), maxText)
	case typeAdded, typeReplied:
		n.Text, n.State = cleaned(data.text("message"), maxText), cleaned(data.text("state"), maxName)
		n.Whom = first(data.object("user").reference().Name, data.object("escalation_policy").reference().Name)
	case typeConference:
		met := data.bridge()
		n.Bridge = &met
	case typeFields:
		n.Text = data.changedFields()
	case typeRole:
		n.Text, n.Whom = data.object("role").reference().Name, first(data.object("user").reference().Name, data.object("assignee").reference().Name)
	case typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded, typeFlowStarted, typeFlowCompleted:
		n.Text, n.State = activityName(data), cleaned(data.text("status"), maxName)
	default:
		n.Incident = idOf(data.text("id"))
		n.Shown = data.snapshot()
	}
	return n
}

// activityName returns what a task, an action or a workflow is called.
func activityName(data object) string {
	whole := data.reference().Name
	for _, of := range []string{"workflow", "action", "incident_workflow", "task"} {
		whole = first(whole, data.object(of).reference().Name)
	}
	return first(whole, cleaned(data.text("description"), maxName))
}

// changedFields names the custom fields that were changed, with their values.
func (o object) changedFields() string {
	changed := map[string]bool{}
	names, _ := o["changed_field_names"].([]any)
	for _, name := range names {
		if text, ok := name.(string); ok {
			changed[text] = true
		}
	}
	var told []string
	for _, field := range o.list("custom_fields") {
		if len(told) == maxListed || len(changed) > 0 && !changed[field.text("name")] {
			continue
		}
		label := first(field.text("display_name"), field.text("name"))
		if value := field.text("value"); value != "" {
			label += ": " + value
		}
		told = append(told, cleaned(label, maxName))
	}
	return strings.Join(told, ", ")
}
