package pagerduty_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/pagerduty"
)

func TestAnIncidentIsWorkedOnThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	made := s.as("ada", http.MethodPost, "/incidents", `{"incident":{"type":"incident","title":"Disk full","service":{"id":"PDB","type":"service_reference"},
		"urgency":"low","body":{"details":"/var"},"incident_key":"k1"}}`)
	require.Equal(t, http.StatusCreated, made.status, made.text)
	require.Equal(t, "triggered", made.str("incident", "status"))
	again := s.as("ada", http.MethodPost, "/incidents", `{"incident":{"title":"Disk full","service":{"id":"PDB"},"incident_key":"k1"}}`)
	require.Equal(t, http.StatusBadRequest, again.status)
	require.Contains(t, again.text, "dedup key")
	mine := s.as("ada", http.MethodPost, "/incidents", `{"incident":{"title":"Mine","service":{"id":"PDB"},"assignments":[{"assignee":{"id":"PADA"}}]}}`)
	require.Equal(t, "acknowledged", mine.str("incident", "status"), "what one gives to oneself is acknowledged")

	change := func(login, fields string) answer {
		return s.as(login, http.MethodPut, "/incidents/1", `{"incident":{"type":"incident_reference",`+fields+`}}`)
	}
	require.Equal(t, http.StatusOK, change("bob", `"status":"acknowledged"`).status)
	require.EqualValues(t, 1002, change("bob", `"status":"acknowledged"`).at("error", "code"))
	require.Equal(t, http.StatusOK, change("cyd", `"status":"acknowledged"`).status, "another user may as well")
	require.Equal(t, http.StatusOK, change("bob", `"escalation_level":2`).status)
	require.Equal(t, http.StatusBadRequest, change("bob", `"escalation_level":9`).status)
	require.Equal(t, http.StatusOK, change("bob", `"assignments":[{"assignee":{"id":"PBOB"}}]`).status)
	require.Equal(t, http.StatusOK, change("bob", `"escalation_policy":{"id":"PPOL"}`).status)
	require.Equal(t, http.StatusOK, change("bob", `"priority":{"id":"PP1"}`).status)
	require.Equal(t, http.StatusOK, change("bob", `"conference_bridge":{"conference_url":"https://zoom.example.com/j/1"}`).status)
	require.Equal(t, http.StatusOK, change("bob", `"title":"Disk is full"`).status)
	require.Equal(t, http.StatusBadRequest, change("bob", `"priority":{"id":"PNONE"}`).status)
	require.Equal(t, http.StatusBadRequest, change("bob", `"status":"gone"`).status)
	require.Equal(t, http.StatusCreated, s.as("bob", http.MethodPost, "/incidents/1/snooze", `{"duration":3600}`).status)
	require.Equal(t, http.StatusOK, s.as("bob", http.MethodPost, "/incidents/1/notes", `{"note":{"content":"Freed"}}`).status)
	require.Equal(t, []string{}, change("bob", `"status":"resolved"`).ids("assignments"))
	require.EqualValues(t, 1001, change("bob", `"status":"acknowledged"`).at("error", "code"))
	require.EqualValues(t, 1001, s.as("bob", http.MethodPost, "/incidents/1/snooze", `{"duration":3600}`).at("error", "code"))

	shown, err := s.sbx.Incident("1")
	require.NoError(t, err)
	require.Equal(t, "bob@example.com", shown.ChangedBy)
	require.Equal(t, "Freed", shown.Notes[0].Text)
	require.Equal(t, "P1", shown.Priority)
	require.Contains(t, s.request(http.MethodGet, "/web/incidents/"+shown.ID, "").text, "Disk is full")
}

func TestRightsMatter(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.trigger("Disk full")
	ack := `{"incident":{"status":"acknowledged"}}`
	refused := s.as("eve", http.MethodPut, "/incidents/1", ack)
	require.Equal(t, http.StatusForbidden, refused.status)
	require.EqualValues(t, 2010, refused.at("error", "code"))
	require.Equal(t, http.StatusOK, s.as("eve", http.MethodGet, "/incidents/1", "").status)
	require.Equal(t, http.StatusUnauthorized, s.request(http.MethodGet, "/incidents", "").status)
	require.Equal(t, http.StatusBadRequest, s.request(http.MethodPut, "/incidents/1", ack, "Authorization", "Token token=token-of-bob").status, "From is missing")
	require.Equal(t, http.StatusBadRequest, s.request(http.MethodPut, "/incidents/1", ack, "Authorization", "Token token=token-of-bob", "From", "ada@example.com").status)
	require.NoError(t, s.sbx.SetRole("PEVE", pagerduty.RoleResponder))
	require.Equal(t, http.StatusOK, s.as("eve", http.MethodPut, "/incidents/1", ack).status)
}

