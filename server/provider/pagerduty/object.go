package pagerduty

import (
	"encoding/json"
	"time"
)

// object is a JSON object of PagerDuty's. A field of another type than expected counts as missing: refusing a whole delivery for it
// would count against the webhook, and after three refusals in a row PagerDuty stops sending for a day.
type object map[string]any

// text returns a text field, "" for none.
func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

// number returns a whole number, 0 for none.
func (o object) number(name string) int {
	n, _ := o[name].(float64)
	if n < 1 || n > 1e15 || n != float64(int(n)) {
		return 0
	}
	return int(n)
}

// object returns an object field, nil for none.
func (o object) object(name string) object {
	inner, _ := o[name].(map[string]any)
	return inner
}

// list returns the objects in a list.
func (o object) list(name string) []object {
	values, _ := o[name].([]any)
	var all []object
	for _, value := range values {
		if inner, ok := value.(map[string]any); ok {
			all = append(all, inner)
		}
	}
	return all
}

// time returns a time, zero for none.
func (o object) time(name string) time.Time { return stamp(o.text(name)) }

// reference returns what the object refers to. Deliveries and answers call it "summary", whole things "name".
func (o object) reference() reference {
	return reference{
		ID: idOf(o.text("id")), Name: cleaned(first(o.text("summary"), o.text("name"), o.text("title")), maxName), URL: webAddress(o.text("html_url")),
	}
}

// bridge returns the conference bridge, as an incident has it or as its own event does.
func (o object) bridge() bridge {
	b := bridge{Number: cleaned(o.text("conference_number"), maxName), URL: webAddress(o.text("conference_url"))}
	if b.Number != "" {
		return b
	}
	if numbers := o.list("conference_numbers"); len(numbers) > 0 {
		b.Number = cleaned(numbers[0].text("number"), maxName)
	}
	return b
}

// snapshot returns an incident, as deliveries have it or as answers do.
func (o object) snapshot() *snapshot {
	s := &snapshot{
		Number: max(o.number("number"), o.number("incident_number")), Title: cleaned(o.text("title"), maxTitle), URL: webAddress(o.text("html_url")),
		Created: o.time("created_at"), Service: o.object("service").reference(), Policy: o.object("escalation_policy").reference(),
		Bridge: o.object("conference_bridge").bridge(), Kind: cleaned(o.object("incident_type").text("name"), maxName),
		Priority: o.object("priority").reference().Name,
	}
	switch status := o.text("status"); status {
	case statusTriggered, statusAcknowledged, statusResolved:
		s.Status = status
	default:
		s.Status = statusTriggered
	}
	if s.Urgency = urgencyHigh; o.text("urgency") == urgencyLow {
		s.Urgency = urgencyLow
	}
	for _, team := range o.list("teams") {
		if len(s.Teams) < maxListed {
			s.Teams = append(s.Teams, team.reference())
		}
	}
	assignees := o.list("assignees")
	for _, assignment := range o.list("assignments") {
		assignees = append(assignees, assignment.object("assignee"))
	}
	s.Assigned = len(assignees)
	for _, assignee := range assignees[:min(len(assignees), maxListed)] {
		s.Assignees = append(s.Assignees, assignee.reference())
	}
	if reason := o.object("resolve_reason"); reason.text("type") == "merge_resolve_reason" {
		s.Merged = reason.object("incident").reference()
	}
	return s
}

// decoded returns the JSON object, nil for what is none.
func decoded(text json.RawMessage) object {
	var o object
	if json.Unmarshal(text, &o) != nil {
		return nil
	}
	return o
}
