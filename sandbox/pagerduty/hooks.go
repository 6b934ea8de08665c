package pagerduty

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// A subscription whose deliveries are dropped this often in a row is disabled for
// this long.
const (
	dropsToDisable = 3
	disabledFor    = 24 * time.Hour
)

// subscription is a webhook.
type subscription struct {
	id, url, description string
	// secrets are valid at once, the newest first: more than one while PagerDuty
	// changes it.
	secrets       []string
	events        []string
	filter        ref
	active        bool
	drops         int // in a row
	disabledUntil time.Time
}

// hookEvents are the events that a subscription can ask for.
func hookEvents() []string {
	return []string{
		"incident.triggered", "incident.acknowledged", "incident.unacknowledged", "incident.resolved", "incident.reopened",
		"incident.escalated", "incident.reassigned", "incident.delegated", "incident.priority_updated", "incident.annotated",
		"incident.status_update_published", "incident.service_updated", "incident.responder.added", "incident.responder.replied",
		"incident.conference_bridge.updated", "incident.custom_field_values.updated", "incident.incident_type.changed",
		"incident.role.assigned", "incident.task.created", "incident.task.updated", "incident.task.completed",
		"incident.action_invocation.created", "incident.action_invocation.updated", "incident.action_invocation.terminated",
		"incident.workflow.started", "incident.workflow.completed",
		"service.created", "service.updated", "service.deleted", "service.custom_field_values.updated",
	}
}

// hookRequest is a subscription in a request.
type hookRequest struct {
	Hook struct {
		Description string   `json:"description"`
		Events      []string `json:"events"`
		Filter      ref      `json:"filter"`
		Method      struct {
			Type string `json:"type"`
			URL  string `json:"url"`
		} `json:"delivery_method"`
	} `json:"webhook_subscription"`
}

// shown is a filter as answers show it; that of the account has no ID.
func (r ref) shown() object {
	if r.ID == "" {
		return object{"type": r.Type}
	}
	return object{"id": r.ID, "type": r.Type}
}

// hook finds a subscription of the path.
func (w *world) hook(id string) *subscription {
	for _, h := range w.subscriptions {
		if h.id == id {
			return h
		}
	}
	return nil
}

// wholeHook is a subscription as answers show it. Only the answer to its creation has the
// secret.
func (w *world) wholeHook(h *subscription, secret any) object {
	return object{
		"id": h.id, "type": "webhook_subscription", "active": h.active, "description": h.description, "events": h.events,
		"filter": h.filter.shown(),
		"delivery_method": object{
			"id": "PF9KMXH", "type": "http_delivery_method", "url": h.url, "secret": secret, "custom_headers": []object{},
			"temporarily_disabled": h.disabledUntil.After(w.Now()),
		},
	}
}

func (w *world) serveHooks(c *call) (int, any, *apiError) {
	var all []object
	for _, h := range w.subscriptions {
		all = append(all, w.wholeHook(h, nil))
	}
	return c.page("webhook_subscriptions", all)
}

func (w *world) serveHook(c *call) (int, any, *apiError) {
	h := w.hook(c.PathValue("id"))
	if h == nil {
		return 0, nil, notFound()
	}
	return http.StatusOK, object{"webhook_subscription": w.wholeHook(h, nil)}, nil
}

