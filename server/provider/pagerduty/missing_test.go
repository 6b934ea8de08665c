package pagerduty

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	sandbox "mattermost-plugin-zoom/sandbox/pagerduty"
	"mattermost-plugin-zoom/server/provider"
)

// replay folds events of deliveries about the incident Q1, a minute apart from noon, and returns the replies. Each has a type and data;
// order is the order of arrival.
func replay(t *testing.T, order []int, deliveries ...[2]string) (incident, []string) {
	t.Helper()
	var state json.RawMessage
	var told []string
	for _, at := range order {
		when := noon.Add(time.Duration(at) * time.Minute).Format(time.RFC3339)
		for _, e := range parseDelivery(t, fmt.Sprintf(`{"id":"01X%d","event_type":"incident.%s","occurred_at":%q,"agent":{"id":"PADA","summary":"Ada"},"data":%s}`,
			at, deliveries[at][0], when, deliveries[at][1])) {
			require.Equal(t, "Q1", e.Subject)
			change, err := New().Fold(state, nil, e)
			require.NoError(t, err)
			if change.Stale {
				continue
			}
			state = change.State
			for _, reply := range change.Replies {
				told = append(told, strings.ReplaceAll(english(t, reply.Text), "\u200b", ""))
			}
		}
	}
	is, err := readIncident(state)
	require.NoError(t, err)
	return is, told
}

func TestMissingPartsStayAsTheyWere(t *testing.T) {
	t.Parallel()
	whole := [2]string{"triggered", `{"id":"Q1","number":5,"status":"triggered","title":"Disk full","html_url":"https://acme.pagerduty.com/incidents/Q1",
		"service":{"id":"PS","summary":"Database"},"assignees":[{"id":"PU","summary":"Kim"}],"escalation_policy":{"id":"PE","summary":"Default"},
		"teams":[{"id":"PT","summary":"Platform"}],"priority":{"id":"PP","summary":"P1"},"urgency":"low","incident_type":{"name":"major"},
		"conference_bridge":{"conference_number":4711,"conference_url":"https://zoom.example.com/j/1"},"created_at":"2026-03-02T11:59:00Z"}`}
	bare := [2]string{"acknowledged", `{"id":"Q1"}`}
	part := [2]string{"annotated", `{"incident":{"id":"Q1","summary":"[#7] Another title"},"id":"PN","content":"Looking"}`}
	for _, order := range [][]int{{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}} {
		is, told := replay(t, order, whole, bare, part)
		require.Equal(t, statusAcknowledged, is.status(), order)
		require.Equal(t, "#5 Disk full", is.title())
		require.Equal(t, "P1", is.Shown.Priority)
		require.Equal(t, urgencyLow, is.Shown.Urgency)
		require.Equal(t, []string{"Kim"}, names(is.Shown.Assignees))
		require.Equal(t, []string{"Platform"}, is.Shown.teamNames())
		require.Equal(t, bridge{Number: "4711", URL: "https://zoom.example.com/j/1"}, is.Bridge)
		for _, line := range told {
			require.NotContains(t, line, "removed")
			require.NotContains(t, line, "took")
			require.NotContains(t, line, "renamed")
			require.NotContains(t, line, "assigned it")
		}
	}
}

func TestNullPartsAreCleared(t *testing.T) {
	t.Parallel()
	is, told := replay(t, []int{0, 1},
		[2]string{"triggered", `{"id":"Q1","status":"triggered","priority":{"summary":"P1"},"assignees":[{"summary":"Kim"}],"conference_bridge":{"conference_url":"https://zoom.example.com/j/1"}}`},
		[2]string{"priority_updated", `{"id":"Q1","status":"triggered","priority":null,"assignees":null,"conference_bridge":null}`})
	require.Empty(t, is.Shown.Priority)
	require.Empty(t, is.Shown.Assignees)
	require.Equal(t, bridge{}, is.Bridge)
	require.Equal(t, []string{"Ada removed the priority.", "Ada removed the conference bridge."}, told)
}

func TestEachPartComesFromTheLatestEventThatShowsIt(t *testing.T) {
	t.Parallel()
	deliveries := [][2]string{
		{"triggered", `{"id":"Q1","status":"triggered","title":"First","urgency":"low","priority":{"summary":"P3"}}`},
		{"priority_updated", `{"id":"Q1","title":"Second","priority":{"summary":"P2"}}`},
		{"service_updated", `{"id":"Q1","urgency":"high","service":{"id":"PS","summary":"Database"}}`},
		{"reassigned", `{"id":"Q1","assignees":[{"summary":"Kim"}]}`},
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}, {3, 0, 1, 2}, {3, 1, 0, 2, 1, 3}} {
		is, _ := replay(t, order, deliveries...)
		require.Equal(t, []string{"Second", "P2", "high", "Database", "triggered", "Kim"},
			[]string{is.Shown.Title, is.Shown.Priority, is.Shown.Urgency, is.Shown.Service.Name, is.status(), is.Shown.Assignees[0].Name}, order)
	}
}

