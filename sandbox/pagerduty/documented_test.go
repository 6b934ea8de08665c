package pagerduty_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/openapi"
	"mattermost-plugin-zoom/sandbox/pagerduty"
)

// differences are where the sandbox's answers differ from PagerDuty's document on
// purpose, each with its reason.
var differences = listed(map[string]string{
	// https://developer.pagerduty.com/docs/includes shows whole things where a request includes them. The schemas have references there.
	`GET /users/me: user.teams[]. name`:                                                                              included,
	`GET /users/me: user.teams[].type is a value that`:                                                               included,
	`GET /oncalls: oncalls[].user. email name role teams time_zone`:                                                  included,
	`GET /oncalls: oncalls[].user.type is a value that`:                                                              included,
	`GET /oncalls: oncalls[].schedule. name time_zone`:                                                               included,
	`GET /oncalls: oncalls[].schedule.type is a value that`:                                                          included,
	`GET /escalation_policies: escalation_policies[].services[]. escalation_policy name status teams`:                included,
	`GET /escalation_policies: escalation_policies[].services[].type is a value that`:                                included,
	`GET /escalation_policies/{id}: escalation_policy.escalation_rules[].targets[]. email name role teams time_zone`: included,

	`POST /incidents: incident.priority is null`:                   unset,
	`PUT /incidents/{id}: incident.priority is null`:               unset,
	`GET /incidents/{id}: incident.resolve_reason is null`:         unset,
	`POST /incidents: incident.resolve_reason is null`:             unset,
	`PUT /incidents/{id}: incident.resolve_reason is null`:         unset,
	`POST /incidents/{id}/snooze: incident.resolve_reason is null`: unset,
})

const (
	included = "https://developer.pagerduty.com/docs/includes: all of a thing that is included stands where its reference would"
	unset    = "the schema does not say that it may be null, as it does not for resolved_at, which its own example shows as null; deliveries have null"
)

// listed writes differences out: several fields of one object are listed together.
func listed(short map[string]string) map[string]string {
	all := map[string]string{}
	for line, reason := range short {
		of, names, several := strings.Cut(line, ". ")
		switch {
		case several:
			for name := range strings.FieldsSeq(names) {
				all[of+"."+name+" is not documented"] = reason
			}
		case strings.HasSuffix(line, "that"):
			all[line+" is not documented"] = reason
		default:
			all[line] = reason
		}
	}
	return all
}

