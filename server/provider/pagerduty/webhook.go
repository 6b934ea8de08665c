package pagerduty

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// hookName is what our webhooks are called among the account's.
const hookName = "Mattermost (Zoom plugin)"

// maxHooks is how many of the account's webhooks are looked through.
const maxHooks = 1000

// Scope is what a webhook tells of: the whole account, which takes an admin of it, or one service or team, which takes a manager of that.
type Scope struct {
	// Kind is one of those below; ID is that of the service or team.
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// The kinds of scopes.
const (
	ScopeAccount = "account_reference"
	ScopeService = "service_reference"
	ScopeTeam    = "team_reference"
)

// Subscription is a webhook that we made.
type Subscription struct {
	ID    string `json:"id"`
	Scope Scope  `json:"scope"`
}

// Health is how a webhook of ours is.
type Health string

// How it can be.
const (
	// HealthGood sends.
	HealthGood Health = "good"
	// HealthDisabled was switched off by PagerDuty for a day, as three deliveries in a row were dropped.
	HealthDisabled Health = "disabled"
	// HealthGone was deleted.
	HealthGone Health = "gone"
	// HealthChanged was changed by somebody: it is off, goes elsewhere, or lacks news that we tell of.
	HealthChanged Health = "changed"
)

// workflowEvents need a scope of their own: https://developer.pagerduty.com/docs/webhooks-overview#event-types.
func workflowEvents() []string {
	return []string{incidentPrefix + typeFlowStarted, incidentPrefix + typeFlowCompleted}
}

// hookEvents are those that a webhook of ours asks for: all that Parse understands, or those without workflows.
func hookEvents(workflows bool) []string {
	var events []string
	for _, eventType := range []string{
		typeTriggered, typeAcknowledged, typeUnacknowledged, typeResolved, typeReopened, typeEscalated, typeReassigned, typeDelegated,
		typePriority, typeService, typeKind, typeNote, typeStatus, typeAdded, typeReplied, typeConference, typeFields, typeRole,
		typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded,
	} {
		events = append(events, incidentPrefix+eventType)
	}
	if workflows {
		events = append(events, workflowEvents()...)
	}
	return events
}

// filter returns the scope as PagerDuty has it.
func (s Scope) filter() object {
	if s.Kind == ScopeAccount {
		return object{"type": s.Kind}
	}
	return object{"type": s.Kind, "id": s.ID}
}

// Subscribe makes a webhook and returns it with the secret that PagerDuty made up for it, which is told this once. Webhooks of the same
// connection that are there already are removed before: nobody knows their secrets any more. Where the app or the account lacks the right to
// workflows, their events are left out. Faults: InvalidInput for what is no scope, NotResourceAdmin.
func (PagerDuty) Subscribe(ctx context.Context, s provider.Session, scope Scope, h provider.Hook) (made Subscription, secret string, err error) {
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

// connectionOf returns an address of ours without the key that it ends with: a connection whose webhook could not be made is begun anew
// with another.
func connectionOf(address string) string {
	if at := strings.LastIndexByte(address, '.'); at > strings.LastIndexByte(address, '/') {
		return address[:at]
	}
	return address
}

// CheckHook returns how a webhook of ours is.
func (PagerDuty) CheckHook(ctx context.Context, s provider.Session, made Subscription, h provider.Hook) (Health, error) {
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
	if active, told := hook["active"].(bool); told && !active || method.text("url") != h.URL || !asksForAll(hook) {
		return HealthChanged, nil
	}
	if disabled, _ := method["temporarily_disabled"].(bool); disabled {
		return HealthDisabled, nil
	}
	return HealthGood, nil
}

// asksForAll reports whether the webhook asks for all events that it needs no special right for.
func asksForAll(hook object) bool {
	asked, _ := hook["events"].([]any)
	for _, event := range hookEvents(false) {
		if !slices.Contains(asked, any(event)) {
			return false
		}
	}
	return true
}

// Unsubscribe removes a webhook of ours; one that is gone already is no error.
func (PagerDuty) Unsubscribe(ctx context.Context, s provider.Session, made Subscription) error {
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