func TestAClickKeepsTheConferenceBridge(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	w.follow()
	id := w.trigger("Disk full")
	w.happen(id, sandbox.Happening{What: sandbox.Meet, By: "PBOB", Text: "https://zoom.example.com/j/1"})
	_, err := w.click("cyd", id, actionAcknowledge, nil)
	require.NoError(t, err)
	require.Len(t, w.thread(id), 2)
	require.Contains(t, w.thread(id)[0], "Bob Kahn set the conference bridge")
	require.Contains(t, w.thread(id)[1], "Cyd acknowledged it")
	require.Contains(t, english(t, w.card(id).Text), "https://zoom.example.com/j/1")

	found, err := New().Lookup(t.Context(), w.sessionOf("cyd"), id)
	require.NoError(t, err)
	card, err := New().Card(provider.Encode(incident{}))
	require.NoError(t, err)
	require.True(t, card.Text.Zero())
	change, err := New().Fold(nil, nil, found)
	require.NoError(t, err)
	card, err = New().Card(change.State)
	require.NoError(t, err)
	require.Contains(t, english(t, card.Text), "https://zoom.example.com/j/1", "what is looked up asks for it")
}

func TestAnIncidentWhoseFirstEventIsANoteIsLookedUp(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	id := w.trigger("Disk full")
	w.happen(id, sandbox.Happening{What: sandbox.Acknowledge, By: "PBOB"})
	w.follow()
	w.happen(id, sandbox.Happening{What: sandbox.AddNote, By: "PBOB", Text: "Looking"})
	card := w.card(id)
	require.Equal(t, "Disk full", card.Title)
	require.Equal(t, w.site.URL+"/web/incidents/"+id, card.URL)
	require.Equal(t, "Incident", english(t, card.State))
	require.Len(t, card.Actions, 1, "how it stands is not known")

	change, err := New().Fold(nil, nil, w.heard[0])
	require.NoError(t, err)
	require.Len(t, change.Tasks, 1)
	require.Zero(t, change.Tasks[0].After)
	events, next, err := New().RunTask(t.Context(), w.sessionOf("ada"), provider.Resource{}, change.Tasks[0])
	require.NoError(t, err)
	require.Empty(t, next)
	w.applyEvents(events...)
	card = w.card(id)
	require.Equal(t, "#1 Disk full", card.Title)
	require.Equal(t, "Acknowledged", english(t, card.State))
	require.Equal(t, []string{"Bob Kahn added a note: Looking"}, w.thread(id), "what was found is on the card, and not told as if it happened now")
	again, err := New().Fold(change.State, nil, events[0])
	require.NoError(t, err)
	require.Len(t, again.Tasks, 1)
	require.Equal(t, lookupDelay, again.Tasks[0].After, "from now on it is looked at like any other")
	for _, label := range []string{labelService, labelUrgency, labelPriority, labelTeam, labelTitle} {
		require.Contains(t, events[0].Labels, label, "what is found decides every filter")
	}
}

func TestAnEventWithoutALabelCausesALookup(t *testing.T) {
	t.Parallel()
	for _, e := range parseDelivery(t, `{"id":"01X","event_type":"incident.triggered","data":{"id":"Q1","status":"triggered","title":"Disk full","html_url":"https://acme.pagerduty.com/incidents/Q1",
		"service":{"id":"PS","summary":"Database"},"urgency":"low","teams":[]}}`) {
		require.NotContains(t, e.Labels, labelPriority, "it says nothing of it")
		require.Contains(t, e.Labels, labelTeam, "it says that there are none")
		change, err := New().Fold(nil, nil, e)
		require.NoError(t, err)
		require.Len(t, change.Tasks, 2, "the looks now and then, and one at once")
		require.Equal(t, firstLookupKey+"Q1", change.Tasks[1].Key)
	}
}

