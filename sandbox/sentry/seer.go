package sentry

import (
	"maps"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Seer has Seer work on the issue, such as "pr_created", which comes with
// what the step has found. It names the issue by its number alone.
func (h *Issue) Seer(action string, found map[string]any) error {
	return h.do("", func(w *world, i *issue, _ doer) error {
		w.notify(i.org, "seer", action, actorOf(nil, nil), func() object {
			return with(object{"run_id": 1, "group_id": i.id}, found)
		})
		return nil
	})
}

// Activity fires an alert on the issue's activity, such as
// "seer_pr_created" or "status_resolved".
func (h *Issue) Activity(alert, activity string, details map[string]any) error {
	return h.do("", func(w *world, i *issue, _ doer) error {
		shown := w.addressed(i, w.shown(i, false))
		if details == nil {
			details = object{}
		}
		for _, app := range i.org.apps {
			if app.deleted || app.WebhookURL == "" || !app.Alertable {
				continue
			}
			id := itoa(w.number())
			w.post(app, "activity_alert", "triggered", kit.Compact(object{
				"action": "triggered", "installation": object{"uuid": app.uuid}, "actor": actorOf(nil, nil),
				"data": object{
					"issue": shown, "activity": object{"type": activity, "details": details},
					"alert": object{
						"id": w.last, "title": alert, "sentry_app_id": app.proxyID,
						"url":     w.region(i.org) + "/api/0/organizations/" + i.org.Slug + "/workflows/" + id + "/",
						"web_url": w.Base + "/organizations/" + i.org.Slug + "/monitors/alerts/" + id + "/",
					},
				},
			}))
		}
		return nil
	})
}

// addressed is an issue as deliveries show it with its addresses.
func (w *world) addressed(i *issue, shown object) object {
	return with(maps.Clone(shown), object{
		"url":         w.region(i.org) + "/api/0/organizations/" + i.org.Slug + "/issues/" + itoa(i.id) + "/",
		"web_url":     w.page(i),
		"project_url": w.Base + "/organizations/" + i.org.Slug + "/issues/?project=" + itoa(i.project.id),
	})
}

// Build has Sentry finish with a mobile build of the project: the action is
// "size_analysis_completed" or "build_distribution_completed".
func (h *ProjectHandle) Build(action string, build map[string]any) error {
	return h.do(func(w *world, p *project) error {
		w.notify(p.org, "preprod_artifact", action, actorOf(nil, nil), func() object {
			return with(object{
				"buildId": itoa(w.number()), "organizationSlug": p.org.Slug, "projectSlug": p.Slug, "platform": nil, "state": "COMPLETED",
				"appInfo": object{
					"appId": nil, "name": nil, "version": nil, "buildNumber": nil, "artifactType": nil, "dateAdded": nil, "dateBuilt": nil,
				},
				"gitInfo": nil, "errorCode": nil, "errorMessage": nil,
			}, build)
		})
		return nil
	})
}

// Select has an admin select more webhooks of an integration, such as "seer".
func (s *Sandbox) Select(slug string, events ...string) error {
	return s.Control(func(w *world) error {
		i := w.integration(slug)
		if i == nil {
			return errors.Wrapf(kit.ErrNotFound, "integration %q", slug)
		}
		next := *i
		next.Events = append(slices.Clone(i.Events), events...)
		if err := next.check(); err != nil {
			return err
		}
		*i = next
		return nil
	})
}