func (w *world) serveNewHook(c *call) (int, any, *apiError) {
	var q hookRequest
	if e := c.decode(&q); e != nil {
		return 0, nil, e
	}
	want := q.Hook
	u, err := url.Parse(want.Method.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || want.Method.Type != "http_delivery_method" {
		return 0, nil, invalid("Delivery method is not valid")
	}
	if len(want.Events) == 0 || slices.ContainsFunc(want.Events, func(e string) bool { return !slices.Contains(hookEvents(), e) }) {
		return 0, nil, invalid("Events are not valid")
	}
	if e := c.mayHear(want.Events); e != nil {
		return 0, nil, e
	}
	if e := w.mayWatch(c.user, want.Filter); e != nil {
		return 0, nil, e
	}
	h := &subscription{
		id: w.ids.id("P", 7), url: want.Method.URL, description: want.Description, events: want.Events, filter: want.Filter, active: true,
		secrets: []string{w.ids.Secret("whsec")},
	}
	w.subscriptions = append(w.subscriptions, h)
	return http.StatusOK, object{"webhook_subscription": w.wholeHook(h, h.secrets[0])}, nil
}

// scopeOf is what an app needs to subscribe to an event.
func scopeOf(event string) string {
	switch {
	case strings.HasPrefix(event, "incident.workflow."):
		return "incident_workflows.read"
	case strings.HasPrefix(event, "service."):
		return "services.read"
	}
	return "incidents.read"
}

// mayHear checks an app's scopes for the events that it asks for.
func (c *call) mayHear(events []string) *apiError {
	for _, event := range events {
		if c.grant != nil && !includes(c.grant.Scopes, scopeOf(event)) {
			return &apiError{http.StatusForbidden, 0, "Token is missing the scope " + scopeOf(event), nil}
		}
	}
	return nil
}

// mayWatch checks a filter: the whole account is for admins, a service or team
// for managers.
func (w *world) mayWatch(u *User, filter ref) *apiError {
	known := false
	switch filter.Type {
	case "account_reference":
		if !u.atLeast(RoleAdmin) {
			return denied()
		}
		known = true
	case "service_reference":
		known = slices.ContainsFunc(w.services, func(v *Service) bool { return v.ID == filter.ID })
	case "team_reference":
		known = slices.ContainsFunc(w.teams, func(t *Team) bool { return t.ID == filter.ID })
	}
	if !known {
		return invalid("Filter is not valid")
	}
	return nil
}

func (w *world) serveDeleteHook(c *call) (int, any, *apiError) {
	h := w.hook(c.PathValue("id"))
	if h == nil {
		return 0, nil, notFound()
	}
	w.removeHook(h)
	return http.StatusNoContent, nil, nil
}

// removeHook deletes a subscription, and its pending deliveries.
func (w *world) removeHook(h *subscription) {
	w.subscriptions = slices.DeleteFunc(w.subscriptions, func(o *subscription) bool { return o == h })
	w.Discard(h.id)
}

func (w *world) serveEnableHook(c *call) (int, any, *apiError) {
	h := w.hook(c.PathValue("id"))
	if h == nil {
		return 0, nil, notFound()
	}
	h.disabledUntil, h.drops = time.Time{}, 0
	return http.StatusOK, object{"webhook_subscription": w.wholeHook(h, nil)}, nil
}

func (w *world) servePingHook(c *call) (int, any, *apiError) {
	h := w.hook(c.PathValue("id"))
	if h == nil {
		return 0, nil, notFound()
	}
	w.post(h, "ping", w.envelope("pagey.ping", "pagey", nil, "", object{"message": "Hello from your friend Pagey!", "type": "ping"}))
	return http.StatusAccepted, nil, nil
}

// watches reports whether the subscription is about the incident's service.
func (w *world) watches(h *subscription, i *incident) bool {
	switch h.filter.Type {
	case "service_reference":
		return h.filter.ID == i.service.ID
	case "team_reference":
		return slices.ContainsFunc(i.service.Teams, func(key string) bool {
			t := w.team(key)
			return t != nil && t.ID == h.filter.ID
		})
	}
	return true
}

// envelope is the body of a delivery.
func (w *world) envelope(event, kind string, agent *User, client string, data any) object {
	var via any
	if client != "" {
		via = object{"name": client, "url": "https://monitoring.example.com"}
	}
	return object{"event": object{
		"id": w.ids.id("01", 26), "event_type": event, "resource_type": kind, "occurred_at": w.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"agent": w.userRef(agent), "client": via, "data": data,
	}}
}

// notify sends what happened to an incident to each subscription that asked for it.
// All get the same event.
func (w *world) notify(i *incident, event string, by *User, data any) {
	client := ""
	if by == nil && event == "triggered" {
		client = "Monitoring"
	}
	body := w.envelope("incident."+event, "incident", by, client, data)
	for _, h := range w.subscriptions {
		if h.active && slices.Contains(h.events, "incident."+event) && w.watches(h, i) {
			w.post(h, i.id, body)
		}
	}
}

// Hook is a subscription as tests see it, without its secrets.
type Hook struct {
	ID                  string `json:"id"`
	URL                 string `json:"url"`
	Active              bool   `json:"active"`
	TemporarilyDisabled bool   `json:"temporarily_disabled"`
	Filter              string `json:"filter"`
	FilterID            string `json:"filter_id"`
	Drops               int    `json:"drops"`
}

// Hooks lists the subscriptions.
func (s *Sandbox) Hooks() []Hook {
	all := []Hook{}
	s.Locked(func(w *world) {
		for _, h := range w.subscriptions {
			all = append(all, Hook{h.id, h.url, h.active, h.disabledUntil.After(w.Now()), h.filter.Type, h.filter.ID, h.drops})
		}
	})
	return all
}

// LoseHooks deletes all subscriptions, as an admin can.
func (s *Sandbox) LoseHooks() error {
	return s.Control(func(w *world) error {
		for _, h := range slices.Clone(w.subscriptions) {
			w.removeHook(h)
		}
		return nil
	})
}

// RotateSecret has a subscription sign with a new secret beside the old one.
func (s *Sandbox) RotateSecret(id string) (secret string, err error) {
	err = s.Control(func(w *world) error {
		h := w.hook(id)
		if h == nil {
			return errors.Wrapf(kit.ErrNotFound, "subscription %q", id)
		}
		secret = w.ids.Secret("whsec")
		h.secrets = append([]string{secret}, h.secrets...)
		return nil
	})
	return secret, err
}