func TestAnswersAreThoseOfTheDocument(t *testing.T) {
	t.Parallel()
	recorder := &openapi.Recorder{Document: openapi.Require(t, "pagerduty-rest.json")}
	s := setStage(t, func(o *pagerduty.Options) {
		o.Seed.Schedules = append(o.Seed.Schedules, pagerduty.Schedule{ID: "PSHIFTS", Name: "Shifts", Rotation: []string{"PADA"}, Start: noon, ShiftBased: true})
	})
	recorder.Next = s.sbx
	server := httptest.NewServer(recorder)
	t.Cleanup(server.Close)
	listener := listen(t)
	s.url = server.URL
	hook, _ := s.subscribe(listener, "incident.triggered")
	for _, call := range []struct{ method, path, body string }{
		{http.MethodGet, "/users/me", ""},
		{http.MethodGet, "/users/me?include[]=teams", ""},
		{http.MethodGet, "/users?query=ada&team_ids[]=PTEAM", ""},
		{http.MethodGet, "/users/PBOB", ""},
		{http.MethodGet, "/services?query=data&limit=1&team_ids[]=PTEAM", ""},
		{http.MethodGet, "/services/PDB", ""},
		{http.MethodGet, "/teams/PTEAM", ""},
		{http.MethodGet, "/escalation_policies?query=on&user_ids[]=PADA", ""},
		{http.MethodGet, "/escalation_policies?include[]=services", ""},
		{http.MethodGet, "/escalation_policies/PPOL", ""},
		{http.MethodGet, "/escalation_policies/PPOL?include[]=targets", ""},
		{http.MethodGet, "/schedules?query=prim", ""},
		{http.MethodGet, "/schedules/PSCHED", ""},
		{http.MethodGet, "/v3/schedules?limit=1&offset=0", ""},
		{http.MethodGet, "/v3/schedules/PSHIFTS", ""},
		{http.MethodGet, "/v3/schedules/PSHIFTS?include[]=final_schedule&since=2026-03-02T12:00:00Z&until=2026-03-02T12:00:01Z&overflow=true", ""},
		{http.MethodGet, "/oncalls?schedule_ids[]=PSCHED&since=2026-03-02T12:00:00Z&until=2026-03-02T12:01:00Z", ""},
		{http.MethodGet, "/oncalls?schedule_ids[]=PSCHED&include[]=users&include[]=schedules", ""},
		{http.MethodGet, "/priorities?limit=100&offset=0", ""},
		{http.MethodPost, "/incidents", `{"incident":{"type":"incident","title":"Disk full","service":{"id":"PDB","type":"service_reference"}}}`},
		{http.MethodPut, "/incidents/1", `{"incident":{"status":"acknowledged"}}`},
		{http.MethodPut, "/incidents/1", `{"incident":{"priority":{"id":"PP1"}}}`},
		{http.MethodPut, "/incidents/1", `{"incident":{"conference_bridge":{"conference_url":"https://zoom.example.com/j/1"}}}`},
		{http.MethodPost, "/incidents/1/notes", `{"note":{"content":"Looking"}}`},
		{http.MethodGet, "/incidents/1/notes", ""},
		{http.MethodPost, "/incidents/1/snooze", `{"duration":3600}`},
		{http.MethodGet, "/incidents/1", ""},
		{http.MethodGet, "/incidents/1?include[]=conference_bridge", ""},
		{http.MethodGet, "/incidents?statuses[]=acknowledged&sort_by=created_at:desc&include[]=conference_bridge&limit=5&offset=0", ""},
		{http.MethodGet, "/incidents?incident_key=none&date_range=all", ""},
		{http.MethodPut, "/incidents/1", `{"incident":{"status":"resolved"}}`},
		{http.MethodGet, "/webhook_subscriptions?limit=100&offset=0", ""},
		{http.MethodGet, "/webhook_subscriptions/" + hook, ""},
		{http.MethodPost, "/webhook_subscriptions/" + hook + "/ping", ""},
		{http.MethodPost, "/webhook_subscriptions/" + hook + "/enable", ""},
		{http.MethodDelete, "/webhook_subscriptions/" + hook, ""},
	} {
		answered := s.as("ada", call.method, call.path, call.body)
		require.Equal(t, 2, answered.status/100, "%s %s: %s", call.method, call.path, answered.text)
	}
	require.Len(t, recorder.Compared(), 27, "every operation of the sandbox")
	recorder.Hold(t, differences)
}

func TestABridgeIsShownToThoseWhoAskForIt(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.trigger("Disk full")
	require.NoError(t, s.sbx.Happen("1", pagerduty.Happening{What: pagerduty.Meet, By: "PADA", Text: "https://zoom.example.com/j/1"}))
	shown := func(a answer) bool {
		_, there := a.at("incident").(map[string]any)["conference_bridge"]
		return there
	}
	require.False(t, shown(s.as("ada", http.MethodGet, "/incidents/1", "")))
	require.False(t, shown(s.as("ada", http.MethodPut, "/incidents/1", `{"incident":{"status":"acknowledged"}}`)))
	asked := s.as("ada", http.MethodGet, "/incidents/1?include[]=conference_bridge", "")
	require.Equal(t, "https://zoom.example.com/j/1", asked.str("incident", "conference_bridge", "conference_url"))
}

func TestAnAppHearsOnlyOfWhatItsScopesAllow(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	code := s.form("/oauth/authorize", ask(map[string][]string{
		"user": {"PADA"}, "decision": {"allow"}, "scope": {"incidents.read webhook_subscriptions.write"},
	})).header.Get("Location")
	_, code, _ = strings.Cut(code, "code=")
	code, _, _ = strings.Cut(code, "&")
	bearer := "Bearer " + s.token(redeem(code, verifier)).str("access_token")
	subscribes := func(event string) answer {
		return s.request(http.MethodPost, "/webhook_subscriptions", `{"webhook_subscription":{"type":"webhook_subscription","events":["`+event+`"],
			"filter":{"type":"account_reference"},"delivery_method":{"type":"http_delivery_method","url":"https://chat.example.com/x"}}}`, "Authorization", bearer)
	}
	require.Equal(t, http.StatusOK, subscribes("incident.triggered").status)
	require.Equal(t, http.StatusForbidden, subscribes("incident.workflow.started").status)
	require.Equal(t, http.StatusForbidden, subscribes("service.updated").status)
}