func TestListsHavePagesAndFilters(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	for range 130 {
		s.trigger("One of many")
	}
	require.NoError(t, s.sbx.Happen("7", pagerduty.Happening{What: pagerduty.Resolve, By: "PADA"}))
	first := s.as("ada", http.MethodGet, "/incidents?limit=500&sort_by=created_at:desc&date_range=all", "")
	require.Len(t, first.ids("incidents"), 100, "a hundred are the most")
	require.Equal(t, true, first.at("more"))
	rest := s.as("ada", http.MethodGet, "/incidents?limit=100&offset=100&sort_by=created_at:desc&date_range=all", "")
	require.Len(t, rest.ids("incidents"), 30)
	require.Equal(t, false, rest.at("more"))
	require.Len(t, s.as("ada", http.MethodGet, "/incidents?statuses[]=resolved&date_range=all", "").ids("incidents"), 1)
	require.Equal(t, http.StatusBadRequest, s.as("ada", http.MethodGet, "/incidents?limit=100&offset=9950", "").status)
	require.Equal(t, http.StatusBadRequest, s.as("ada", http.MethodGet, "/incidents?since=2020-01-01T00:00:00Z", "").status, "six months are the most")
	require.Equal(t, []string{"PDB"}, s.as("ada", http.MethodGet, "/services?team_ids[]=PTEAM", "").ids("services"))
	require.Equal(t, []string{"PWEB"}, s.as("ada", http.MethodGet, "/services?query=shop", "").ids("services"))
	require.Equal(t, []string{"PADA", "PBOB"}, s.as("ada", http.MethodGet, "/users?team_ids[]=PTEAM", "").ids("users"))
	require.Equal(t, []string{"PPOL"}, s.as("ada", http.MethodGet, "/escalation_policies?user_ids[]=PCYD", "").ids("escalation_policies"))
	require.Empty(t, s.as("ada", http.MethodGet, "/escalation_policies?user_ids[]=PEVE", "").ids("escalation_policies"))
	require.Equal(t, "Primary", s.as("ada", http.MethodGet, "/schedules/PSCHED", "").str("schedule", "name"))
	require.Equal(t, http.StatusNotFound, s.as("ada", http.MethodGet, "/schedules/PNONE", "").status)
}

func TestTheOneOnCallChangesWithTheRotation(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	onCall := func(at time.Time) string {
		list, _ := s.as("ada", http.MethodGet, "/oncalls?schedule_ids[]=PSCHED&since="+at.Format(time.RFC3339)+"&until="+at.Format(time.RFC3339), "").body["oncalls"].([]any)
		require.Len(t, list, 1)
		user, _ := list[0].(map[string]any)["user"].(map[string]any)
		return user["id"].(string)
	}
	require.Equal(t, "PADA", onCall(noon))
	require.Equal(t, "PBOB", onCall(noon.Add(24*time.Hour)))
	require.Equal(t, "PADA", onCall(noon.Add(48*time.Hour)))
}

func TestCallsAreLimitedByTheMinute(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *pagerduty.Options) { o.Seed.Policy.CallsAMinute = 2 })
	for range 2 {
		require.Equal(t, http.StatusOK, s.as("ada", http.MethodGet, "/users/me", "").status)
	}
	limited := s.as("ada", http.MethodGet, "/users/me", "")
	require.Equal(t, http.StatusTooManyRequests, limited.status)
	require.EqualValues(t, 2020, limited.at("error", "code"))
	require.Equal(t, "60", limited.header.Get("ratelimit-reset"))
	require.Equal(t, http.StatusOK, s.as("bob", http.MethodGet, "/users/me", "").status, "each has their own")
	s.sbx.Advance(time.Minute)
	require.Equal(t, http.StatusOK, s.as("ada", http.MethodGet, "/users/me", "").status)
}

func TestRefusalsComeInSeveralForms(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	for form, text := range map[string]string{
		"list":  `{"error":{"code":2001,"errors":["Title cannot be empty"],"message":"Invalid Input Provided"}}`,
		"text":  `{"error":{"code":2001,"errors":"Title cannot be empty","message":"Invalid Input Provided"}}`,
		"array": `{"error":["Invalid Input Provided","Title cannot be empty"]}`,
	} {
		require.NoError(t, s.sbx.SetPolicy(pagerduty.Policy{ErrorForm: form}))
		require.Equal(t, text, s.as("ada", http.MethodPost, "/incidents", `{"incident":{}}`).text)
	}
	require.Error(t, s.sbx.SetPolicy(pagerduty.Policy{ErrorForm: "poem"}))
	require.Error(t, s.sbx.SetPolicy(pagerduty.Policy{AutoApprove: "nobody"}))
}
