// Package pagerduty is the provider for PagerDuty: its webhooks about incidents, the cards of incidents, what users can do from a card or
// form, and who is on call.
//
// The state of an incident is what its newest event shows, and milestones: who acknowledged and resolved it, and when. Deliveries come
// late, twice and out of order, with responses to our own calls between them. All orders lead to the same card. Facts that are posted
// only once, such as notes, are remembered by key.
package pagerduty

import (
	"embed"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// The kinds of notifications.
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

// name is the name of the product.
const name = "PagerDuty"

//go:embed texts/*.json
var texts embed.FS

// PagerDuty is the provider. It has no state.
type PagerDuty struct {
	accounts
	directory
	subscriptions
	incidents
	onCall
}

// The capabilities.
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
		Subjects:     chat.Say("pagerduty.subjects"),
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

// Sample implements provider.Provider. Each sample is a separate incident, so that each creates a card.
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
