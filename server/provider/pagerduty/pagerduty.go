// Package pagerduty is PagerDuty as a provider: what its webhooks say of incidents, the cards of incidents, what people can do about an
// incident from its card or from a form, and who is on call.
//
// An incident's state is what the newest delivery showed of it, and what single events did: who acknowledged and resolved it, and
// when. Deliveries come late, twice and out of order, and the answers to our own calls come between them; all of that ends in the
// same card. What is told only once, such as a note, is remembered by its name.
package pagerduty

import (
	"embed"
	"encoding/json"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// The kinds of news that people choose from.
const (
	kindTriggered      = "triggered"
	kindAcknowledged   = "acknowledged"
	kindUnacknowledged = "unacknowledged"
	kindResolved       = "resolved"
	kindReopened       = "reopened"
	kindEscalated      = "escalated"
	kindReassigned     = "reassigned"
	kindPriority       = "priority"
	kindNote           = "note"
	kindStatus         = "status_update"
	kindResponder      = "responder"
	kindConference     = "conference"
	kindUpdated        = "updated"
	kindActivity       = "activity"
)

// The labels of events.
const (
	labelService  = "service"
	labelUrgency  = "urgency"
	labelPriority = "priority"
	labelTeam     = "team"
	labelTitle    = "title"
)

// name is what the tool calls itself.
const name = "PagerDuty"

//go:embed texts/*.json
var texts embed.FS

// PagerDuty is the provider. It has no state.
type PagerDuty struct{}

// What it can do.
var (
	_ provider.Provider         = PagerDuty{}
	_ provider.Authorizer       = PagerDuty{}
	_ provider.CloudSites       = PagerDuty{}
	_ provider.SelfHosted       = PagerDuty{}
	_ provider.MeetingLinker    = PagerDuty{}
	_ provider.Installer        = PagerDuty{}
	_ provider.Creator          = PagerDuty{}
	_ provider.OnCallSchedules  = PagerDuty{}
	_ provider.Annotator        = PagerDuty{}
	_ provider.ReplySync        = PagerDuty{}
	_ provider.TaskRunner       = PagerDuty{}
	_ provider.Reconciler       = PagerDuty{}
	_ provider.RegionalAccounts = PagerDuty{}
)

// New returns the provider.
func New() PagerDuty { return PagerDuty{} }

// Describe implements provider.Provider.
func (PagerDuty) Describe() provider.Descriptor {
	return provider.Descriptor{
		ID: "pagerduty", Command: "pduty", Name: name,
		Summary:      chat.Say("pagerduty.summary"),
		ResourceNoun: chat.Say("pagerduty.resource"),
		ConnectHint:  chat.Say("pagerduty.argument"),
		Events: []provider.EventKind{
			{ID: kindTriggered, Label: chat.Say("pagerduty.event.triggered"), Default: true},
			{ID: kindAcknowledged, Label: chat.Say("pagerduty.event.acknowledged"), Default: true},
			{ID: kindUnacknowledged, Label: chat.Say("pagerduty.event.unacknowledged"), Default: true},
			{ID: kindResolved, Label: chat.Say("pagerduty.event.resolved"), Default: true},
			{ID: kindReopened, Label: chat.Say("pagerduty.event.reopened"), Default: true},
			{ID: kindEscalated, Label: chat.Say("pagerduty.event.escalated"), Default: true},
			{ID: kindReassigned, Label: chat.Say("pagerduty.event.reassigned"), Default: true},
			{ID: kindPriority, Label: chat.Say("pagerduty.event.priority"), Default: true},
			{ID: kindNote, Label: chat.Say("pagerduty.event.note"), Default: true},
			{ID: kindStatus, Label: chat.Say("pagerduty.event.status_update"), Default: true},
			{ID: kindResponder, Label: chat.Say("pagerduty.event.responder"), Default: true},
			{ID: kindConference, Label: chat.Say("pagerduty.event.conference"), Default: true},
			{ID: kindUpdated, Label: chat.Say("pagerduty.event.updated"), Default: true},
			{ID: kindActivity, Label: chat.Say("pagerduty.event.activity")},
		},
		Filters: []provider.Filter{
			{ID: labelUrgency, Label: chat.Say("pagerduty.filter.urgency"), Help: chat.Say("pagerduty.filter.urgency_help"), Levels: []string{urgencyLow, urgencyHigh}, AlwaysPresent: true},
			{ID: labelPriority, Label: chat.Say("pagerduty.filter.priority"), Help: chat.Say("pagerduty.filter.priority_help"), AlwaysPresent: true},
			{ID: labelService, Label: chat.Say("pagerduty.filter.service"), Help: chat.Say("pagerduty.filter.service_help"), AlwaysPresent: true},
			{ID: labelTeam, Label: chat.Say("pagerduty.filter.team"), Help: chat.Say("pagerduty.filter.team_help"), AlwaysPresent: true},
			{ID: labelTitle, Label: chat.Say("pagerduty.filter.title"), Help: chat.Say("pagerduty.filter.title_help"), AlwaysPresent: true},
		},
		Headers:        []string{headerSignature},
		HealthInterval: healthInterval, MultipleRules: true,
		Texts: provider.Texts(texts),
	}
}

// Sample implements provider.Provider. Each is an incident of its own, so that each makes a card.
func (PagerDuty) Sample(now time.Time) provider.Event {
	n := eventData{
		Type: typeTriggered, ID: "sample/" + strconv.FormatInt(now.UnixMilli(), 10), At: now, Sample: true,
		Shown: &snapshot{
			Known:  partsEnd - 1,
			Number: 42, Title: "Checkout answers slowly", Status: statusTriggered, Urgency: urgencyHigh, Created: now,
			Service: reference{Name: "Web shop"}, Assignees: []reference{{Name: "Ada Lovelace"}},
		},
	}
	n.Incident = n.ID
	return n.event()
}

// encoded returns v as JSON. There is nothing in our own types that JSON lacks.
func encoded(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return text
}