// documented are the fields of each type of data, as
// https://developer.pagerduty.com/docs/webhooks-overview shows them; "@" stands for
// the fields of a reference.
func documented() map[string][]string {
	incident := []string{"@incident", "incident.summary"}
	return map[string][]string{
		"": {"event.id", "event.event_type", "event.resource_type", "event.occurred_at", "@event.agent", "event.client.name", "event.data"},
		"incident": {
			"id", "type", "self", "html_url", "number", "status", "incident_key", "created_at", "title", "incident_type.name", "@service", "@assignees[]",
			"@escalation_policy", "@teams[]", "@priority", "urgency", "conference_bridge.conference_number", "conference_bridge.conference_url",
			"resolve_reason.type", "@resolve_reason.incident",
		},
		"incident_note":              append([]string{"id", "content", "trimmed", "type"}, incident...),
		"incident_status_update":     append([]string{"id", "message", "trimmed", "type"}, incident...),
		"incident_responder":         append([]string{"@user", "@escalation_policy", "message", "state", "type"}, incident...),
		"incident_conference_bridge": append([]string{"conference_numbers[].label", "conference_numbers[].number", "conference_url", "type"}, incident...),
		"incident_field_values":      slices.Concat(incident, customFields("custom_fields[]."), customFields("changed_custom_fields[]."), []string{"type"}),
		"incident_role_assignment": {
			"type", "@incident_role_assignments[].assignee", "@incident_role_assignments[].old_assignee", "@incident_role_assignments[].incident",
			"incident_role_assignments[].id", "incident_role_assignments[].role.id", "incident_role_assignments[].role.summary",
			"incident_role_assignments[].role.type", "incident_role_assignments[].status", "incident_role_assignments[].type",
		},
		"incident_task":              append([]string{"name", "description", "id", "summary", "type", "status", "@assignees[]"}, incident...),
		"incident_workflow_instance": append([]string{"id", "type", "summary", "@incident_workflow", "@workflow_trigger", "@service"}, incident...),
		"incident_action_invocation": append([]string{"id", "self", "html_url", "@action", "state", "type"}, incident...),
	}
}

func customFields(prefix string) []string {
	var all []string
	for _, name := range []string{"data_type", "field_type", "id", "name", "namespace", "type", "value"} {
		all = append(all, prefix+name)
	}
	return all
}

// notDocumented are fields that deliveries have beyond that, with where they are
// known from.
var notDocumented = map[string]string{
	"event.client.url": "deliveries of integrations have it: prismatic.io's and others' recordings",
}

// holdDocumented compares deliveries with what is documented of their type of data.
func holdDocumented(t *testing.T, deliveries []kit.Delivery) {
	t.Helper()
	types := map[string]bool{}
	for _, d := range deliveries {
		var body map[string]any
		require.NoError(t, json.Unmarshal(d.Body, &body))
		event, _ := body["event"].(map[string]any)
		data, _ := event["data"].(map[string]any)
		kind, _ := data["type"].(string)
		types[kind] = true
		event["data"] = nil
		for about, value := range map[string]any{"": body, kind: data} {
			known := documented()[about]
			require.NotEmpty(t, known, "%s: data of the type %q", d.Event, kind)
			for _, path := range paths(value, "") {
				require.True(t, isDocumented(known, path) || notDocumented[path] != "", "%s: %s is not documented", d.Event, path)
			}
		}
	}
	require.Len(t, types, len(documented())-1, "all types of data were sent")
}

// paths lists the fields of a value.
func paths(value any, at string) []string {
	var all []string
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			all = append(all, paths(inner, strings.TrimPrefix(at+"."+name, "."))...)
		}
		return all
	case []any:
		for _, inner := range v {
			all = append(all, paths(inner, at+"[]")...)
		}
		return all
	case nil:
		return nil // anything may be null
	}
	return []string{at}
}

// isDocumented reports whether the path is among those that are known.
func isDocumented(known []string, path string) bool {
	if slices.Contains(known, path) {
		return true
	}
	for _, field := range []string{"id", "type", "summary", "self", "html_url"} {
		if of, cut := strings.CutSuffix(path, "."+field); cut && slices.Contains(known, "@"+of) {
			return true
		}
	}
	return false
}
