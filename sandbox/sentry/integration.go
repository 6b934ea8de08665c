package sentry

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Integration is an integration of an organization: an internal one,
// or one that was published for all.
type Integration struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	// Published integrations get their deliveries again after failures.
	Published bool `json:"published"`
	// Token and ClientSecret are generated when empty.
	Token        string   `json:"token"`
	ClientSecret string   `json:"client_secret"`
	Scopes       []string `json:"scopes"`
	WebhookURL   string   `json:"webhook_url"`
	// Events are the resources that it subscribes to: "issue", "error", "comment",
	// "seer", "preprod_artifact".
	Events []string `json:"events"`
	// Alertable offers it to alert rules.
	Alertable bool `json:"alertable"`
}

// integration is an Integration with what Sentry stores about it.
type integration struct {
	Integration
	uuid     string // of the installation
	appUUID  string
	org      *org
	schema   object
	proxyID  int
	made     time.Time
	timeouts []time.Time // of the last day
	deleted  bool
}

// appEvents are the resources that an integration can subscribe to.
func appEvents() []string { return []string{"issue", "error", "comment", "seer", "preprod_artifact"} }

// addIntegration creates an integration and installs it.
func (w *world) addIntegration(o *org, i Integration) (*integration, error) {
	if !slugForm.MatchString(i.Slug) {
		return nil, errors.Wrapf(kit.ErrInvalid, "an integration can't be called %q", i.Slug)
	}
	if w.integration(i.Slug) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s exists already", i.Slug)
	}
	if i.Name == "" {
		i.Name = i.Slug
	}
	if i.Token == "" {
		i.Token = w.IDs.HexSecret(32)
	}
	if i.ClientSecret == "" {
		i.ClientSecret = w.IDs.HexSecret(32)
	}
	if i.Scopes == nil {
		i.Scopes = roleScopes(RoleManager)
	}
	made := &integration{
		Integration: i, uuid: w.IDs.UUID(), appUUID: w.IDs.UUID(), org: o, schema: object{}, proxyID: w.number(), made: w.Now(),
	}
	if err := made.check(); err != nil {
		return nil, err
	}
	o.apps = append(o.apps, made)
	if made.Published {
		w.notifyInstallation(made, "created", w.firstAdmin(o))
	}
	return made, nil
}

// check reports what is wrong with an integration.
func (i *integration) check() error {
	if i.WebhookURL != "" {
		if u, err := url.Parse(i.WebhookURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return errors.Wrap(kit.ErrInvalid, "webhookUrl: enter a valid URL")
		}
	} else if len(i.Events) > 0 || i.Alertable {
		return errors.Wrap(kit.ErrInvalid, "webhookUrl: webhookUrl required if there are events or alerts")
	}
	for _, event := range i.Events {
		if !slices.Contains(appEvents(), event) {
			return errors.Wrapf(kit.ErrInvalid, "events: Invalid webhook subscription: %s", event)
		}
	}
	for _, event := range i.Events {
		needed := "event:read"
		if event == "preprod_artifact" {
			needed = "project:read"
		}
		if !slices.Contains(i.Scopes, needed) {
			return errors.Wrapf(kit.ErrInvalid, "events: %s webhooks require the %s permission", event, needed)
		}
	}
	return nil
}

// integration finds one by its slug, wherever it is.
func (w *world) integration(slug string) *integration {
	for _, o := range w.orgs {
		for _, i := range o.apps {
			if i.Slug == slug && !i.deleted {
				return i
			}
		}
	}
	return nil
}

// firstAdmin is the default actor.
func (w *world) firstAdmin(o *org) *User {
	for _, login := range slices.Sorted(maps.Keys(o.Members)) {
		if role := o.Members[login]; role == RoleOwner || role == RoleManager {
			return w.user(login)
		}
	}
	return nil
}

// actor writes who did something: a person, or an integration.
func actorOf(u *User, app *integration) object {
	switch {
	case u != nil:
		return object{"type": "user", "id": u.ID, "name": u.Name}
	case app != nil:
		return object{"type": "application", "id": app.appUUID, "name": app.Name}
	}
	return object{"type": "application", "id": "sentry", "name": "Sentry"}
}

// notify sends something to each integration of the organization that wants the
// resource.
func (w *world) notify(o *org, resource, action string, actor object, data func() object) {
	for _, i := range o.apps {
		if i.deleted || i.WebhookURL == "" || !slices.Contains(i.Events, resource) {
			continue
		}
		w.post(i, resource, action, kit.Compact(object{
			"action": action, "installation": object{"uuid": i.uuid}, "data": data(), "actor": actor,
		}))
	}
}

// notifyInstallation notifies a published integration that it came or left.
func (w *world) notifyInstallation(i *integration, action string, by *User) {
	if i.WebhookURL == "" {
		return
	}
	w.post(i, "installation", action, kit.Compact(object{
		"action": action, "installation": object{"uuid": i.uuid}, "actor": actorOf(by, nil),
		"data": object{"installation": object{
			"uuid": i.uuid, "status": "installed", "code": w.IDs.Hex(16), "app": object{"uuid": i.appUUID, "slug": i.Slug},
			"organization": object{"slug": i.org.Slug},
		}},
	}))
}

// timedOut notes a timeout. Too many within a day remove its events.
func (w *world) timedOut(i *integration, at time.Time) {
	i.timeouts = slices.DeleteFunc(append(i.timeouts, at), func(t time.Time) bool { return at.Sub(t) >= 24*time.Hour })
	most := w.policy.DisableAfter
	if most <= 0 {
		most = 1000
	}
	if len(i.timeouts) >= most {
		i.Events, i.timeouts = []string{}, nil
	}
}

// secretShown is how long after its creation an integration's secret can be read.
const secretShown = 24 * time.Hour

// shown is an integration as the API shows it at this time. Its secret is masked
// for those who may not change it, and null for everyone after a day.
func (i *integration) shown(now time.Time, secret bool) object {
	status := "internal"
	if i.Published {
		status = "published"
	}
	var masked any = strings.Repeat("*", 64)
	switch {
	case now.Sub(i.made) >= secretShown:
		masked = nil
	case secret:
		masked = i.ClientSecret
	}
	events := i.Events
	if events == nil {
		events = []string{}
	}
	return object{
		"slug": i.Slug, "name": i.Name, "uuid": i.appUUID, "status": status, "scopes": i.Scopes, "events": events,
		"webhookUrl": orNull(i.WebhookURL), "isAlertable": i.Alertable, "verifyInstall": false, "schema": i.schema,
		"avatars": []object{}, "featureData": []string{}, "metadata": "", "webhookEvents": actionsOf(events), "webhookHeaders": []object{},
		"allowedOrigins": []string{}, "author": "", "overview": nil, "popularity": 1, "clientSecret": masked,
		"owner": object{"id": i.org.id, "slug": i.org.Slug},
	}
}

// actionsOf are the events of resources, each by its resource and action.
func actionsOf(resources []string) []string {
	actions := map[string][]string{
		"issue": {"assigned", "created", "ignored", "resolved", "unresolved"}, "comment": {"created", "deleted", "updated"}, "error": {"created"},
		"seer": {
			"root_cause_started", "root_cause_completed", "solution_started", "solution_completed", "coding_started", "coding_completed", "pr_created",
		},
		"preprod_artifact": {"size_analysis_completed", "build_distribution_completed"},
	}
	all := []string{}
	for _, resource := range resources {
		for _, action := range actions[resource] {
			all = append(all, resource+"."+action)
		}
	}
	return all
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