func TestEventsAreReadByTheirDocumentedFields(t *testing.T) {
	t.Parallel()
	const about = `"incident":{"id":"Q1","type":"incident_reference","summary":null}`
	role := func(assignee, old string) string {
		return `{"assignee":` + assignee + `,"old_assignee":` + old + `,"id":"x",` + about + `,"role":{"summary":"Commander"},"status":"active"}`
	}
	kim, lee := `{"id":"PU1","summary":"Kim"}`, `{"id":"PU2","summary":"Lee"}`
	field := func(name, value string) string {
		return `{"id":"` + name + `","name":"` + name + `","value":` + value + `}`
	}
	for _, told := range []struct {
		eventType, data string
		want            []string
	}{
		{"role.assigned", `{"incident_role_assignments":[` + role(kim, "null") + `]}`, []string{"Ada assigned a role to Kim: Commander"}},
		{"role.assigned", `{"incident_role_assignments":[` + role(lee, kim) + `]}`, []string{"Ada assigned a role to Lee: Commander (previously Kim)"}},
		{"role.assigned", `{"incident_role_assignments":[` + role("null", kim) + `]}`, []string{"Ada removed Kim from a role: Commander"}},
		{
			"role.assigned", `{"incident_role_assignments":[` + role(kim, "null") + "," + role(lee, "null") + `]}`,
			[]string{"Ada assigned a role to Kim: Commander", "Ada assigned a role to Lee: Commander"},
		},
		{
			"custom_field_values.updated", `{` + about + `,"custom_fields":[` + field("severity", "2") + `,` + field("regions", `["eu","us"]`) + `],
				"changed_custom_fields":[` + field("severity", "3") + `]}`, []string{"Ada changed fields: severity: 3 → 2"},
		},
		{
			"custom_field_values.updated", `{` + about + `,"custom_fields":[` + field("regions", `["eu","us"]`) + `,` + field("paged", "true") + `,` + field("cost", "null") + `],
				"changed_custom_fields":[` + field("regions", `[]`) + `,` + field("paged", "null") + `,` + field("cost", "1.5") + `]}`,
			[]string{"Ada changed fields: regions: – → eu, us, paged: – → true, cost: 1.5 → –"},
		},
		{"custom_field_values.updated", `{` + about + `,"custom_fields":[` + field("severity", "2") + `]}`, []string{"Ada changed fields: severity: 2"}},
		{
			"workflow.started", `{"summary":"Manually Started","incident_workflow":{"summary":"Page the team"},` + about + `}`,
			[]string{"Ada started a workflow: Page the team"},
		},
		{"workflow.completed", `{"summary":"Manually Started","incident_workflow":{"summary":"Page the team"},` + about + `}`, []string{"A workflow ended: Page the team"}},
		{"action_invocation.created", `{"action":{"summary":"Clean logs"},"state":"created",` + about + `}`, []string{"Ada started an action: Clean logs"}},
		{"action_invocation.terminated", `{"action":{"summary":"Clean logs"},"state":"error",` + about + `}`, []string{"An action ended (error): Clean logs"}},
		{"task.updated", `{"name":"Report","summary":"Report","status":"doing",` + about + `}`, []string{"Ada changed a task (doing): Report"}},
		{"responder.replied", `{"user":null,"escalation_policy":null,"state":"declined",` + about + `}`, []string{"Ada answered the responder request (declined)."}},
		{
			"responder.added", `{"user":null,"escalation_policy":{"id":"PE","summary":"Web on-call"},"message":"Help","state":"pending",` + about + `}`,
			[]string{"Ada asked Web on-call to respond: Help"},
		},
	} {
		_, lines := replay(t, []int{0}, [2]string{told.eventType, told.data})
		require.Equal(t, told.want, lines, told.eventType)
		_, lines = replay(t, []int{0, 0}, [2]string{told.eventType, told.data})
		require.Equal(t, told.want, lines, "%s comes twice", told.eventType)
	}
}

func TestADelegationToTheSamePersonIsPosted(t *testing.T) {
	t.Parallel()
	is := func(policy string) string {
		return `{"id":"Q1","status":"triggered","assignees":[{"id":"PU","summary":"Kim"}],"escalation_policy":{"id":"` + policy + `","summary":"Policy ` + policy + `"}}`
	}
	_, told := replay(t, []int{0, 1, 1}, [2]string{"triggered", is("PE1")}, [2]string{"delegated", is("PE2")})
	require.Equal(t, []string{"Ada delegated it to Policy PE2. Assigned to: Kim"}, told)
	nobody := strings.ReplaceAll(is("PE2"), `[{"id":"PU","summary":"Kim"}]`, "[]")
	_, told = replay(t, []int{0, 1}, [2]string{"triggered", is("PE1")}, [2]string{"delegated", nobody})
	require.Equal(t, []string{"Ada delegated it to Policy PE2"}, told)
}

func TestWorkflowEventsAreOmittedWithoutTheirScope(t *testing.T) {
	t.Parallel()
	w := newTestEnv(t)
	require.NoError(t, w.sbx.AddFault(kit.Fault{
		Match:  kit.Match{Method: "POST", Path: "/webhook_subscriptions"},
		Action: kit.Action{Status: 403, Body: json.RawMessage(`{"error":{"message":"Token is missing the scope incident_workflows.read"}}`)},
	}))
	made := w.follow()
	id := w.trigger("Disk full")
	require.NotNil(t, w.state(id))
	w.happen(id, sandbox.Happening{What: sandbox.StartWorkflow, By: "PADA", Text: "Page the team"})
	require.Empty(t, w.thread(id))
	health, err := New().CheckHook(t.Context(), w.sessionOf("ada"), made, w.hook)
	require.NoError(t, err)
	require.Equal(t, HealthGood, health, "it is not made anew for that every five minutes")
	again := w.follow()
	require.NotEqual(t, made.ID, again.ID)
	w.happen(id, sandbox.Happening{What: sandbox.StartWorkflow, By: "PADA", Text: "Page the team"})
	require.Equal(t, []string{"Ada Lovelace started a workflow: Page the team"}, w.thread(id), "with the scope they are asked for")
	require.Contains(t, scopes(), "incident_workflows.read")
}
