package pagerduty_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/pagerduty"
)

func TestAnotherProcessControlsTheSandbox(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t)
	id, _ := s.subscribe(e, "incident.triggered", "incident.resolved")
	made := s.control(http.MethodPost, "/incidents", `{"service":"Database","title":"Disk full","priority":"P1"}`)
	require.Equal(t, http.StatusOK, made.status, made.text)
	require.Equal(t, http.StatusOK, s.control(http.MethodPost, "/incidents/1", `{"what":"resolve","by":"PADA"}`).status)
	require.Equal(t, []string{"incident.triggered", "incident.resolved"}, events(e))
	require.Equal(t, "resolved", s.control(http.MethodGet, "/incidents/"+made.str("id"), "").str("status"))
	require.Equal(t, http.StatusConflict, s.control(http.MethodPost, "/incidents/1", `{"what":"resolve"}`).status)
	require.Equal(t, http.StatusNotFound, s.control(http.MethodPost, "/incidents/9", `{"what":"resolve"}`).status)
	require.Equal(t, http.StatusBadRequest, s.control(http.MethodPost, "/incidents/1", `{"how":"resolve"}`).status, "not a word of it")
	require.Contains(t, s.control(http.MethodGet, "/incidents", "").text, "Disk full")
	require.Contains(t, s.control(http.MethodGet, "/deliveries", "").text, "incident.resolved")
	require.Contains(t, s.control(http.MethodGet, "/counts", "").text, "POST /webhook_subscriptions")
	require.Contains(t, s.control(http.MethodGet, "/hooks", "").text, id)
	require.NotEmpty(t, s.control(http.MethodPost, "/hooks/"+id+"/rotate", "").str("secret"))
	require.Equal(t, http.StatusOK, s.control(http.MethodDelete, "/hooks", "").status)

	require.NotEmpty(t, s.control(http.MethodPost, "/users", `{"email":"dan@example.com"}`).str("id"))
	require.Equal(t, http.StatusConflict, s.control(http.MethodPost, "/users", `{"email":"dan@example.com"}`).status)
	require.Equal(t, http.StatusOK, s.control(http.MethodPost, "/users/role", `{"user":"dan@example.com","role":"admin"}`).status)
	require.Equal(t, http.StatusBadRequest, s.control(http.MethodPost, "/users/role", `{"user":"dan@example.com","role":"king"}`).status)
	require.NotEmpty(t, s.control(http.MethodPost, "/apps", `{"redirect_uri":"https://x.example/"}`).str("client_secret"))
	require.Equal(t, http.StatusOK, s.control(http.MethodPost, "/policy", `{"calls_a_minute":5}`).status)
	require.Equal(t, http.StatusNotFound, s.control(http.MethodPost, "/grants/revoke", `{"user":"PADA","client_id":"x"}`).status)
	require.Equal(t, http.StatusNotFound, s.control(http.MethodPost, "/grants/expire", `{"client_id":"x"}`).status)
	require.Equal(t, "2026-03-02T13:00:00Z", s.control(http.MethodPost, "/clock", `{"advance_seconds":3600}`).str("now"))
	require.Equal(t, "2026-03-02T13:00:00Z", s.control(http.MethodGet, "/clock", "").str("now"))
	require.Equal(t, http.StatusOK, s.control(http.MethodPost, "/reset", "").status)
	require.Equal(t, "[]\n", s.control(http.MethodGet, "/incidents", "").text+"\n")
	require.Equal(t, http.StatusNotFound, s.control(http.MethodGet, "/none", "").status)
}

