package pagerduty

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The types of events about incidents, without "incident." before them: https://developer.pagerduty.com/docs/webhooks-overview.
const (
	typeTriggered      = "triggered"
	typeAcknowledged   = "acknowledged"
	typeUnacknowledged = "unacknowledged"
	typeResolved       = "resolved"
	typeReopened       = "reopened"
	typeEscalated      = "escalated"
	typeReassigned     = "reassigned"
	typeDelegated      = "delegated"
	typePriority       = "priority_updated"
	typeService        = "service_updated"
	typeKind           = "incident_type.changed"
	typeNote           = "annotated"
	typeStatus         = "status_update_published"
	typeAdded          = "responder.added"
	typeReplied        = "responder.replied"
	typeConference     = "conference_bridge.updated"
	typeFields         = "custom_field_values.updated"
	typeRole           = "role.assigned"
	typeTaskCreated    = "task.created"
	typeTaskUpdated    = "task.updated"
	typeTaskCompleted  = "task.completed"
	typeActionCreated  = "action_invocation.created"
	typeActionUpdated  = "action_invocation.updated"
	typeActionEnded    = "action_invocation.terminated"
	typeFlowStarted    = "workflow.started"
	typeFlowCompleted  = "workflow.completed"

	// typeLookedUp is our own: somebody looked at the incident, and this is how it was.
	typeLookedUp = "looked"
	// typeNoteExpected is our own: a note with this text is about to be written by us, and is not to be told again.
	typeNoteExpected = "expected"
)

// kindOf returns what kind of news a type of event is.
func kindOf(eventType string) string {
	switch eventType {
	case typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned:
		return eventType // the same words
	case typeDelegated:
		return kindReassigned
	case typePriority:
		return kindPriority
	case typeNote:
		return kindNote
	case typeStatus:
		return kindStatus
	case typeAdded, typeReplied, typeRole:
		return kindResponder
	case typeConference:
		return kindConference
	case typeService, typeKind, typeFields, typeLookedUp:
		return kindUpdated
	}
	return kindActivity
}

// The states of an incident.
const (
	statusTriggered    = "triggered"
	statusAcknowledged = "acknowledged"
	statusResolved     = "resolved"
)

// How urgent an incident can be.
const (
	urgencyHigh = "high"
	urgencyLow  = "low"
)

// Limits of what is kept, in characters or things.
const (
	maxName   = 100
	maxTitle  = 250
	maxText   = 600
	maxListed = 10
	maxID     = 100
)

// reference is a person, service, team or the like.
type reference struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

// bridge is where people meet about an incident.
type bridge struct {
	Number string `json:"number,omitempty"`
	URL    string `json:"url,omitempty"`
}

// note is something that somebody wrote about an incident.
type note struct {
	ID   string `json:"id,omitempty"`
	Text string `json:"text,omitempty"`
}

// eventData is what an event says: its Data.
type eventData struct {
	Type     string    `json:"type"`
	ID       string    `json:"id,omitempty"`
	At       time.Time `json:"at,omitzero"`
	By       reference `json:"by,omitzero"`
	Incident string    `json:"incident"`
	Sample   bool      `json:"sample,omitempty"`
	Shown    *snapshot `json:"shown,omitempty"`
	// MentionOnly says that Shown is only what is said in passing of the incident that a note or the like is about.
	MentionOnly bool    `json:"mention_only,omitempty"`
	Note        *note   `json:"note,omitempty"`
	Bridge      *bridge `json:"bridge,omitempty"`
	// Text is the words of a status update, of a responder's request, or what somebody does.
	Text string `json:"text,omitempty"`
	// Whom is who is asked to respond, or has a role, and Before who had it; State is what they answered.
	Whom   string `json:"whom,omitempty"`
	Before string `json:"before,omitempty"`
	State  string `json:"state,omitempty"`
	// OriginChannel is the channel in whose thread a note that is expected stands already.
	OriginChannel string `json:"origin_channel,omitempty"`
	// Acknowledged and Resolved are when that happened last, where an answer to a call of ours tells.
	Acknowledged milestone `json:"acknowledged,omitzero"`
	Resolved     milestone `json:"resolved,omitzero"`
}

// milestone is what somebody did, and when.
type milestone struct {
	By reference `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// event returns the event of the news. A label that is known to be none is empty.
func (n eventData) event() provider.Event {
	e := provider.Event{ID: n.ID, Subject: n.Incident, At: n.At, Data: encoded(n)}
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
			// A slash would end what "*" stands for in a pattern.
			e.Labels[l.name] = strings.ReplaceAll(l.value, "/", " ")
		}
	}
	return e
}

// names returns what they are called, without those that have no name.
func names(all []reference) []string {
	var found []string
	for _, r := range all {
		if r.Name != "" {
			found = append(found, r.Name)
		}
	}
	return found
}

// noteFingerprint is what a note's text is recognized by: its beginning, as PagerDuty cuts long ones, and not its white space.
func noteFingerprint(text string) string {
	const most = 200
	runes := []rune(strings.Join(strings.Fields(untrusted.Line(text, maxText)), ""))
	return string(runes[:min(len(runes), most)])
}

// isIncidentData reports whether the data of the type is the incident itself, and not something about it.
func isIncidentData(eventType string) bool {
	return slices.Contains([]string{
		typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned, typeDelegated,
		typePriority, typeService, typeKind, typeLookedUp,
	}, eventType)
}

// statusAfter returns how an incident stands after an event of the type, "" where that does not tell.
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

// isKnownType reports whether the type is one of PagerDuty's that says something of an incident.
func isKnownType(eventType string) bool {
	return slices.Contains([]string{
		typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned, typeDelegated,
		typePriority, typeService, typeKind, typeNote, typeStatus, typeAdded, typeReplied, typeConference, typeFields, typeRole,
		typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded, typeFlowStarted,
		typeFlowCompleted,
	}, eventType)
}
