package pagerduty

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// hookName is the description of our webhooks in PagerDuty.
const hookName = "Mattermost (Zoom plugin)"

// maxHooks limits how many webhooks of the account are read.
const maxHooks = 1000

// Scope is what a webhook covers: the whole account, which requires an admin, or one service or team, which requires a manager.
type Scope struct {
	// Kind is one of the constants below; ID is that of the service or team.
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// The kinds of scopes.
const (
	ScopeAccount = "account_reference"
	ScopeService = "service_reference"
	ScopeTeam    = "team_reference"
)

// Subscription is a webhook that we created.
type Subscription struct {
	ID    string `json:"id"`
	Scope Scope  `json:"scope"`
}

// Health is the state of our webhook.
type Health string

// The states of a webhook.
const (
	// HealthGood means that it sends.
	HealthGood Health = "good"
	// HealthDisabled means that PagerDuty disabled it for a day after three failed deliveries in a row.
	HealthDisabled Health = "disabled"
	// HealthGone means that it was deleted.
	HealthGone Health = "gone"
	// HealthChanged means that someone changed it: it is off, sends elsewhere, or lacks some of our events.
	HealthChanged Health = "changed"
)

// workflowEvents returns the events that need another OAuth scope: https://developer.pagerduty.com/docs/webhooks-overview#event-types.
func workflowEvents() []string {
	return []string{incidentPrefix + typeWorkflowStarted, incidentPrefix + typeWorkflowCompleted}
}

// hookEvents returns the events that our webhooks subscribe to: all that Parse understands, with or without workflows.
func hookEvents(workflows bool) []string {
	var events []string
	for _, eventType := range []string{
		typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned, typeDelegated,
		typePriority, typeService, typeIncidentType, typeNote, typeStatus, typeResponderAdded, typeResponderReplied, typeConference, typeFields, typeRole,
		typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded,
	} {
		events = append(events, incidentPrefix+eventType)
	}
	if workflows {
		events = append(events, workflowEvents()...)
	}
	return events
}

// filter returns the scope in PagerDuty's form.
func (s Scope) filter() object {
	if s.Kind == ScopeAccount {
		return object{"type": s.Kind}
	}
	return object{"type": s.Kind, "id": s.ID}
}

// Subscribe creates a webhook and returns it with the secret that PagerDuty generates and shows only once. Existing webhooks of the same
// connection are removed first because their secrets are lost. If the app or account has no access to workflows, their events are left
// out. Faults: InvalidInput for an invalid scope, NotResourceAdmin.
func (subscriptions) Subscribe(ctx context.Context, s provider.Session, scope Scope, h provider.Hook) (made Subscription, secret string, err error) {
	c := newClient(s)
	if !slices.Contains([]string{ScopeAccount, ScopeService, ScopeTeam}, scope.Kind) || scope.Kind != ScopeAccount && idOf(scope.ID) == "" {
		return made, "", fault.New(fault.InvalidInput)
	}
	all, _, err := c.pages(ctx, "/webhook_subscriptions", "webhook_subscriptions", nil, maxHooks)
	if err != nil {
		return made, "", c.adminFault(err)
	}
	for _, one := range all {
		if connectionOf(one.object("delivery_method").text("url")) != connectionOf(h.URL) {
			continue
		}
		if err := c.unsubscribe(ctx, one.text("id")); err != nil {
			return made, "", err
		}
	}
	answer, err := c.subscribe(ctx, scope, h, hookEvents(true))
	if fault.Is(err, fault.ProviderForbidden, fault.ProviderRefused) {
		answer, err = c.subscribe(ctx, scope, h, hookEvents(false))
	}
	if err != nil {
		return made, "", c.adminFault(err)
	}
	hook := answer.object("webhook_subscription")
	made, secret = Subscription{ID: idOf(hook.text("id")), Scope: scope}, hook.object("delivery_method").text("secret")
	if made.ID == "" || secret == "" {
		return made, "", c.missing("a webhook and its secret")
	}
	return made, secret, nil
}

func (c client) subscribe(ctx context.Context, scope Scope, h provider.Hook, events []string) (object, error) {
	return c.do(ctx, http.MethodPost, "/webhook_subscriptions", nil, object{"webhook_subscription": object{
		"type": "webhook_subscription", "description": hookName, "events": events, "filter": scope.filter(),
		"delivery_method": object{"type": "http_delivery_method", "url": h.URL},
	}})
}

// connectionOf returns our address without its last part, the key: a connection whose webhook couldn't be created gets a new key.
func connectionOf(address string) string {
	if at := strings.LastIndexByte(address, '.'); at > strings.LastIndexByte(address, '/') {
		return address[:at]
	}
	return address
}

// CheckHook returns the state of our webhook.
func (subscriptions) CheckHook(ctx context.Context, s provider.Session, made Subscription, h provider.Hook) (Health, error) {
	c := newClient(s)
	if idOf(made.ID) == "" {
		return HealthGone, nil
	}
	answer, err := c.do(ctx, http.MethodGet, "/webhook_subscriptions/"+made.ID, nil, nil)
	if isUnknown(err) {
		return HealthGone, nil
	}
	if err != nil {
		return "", c.adminFault(err)
	}
	hook := answer.object("webhook_subscription")
	method := hook.object("delivery_method")
	if active, known := hook["active"].(bool); known && !active || method.text("url") != h.URL || !asksForAll(hook) {
		return HealthChanged, nil
	}
	if disabled, _ := method["temporarily_disabled"].(bool); disabled {
		return HealthDisabled, nil
	}
	return HealthGood, nil
}

// asksForAll reports whether the webhook subscribes to all events that need no extra scope.
func asksForAll(hook object) bool {
	asked, _ := hook["events"].([]any)
	for _, event := range hookEvents(false) {
		if !slices.Contains(asked, any(event)) {
			return false
		}
	}
	return true
}

// Unsubscribe removes our webhook. It is no error if the webhook doesn't exist.
func (subscriptions) Unsubscribe(ctx context.Context, s provider.Session, made Subscription) error {
	return newClient(s).unsubscribe(ctx, made.ID)
}

func (c client) unsubscribe(ctx context.Context, id string) error {
	if idOf(id) == "" {
		return nil
	}
	_, err := c.do(ctx, http.MethodDelete, "/webhook_subscriptions/"+id, nil, nil)
	if isUnknown(err) {
		return nil
	}
	return c.adminFault(err)
}

// adminFault explains why PagerDuty refuses a call about webhooks: only admins and managers may make it.
func (c client) adminFault(err error) error { return c.NotAdmin(err, name) }