func TestFaultsHappenToRequestsAndDeliveries(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t)
	_, secret := s.subscribe(e, "incident.triggered")
	fault := func(text string) {
		t.Helper()
		require.Equal(t, http.StatusOK, s.control(http.MethodPost, "/faults", text).status)
	}
	fault(`{"match":{"path":"/users"},"action":{"status":502,"body":"<html>"}}`)
	require.Equal(t, "<html>", s.as("ada", http.MethodGet, "/users/me", "").text)
	require.Equal(t, http.StatusOK, s.as("ada", http.MethodGet, "/users/me", "").status)
	fault(`{"match":{"method":"POST","path":"/incidents"},"action":{"status":504,"after":true}}`)
	require.Equal(t, 504, s.as("ada", http.MethodPost, "/incidents", `{"incident":{"title":"Made anyway","service":{"id":"PDB"}}}`).status)
	require.Len(t, s.sbx.Incidents(), 1)
	s.sbx.Settle()
	require.Equal(t, http.StatusBadRequest, s.control(http.MethodPost, "/faults", `{"action":{"status":99}}`).status)

	e.All()
	fault(`{"match":{"event":"incident.triggered"},"action":{"duplicate":1,"bad_signature":true}}`)
	s.trigger("Twice")
	got := e.All()
	require.Len(t, got, 2)
	require.Equal(t, got[0].header.Get("X-Webhook-Id"), got[1].header.Get("X-Webhook-Id"))
	require.NotEqual(t, pagerduty.Sign(secret, got[0].body), got[0].header.Get("X-PagerDuty-Signature"))
	fault(`{"match":{"event":"incident.triggered"},"action":{"drop":true}}`)
	fault(`{"match":{"event":"incident.triggered"},"action":{"delay_seconds":60,"no_signature":true}}`)
	s.trigger("Lost")
	s.trigger("Late")
	require.Empty(t, e.All())
	require.Equal(t, http.StatusOK, s.control(http.MethodPost, "/clock", `{"advance_seconds":61}`).status)
	late := e.All()
	require.Len(t, late, 1)
	require.Empty(t, late[0].header.Get("X-PagerDuty-Signature"))
	require.Equal(t, http.StatusOK, s.control(http.MethodDelete, "/faults", "").status)
	require.NotEmpty(t, s.sbx.Journal(kit.Filter{Kind: kit.EntryDelivery}))
	s.request(http.MethodGet, "/nothing/here", "")
	require.NotEmpty(t, s.sbx.Journal(kit.Filter{Unexpected: true}))
	s.sbx.ClearJournal()
	require.Empty(t, s.sbx.Journal(kit.Filter{}))
}

func TestASeedThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for what, seed := range map[string]pagerduty.Seed{
		"no address":      {Users: []pagerduty.User{{Name: "Ada"}}},
		"no role":         {Users: []pagerduty.User{{Email: "a@b", Role: "king"}}},
		"no member":       {Teams: []pagerduty.Team{{Name: "x", Members: []string{"none"}}}},
		"no one on call":  {Schedules: []pagerduty.Schedule{{Name: "x", Rotation: []string{"none"}}}},
		"no shift":        {Schedules: []pagerduty.Schedule{{Name: "x", Shifts: []pagerduty.Shift{{User: "none"}}}}},
		"no target":       {Policies: []pagerduty.EscalationPolicy{{Name: "x", Levels: [][]string{{"none"}}}}},
		"no policy":       {Services: []pagerduty.Service{{Name: "x", Policy: "none"}}},
		"no redirect":     {Apps: []pagerduty.App{{Name: "x"}}},
		"no such scope":   {Apps: []pagerduty.App{{Name: "x", RedirectURI: "https://x", Scopes: []string{"all"}}}},
		"no form":         {Policy: pagerduty.Policy{ErrorForm: "poem"}},
		"a limit below 0": {Policy: pagerduty.Policy{CallsAMinute: -1}},
	} {
		require.Error(t, seed.Check(), what)
		require.Panics(t, func() { pagerduty.New(pagerduty.Options{Seed: seed}) }, what)
	}
	require.NoError(t, seed().Check())
}

func FuzzControl(f *testing.F) {
	for _, seed := range []string{`{"service":"Database","title":"x"}`, `{`, `[]`, `{"what":"merge","to":"1"}`, `{"advance_seconds":1e9}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := setStage(t)
		s.trigger("One")
		for _, path := range []string{"/incidents", "/incidents/1", "/users", "/apps", "/policy", "/faults"} {
			require.Less(t, s.control(http.MethodPost, path, body).status, 500)
		}
	})
}
