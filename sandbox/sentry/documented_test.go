package sentry_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/sentry"
)

// documented are the fields of each kind of delivery, by the pages below
// https://docs.sentry.io/integrations/integration-platform/webhooks/ and, where
// those name only a part, by what getsentry/sentry sends. Within a name, "*" is
// any field of an object whose names are not Sentry's.
func documented() map[string]string {
	const (
		envelope = "action installation.uuid actor.type actor.id actor.name "
		issue    = "url web_url project_url id shareId shortId title culprit permalink logger level status statusDetails.* substatus isPublic platform " +
			"project.id project.name project.slug project.platform type metadata.* numComments assignedTo.type assignedTo.id assignedTo.name " +
			"assignedTo.email isBookmarked isSubscribed subscriptionDetails hasSeen annotations issueType issueCategory priority priorityLockedAt " +
			"seerFixabilityScore seerAutofixLastTriggered seerExplorerAutofixLastTriggered isUnhandled count userCount firstSeen lastSeen"
		event = "event_id project release dist platform message datetime timestamp tags culprit environment level title type metadata.* location " +
			"logger version exception.values.type exception.values.value exception.values.stacktrace.frames.* user.* request.* url web_url issue_url issue_id"
	)
	within := func(object, fields string) string {
		var all []string
		for field := range strings.FieldsSeq(fields) {
			all = append(all, object+"."+field)
		}
		return envelope + strings.Join(all, " ") + " "
	}
	return map[string]string{
		// assignee and resolution_type: getsentry/sentry, src/sentry/receivers/sentry_apps.py
		"issue": within("data.issue", issue) + "data.resolution_type data.assignee.type data.assignee.name data.assignee.id data.assignee.email",
		"error": within("data.error", event),
		// id and sentry_app_id: getsentry/sentry, notify_sentry_app in src/sentry/sentry_apps/tasks/sentry_apps.py
		"event_alert": within("data.event", event) + "data.triggered_rule data.issue_alert.id data.issue_alert.title data.issue_alert.sentry_app_id " +
			"data.issue_alert.settings.name data.issue_alert.settings.value",
		"comment": within("data", "comment project_slug comment_id issue_id timestamp"),
		"metric_alert": within("data.metric_alert", "id identifier organization_id title status status_method type date_started date_closed date_created "+
			"date_detected projects alert_rule.id alert_rule.name alert_rule.query alert_rule.aggregate alert_rule.time_window alert_rule.triggers "+
			"alert_rule.environment alert_rule.dataset alert_rule.projects alert_rule.organization_id") +
			"data.description_title data.description_text data.web_url",
		"installation": within("data.installation", "uuid status code app.uuid app.slug app.sentryAppId organization.slug organization.id"),
		"seer": within("data", "run_id group_id root_cause.* solution.* code_changes.* pull_requests.repo_name pull_requests.provider "+
			"pull_requests.pull_request.pr_number pull_requests.pull_request.pr_url pull_requests.pull_request.pr_id"),
		"activity_alert": within("data.issue", issue) + "data.activity.type data.activity.details.* data.alert.id data.alert.title data.alert.sentry_app_id " +
			"data.alert.url data.alert.web_url data.alert.settings.name data.alert.settings.value",
		"preprod_artifact": within("data", "buildId organizationSlug projectSlug platform state appInfo.appId appInfo.name appInfo.version "+
			"appInfo.buildNumber appInfo.artifactType appInfo.dateAdded appInfo.dateBuilt gitInfo.* errorCode errorMessage downloadSize installSize"),
		// getsentry/sentry, src/sentry/sentry_apps/services/legacy_webhook/service.py
		"": "id project project_name project_slug logger level culprit message url triggering_rules event.id " + strings.Join(strings.Fields(
			strings.ReplaceAll(" "+event, " ", " event.")), " "),
	}
}

// leaves returns the names of a body's fields, through lists.
func leaves(v any, path string) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, leaves(v[name], strings.TrimPrefix(path+"."+name, "."))...)
		}
		if len(v) > 0 {
			return all
		}
	case []any:
		for _, one := range v {
			if _, object := one.(map[string]any); object {
				all = append(all, leaves(one, path)...)
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return []string{path}
}

func TestDeliveriesHaveDocumentedFieldsAlone(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) {
		o.Seed.Organizations[0].Integrations[0].Events = []string{"issue", "comment", "error", "seer", "preprod_artifact"}
		o.Seed.Organizations[0].Projects[0].Rules[0].Settings = map[string]string{"channel": "c"}
	})
	legacy := listen(t)
	require.NoError(t, s.project.SetLegacyHook(legacy.URL))
	issue := s.raise(division())
	s.raise(sentry.Error{Message: "User Feedback", Value: "I cannot pay", Category: "feedback", User: "carol@customer.example"})
	for _, to := range []string{"bob", "#shop", ""} {
		require.NoError(t, issue.Assign("ada", to))
	}
	id, err := issue.Comment("bob", "hello")
	require.NoError(t, err)
	require.NoError(t, issue.DeleteComment(id))
	require.NoError(t, issue.Resolve("bob", "shop@1.4.4"))
	require.NoError(t, issue.Regress())
	require.NoError(t, issue.Archive("bob", ""))
	require.NoError(t, issue.Escalate())
	require.NoError(t, issue.Seer("pr_created", map[string]any{"pull_requests": []any{map[string]any{"repo_name": "a/b"}}}))
	require.NoError(t, issue.Activity("Watch Seer", "seer_root_cause_started", nil))
	require.NoError(t, s.project.Build("size_analysis_completed", map[string]any{"installSize": 1}))
	_, err = s.sbx.Metric("acme", sentry.MetricAlert{Rule: "Many errors", Projects: []string{"web"}, Action: "critical", Environment: "production"})
	require.NoError(t, err)
	_, err = s.sbx.AddIntegration("acme", sentry.Integration{Slug: "public", Published: true, WebhookURL: s.ear.URL})
	require.NoError(t, err)
	s.sbx.Settle()

	known, seen := documented(), map[string]bool{}
	for _, one := range append(s.ear.All(), legacy.All()...) {
		resource := one.header.Get("Sentry-Hook-Resource")
		seen[resource] = true
		var body any
		require.NoError(t, json.Unmarshal(one.body, &body))
		fields := strings.Fields(known[resource])
		for _, leaf := range leaves(body, "") {
			require.True(t, slices.ContainsFunc(fields, func(field string) bool {
				object, any := strings.CutSuffix(field, ".*")
				return field == leaf || any && (leaf == object || strings.HasPrefix(leaf, object+".")) || strings.HasPrefix(field, leaf+".")
			}), "%s: %s is not documented", one.event, leaf)
		}
	}
	require.Equal(t, slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(seen)), "each kind is compared")
}
