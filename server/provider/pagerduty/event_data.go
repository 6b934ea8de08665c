package pagerduty

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The types of events about incidents, without the prefix "incident.": https://developer.pagerduty.com/docs/webhooks-overview.
const (
	typeTriggered         = "triggered"
	typeAcknowledged      = "acknowledged"
	typeUnacknowledged    = "unacknowledged"
	typeResolved          = "resolved"
	typeReopened          = "reopened"
	typeEscalated         = "escalated"
	typeReassigned        = "reassigned"
	typeDelegated         = "delegated"
	typePriority          = "priority_updated"
	typeService           = "service_updated"
	typeIncidentType      = "incident_type.changed"
	typeNote              = "annotated"
	typeStatus            = "status_update_published"
	typeResponderAdded    = "responder.added"
	typeResponderReplied  = "responder.replied"
	typeConference        = "conference_bridge.updated"
	typeFields            = "custom_field_values.updated"
	typeRole              = "role.assigned"
	typeTaskCreated       = "task.created"
	typeTaskUpdated       = "task.updated"
	typeTaskCompleted     = "task.completed"
	typeActionCreated     = "action_invocation.created"
	typeActionUpdated     = "action_invocation.updated"
	typeActionEnded       = "action_invocation.terminated"
	typeWorkflowStarted   = "workflow.started"
	typeWorkflowCompleted = "workflow.completed"

	// typeLookedUp is our own: the incident was looked up in this state.
	typeLookedUp = "looked"
	// typeNoteExpected is our own: we are about to add a note with this text, which is already in a thread.
	typeNoteExpected = "expected"
)

// kindOf returns the kind of notification for an event type.
func kindOf(eventType string) string {
	switch eventType {
	case typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned:
		return eventType // the same names
	case typeDelegated:
		return kindReassigned
	case typePriority:
		return kindPriority
	case typeNote:
		return kindNote
	case typeStatus:
		return kindStatus
	case typeResponderAdded, typeResponderReplied, typeRole:
		return kindResponder
	case typeConference:
		return kindConference
	case typeService, typeIncidentType, typeFields, typeLookedUp:
		return kindUpdated
	}
	return kindActivity
}

// The statuses of an incident.
const (
	statusTriggered    = "triggered"
	statusAcknowledged = "acknowledged"
	statusResolved     = "resolved"
)

// The urgencies of an incident.
const (
	urgencyHigh = "high"
	urgencyLow  = "low"
)

// Limits of what is kept, in characters or items.
const (
	maxName   = 100
	maxTitle  = 250
	maxText   = 600
	maxListed = 10
	maxID     = 100
)

// reference is a user, service, team or the like.
type reference struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

// bridge is the conference bridge of an incident.
type bridge struct {
	Number string `json:"number,omitempty"`
	URL    string `json:"url,omitempty"`
}

// note is a note on an incident.
type note struct {
	ID   string `json:"id,omitempty"`
	Text string `json:"text,omitempty"`
}

// eventData is what an event says; see provider.Event.Data.
type eventData struct {
	Type     string    `json:"type"`
	ID       string    `json:"id,omitempty"`
	At       time.Time `json:"at,omitzero"`
	By       reference `json:"by,omitzero"`
	Incident string    `json:"incident"`
	Sample   bool      `json:"sample,omitempty"`
	Shown    *snapshot `json:"shown,omitempty"`
	// MentionOnly is set if Shown has only the little that a note or the like says about its incident.
	MentionOnly bool    `json:"mention_only,omitempty"`
	Note        *note   `json:"note,omitempty"`
	Bridge      *bridge `json:"bridge,omitempty"`
	// Text is the text of a status update or responder request, or the name of a task, action or the like.
	Text string `json:"text,omitempty"`
	// Whom is the user who is asked to respond or has a role, and Before the one who had it. State is the responder's answer.
	Whom   string `json:"whom,omitempty"`
	Before string `json:"before,omitempty"`
	State  string `json:"state,omitempty"`
	// OriginChannel is the channel whose thread already has an expected note.
	OriginChannel chat.Place `json:"origin_channel,omitzero"`
	// Acknowledged and Resolved are the last such changes, as far as a response says.
	Acknowledged milestone `json:"acknowledged,omitzero"`
	Resolved     milestone `json:"resolved,omitzero"`
}

// milestone is a change of status: by whom and when.
type milestone struct {
	By reference `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// event returns the provider.Event. A label is "" if the incident is known not to have it.
func (n eventData) event() provider.Event {
	e := provider.Event{ID: n.ID, Subject: n.Incident, At: n.At, Data: provider.Encode(n)}
	if n.Shown == nil {
		return e
	}
	e.Resource = n.Shown.Service.ID
	e.Labels = map[string]string{}
	for _, l := range []struct {
		name, value string
		part        parts
	}{
		{labelService, n.Shown.Service.Name, partService},
		{labelUrgency, n.Shown.Urgency, partUrgency},
		{labelPriority, n.Shown.Priority, partPriority},
		{labelTeam, strings.Join(names(n.Shown.Teams), ", "), partTeams},
		{labelTitle, n.Shown.Title, partTitle},
	} {
		if n.Shown.Known.has(l.part) {
			// In a pattern, "*" doesn't match a slash.
			e.Labels[l.name] = strings.ReplaceAll(l.value, "/", " ")
		}
	}
	return e
}

// names returns the names of the references that have one.
func names(all []reference) []string {
	var found []string
	for _, r := range all {
		if r.Name != "" {
			found = append(found, r.Name)
		}
	}
	return found
}

// noteFingerprint identifies the text of a note. It ignores the end, because PagerDuty truncates long notes, and white space.
func noteFingerprint(text string) string {
	const most = 200
	runes := []rune(strings.Join(strings.Fields(untrusted.Line(text, maxText)), ""))
	return string(runes[:min(len(runes), most)])
}

// isIncidentData reports whether the payload of the event type is the incident itself.
func isIncidentData(eventType string) bool {
	return slices.Contains([]string{
		typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned, typeDelegated,
		typePriority, typeService, typeIncidentType, typeLookedUp,
	}, eventType)
}

// statusAfter returns the status of an incident after an event of the type, or "" if the type doesn't say.
func statusAfter(eventType string) string {
	switch eventType {
	case typeTriggered, typeUnacknowledged, typeReopened:
		return statusTriggered
	case typeAcknowledged:
		return statusAcknowledged
	case typeResolved:
		return statusResolved
	}
	return ""
}

// isKnownType reports whether we handle the event type.
func isKnownType(eventType string) bool {
	return slices.Contains([]string{
		typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned, typeDelegated,
		typePriority, typeService, typeIncidentType, typeNote, typeStatus, typeResponderAdded, typeResponderReplied, typeConference, typeFields, typeRole,
		typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded, typeWorkflowStarted,
		typeWorkflowCompleted,
	}, eventType)
}
