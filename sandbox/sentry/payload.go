package sentry

import (
	"maps"
	"slices"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// typeOf is the type of the events of an issue of this kind.
func typeOf(kind string) string {
	if kind == "error" {
		return kind
	}
	return "generic"
}

// page is the address of an issue's page.
func (w *world) page(i *issue) string {
	return w.Base + "/organizations/" + i.org.Slug + "/issues/" + itoa(i.id) + "/"
}

// statusDetails is how an issue was resolved or archived; a duration
// ends at a time.
func (w *world) statusDetails(i *issue) object {
	details := maps.Clone(i.details)
	if minutes, ok := details["ignoreDuration"].(float64); ok {
		delete(details, "ignoreDuration")
		details["ignoreUntil"] = stamp(w.Now().Add(time.Duration(minutes) * time.Minute))
	}
	return details
}

// shown is an issue as deliveries and the API show it. Older versions have no
// permalink in deliveries.
func (w *world) shown(i *issue, api bool) object {
	substatus, permalink := orNull(i.substatus), any(w.page(i))
	if !api && w.policy.BareIssues {
		permalink = nil
	}
	o := object{
		"id": itoa(i.id), "shortId": i.short, "title": i.title, "culprit": i.culprit, "level": i.level, "permalink": permalink,
		"status": i.status, "substatus": substatus, "statusDetails": w.statusDetails(i), "isPublic": false, "platform": i.project.Platform,
		"logger": nil, "type": typeOf(i.kind), "metadata": i.metadata, "numComments": len(i.comments), "assignedTo": nil,
		"shareId": nil, "subscriptionDetails": nil, "seerFixabilityScore": nil, "seerAutofixLastTriggered": nil,
		"seerExplorerAutofixLastTriggered": nil, "isBookmarked": false, "isSubscribed": false, "hasSeen": false, "annotations": []any{}, "issueType": i.kind, "issueCategory": i.kind,
		"priority": i.priority, "priorityLockedAt": nil, "isUnhandled": false, "count": itoa(i.count), "userCount": len(i.users),
		"firstSeen": stamp(i.first), "lastSeen": stamp(i.last),
		"project": object{"id": itoa(i.project.id), "name": i.project.Name, "slug": i.project.Slug, "platform": i.project.Platform},
	}
	switch {
	case i.user != nil:
		o["assignedTo"] = object{"type": "user", "id": itoa(i.user.ID), "name": i.user.Name, "email": i.user.Email}
	case i.team != nil:
		o["assignedTo"] = object{"type": "team", "id": itoa(i.team.id), "name": i.team.Slug}
	}
	return o
}

// notifyIssue sends an event about an issue. Its addresses come with the creation
// alone.
func (w *world) notifyIssue(i *issue, action string, actor, extra object) {
	if actor == nil {
		actor = actorOf(nil, nil)
	}
	w.notify(i.org, "issue", action, actor, func() object {
		shown := w.shown(i, false)
		if action == "created" && !w.policy.BareIssues {
			shown = w.addressed(i, shown)
		}
		data := object{"issue": shown}
		maps.Copy(data, extra)
		return data
	})
}

// notifyError sends an event about a single event.
func (w *world) notifyError(i *issue) {
	w.notify(i.org, "error", "created", actorOf(nil, nil), func() object { return object{"error": w.event(i, i.events[len(i.events)-1], true)} })
}

// event is an event as deliveries show it: the project is a number, and who was
// hit is told.
func (w *world) event(i *issue, e event, addresses bool) object {
	sent := e.sent
	tags := [][]string{{"level", sent.Level}}
	if sent.Environment != "" {
		tags = append(tags, []string{"environment", sent.Environment})
	}
	if sent.Release != "" {
		tags = append(tags, []string{"release", sent.Release})
	}
	for _, key := range slices.Sorted(maps.Keys(sent.Tags)) {
		tags = append(tags, []string{key, sent.Tags[key]})
	}
	o := object{
		"event_id": e.id, "project": i.project.id, "release": orNull(sent.Release), "dist": nil, "platform": i.project.Platform,
		"message": sent.Message, "datetime": stamp(e.at), "timestamp": float64(e.at.UnixMilli()) / 1000, "tags": tags, "culprit": i.culprit,
		"environment": orNull(sent.Environment), "level": sent.Level, "title": i.title, "type": "error", "metadata": i.metadata,
		"location": "", "logger": "", "version": "7",
	}
	if sent.Type != "" {
		o["message"] = ""
		o["exception"] = object{"values": []object{{
			"type": sent.Type, "value": sent.Value, "stacktrace": object{"frames": frames(sent.Frames)},
		}}}
	}
	if sent.User != "" || sent.IP != "" {
		o["user"] = object{"email": sent.User, "ip_address": sent.IP, "id": sent.User}
		o["request"] = object{"url": "https://shop.example.com/", "headers": [][]string{{"Cookie", "session=of-" + sent.User}}}
	}
	if addresses {
		api := w.region(i.org) + "/api/0/"
		o["url"] = api + "projects/" + i.org.Slug + "/" + i.project.Slug + "/events/" + e.id + "/"
		o["web_url"] = w.page(i) + "events/" + e.id + "/"
		o["issue_url"] = api + "organizations/" + i.org.Slug + "/issues/" + itoa(i.id) + "/"
		o["issue_id"] = itoa(i.id)
	}
	return o
}

// frames are those of a stack trace, with what the variables held.
func frames(all []Frame) []object {
	list := []object{}
	for _, f := range all {
		before, after := f.Before, f.After
		if before == nil {
			before = []string{}
		}
		if after == nil {
			after = []string{}
		}
		list = append(list, object{
			"filename": f.File, "abs_path": "/srv/" + f.File, "function": f.Function, "module": nil, "lineno": f.Line, "colno": nil,
			"context_line": orNull(f.Code), "pre_context": before, "post_context": after, "in_app": f.InApp, "vars": f.Vars,
		})
	}
	return list
}

// fire fires the project's alert rules for an issue.
func (w *world) fire(i *issue, noticed bool) {
	last := i.events[len(i.events)-1]
	rules := []string{}
	for _, rule := range i.project.Rules {
		if !noticed && !rule.Every {
			continue
		}
		rules = append(rules, rule.Name)
		for _, app := range i.org.apps {
			if app.deleted || app.WebhookURL == "" || !app.Alertable || rule.Integration != "" && rule.Integration != app.Slug {
				continue
			}
			data := object{"event": w.event(i, last, true), "triggered_rule": rule.Name}
			if len(rule.Settings) > 0 {
				settings := []object{}
				for _, key := range slices.Sorted(maps.Keys(rule.Settings)) {
					settings = append(settings, object{"name": key, "value": rule.Settings[key]})
				}
				data["issue_alert"] = object{"id": itoa(i.project.id), "title": rule.Name, "sentry_app_id": app.proxyID, "settings": settings}
			}
			w.post(app, "event_alert", "triggered", kit.Compact(object{
				"action": "triggered", "installation": object{"uuid": app.uuid}, "data": data, "actor": actorOf(nil, nil),
			}))
		}
	}
	if len(rules) > 0 && i.project.LegacyHook != "" {
		w.legacy(i, last, rules)
	}
}

// legacy sends what the legacy webhook of the project sends: flat, and
// unsigned.
func (w *world) legacy(i *issue, e event, rules []string) {
	shown := w.event(i, e, false)
	shown["id"] = e.id
	delete(shown, "title")
	body := kit.Compact(object{
		"id": itoa(i.id), "project": i.project.Slug, "project_name": i.project.Name, "project_slug": i.project.Slug, "logger": nil,
		"level": i.level, "culprit": i.culprit, "message": shown["message"], "url": w.page(i) + "?referrer=webhooks_plugin",
		"triggering_rules": rules, "event": shown,
	})
	w.postLegacy(i.project.LegacyHook, body)
}

// MetricAlert is a metric alert that changes its state.
type MetricAlert struct {
	// ID tells one alert from the next of the same rule; one is made when 0.
	ID int `json:"id"`
	// Rule is its name, Projects the slugs of those that it watches.
	Rule     string   `json:"rule"`
	Projects []string `json:"projects"`
	// Action is "critical", "warning", "resolved" or "open".
	Action string `json:"action"`
	Text   string `json:"text"`
	// Environment is the one that the rule watches, "" for all.
	Environment string `json:"environment"`
}

// measure sends a metric alert.
func (w *world) measure(o *org, m MetricAlert) int {
	if m.ID == 0 {
		m.ID = w.number()
	}
	closed := any(nil)
	if m.Action == StatusResolved {
		closed = stamp(w.Now())
	}
	for _, app := range o.apps {
		if app.deleted || app.WebhookURL == "" || !app.Alertable {
			continue
		}
		w.post(app, "metric_alert", m.Action, kit.Compact(object{
			"action": m.Action, "installation": object{"uuid": app.uuid}, "actor": actorOf(nil, nil),
			"data": object{
				"metric_alert": object{
					"id": itoa(m.ID), "identifier": itoa(m.ID - 1000), "organization_id": itoa(o.id), "title": m.Rule, "status": 20,
					"date_started": stamp(w.Now()), "date_closed": closed, "projects": m.Projects,
					"date_created": stamp(w.Now()), "date_detected": stamp(w.Now()), "status_method": 3, "type": 2,
					"alert_rule": object{
						"id": "1", "name": m.Rule, "query": "level:error", "aggregate": "count()", "time_window": 10, "triggers": []any{},
						"environment": orNull(m.Environment), "dataset": "events", "projects": m.Projects, "organization_id": itoa(o.id),
					},
				},
				"description_title": m.Action + ": " + m.Rule, "description_text": m.Text,
				"web_url": w.Base + "/organizations/" + o.Slug + "/alerts/rules/details/1/?alert=" + itoa(m.ID),
			},
		}))
	}
	return m.ID
}
