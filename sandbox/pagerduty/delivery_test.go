package pagerduty_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/pagerduty"
)

func TestDeliveriesAreSignedAndToldApart(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t)
	id, secret := s.subscribe(e, "incident.triggered", "incident.acknowledged")
	s.trigger("Disk full")
	require.NoError(t, s.sbx.Happen("1", pagerduty.Happening{What: pagerduty.Acknowledge, By: "PBOB"}))
	require.NoError(t, s.sbx.Happen("1", pagerduty.Happening{What: pagerduty.Resolve, By: "PBOB"}), "nobody asked for that")
	got := e.All()
	require.Len(t, got, 2)
	for _, one := range got {
		require.Equal(t, pagerduty.Sign(secret, one.body), one.header.Get("X-PagerDuty-Signature"))
		require.Equal(t, id, one.header.Get("X-Webhook-Subscription"))
	}
	require.NotEqual(t, got[0].header.Get("X-Webhook-Id"), got[1].header.Get("X-Webhook-Id"))

	another, err := s.sbx.RotateSecret(id)
	require.NoError(t, err)
	s.trigger("Again")
	signed := e.All()[0]
	require.Equal(t, pagerduty.Sign(another, signed.body)+","+pagerduty.Sign(secret, signed.body), signed.header.Get("X-PagerDuty-Signature"))
}

func TestWhatIsNotTakenIsTriedFor48HoursInOrder(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t, http.StatusServiceUnavailable)
	s.subscribe(e, "incident.triggered", "incident.acknowledged")
	s.trigger("Disk full")
	require.NoError(t, s.sbx.Happen("1", pagerduty.Happening{What: pagerduty.Acknowledge, By: "PBOB"}))
	s.sbx.Advance(20 * time.Hour)
	for _, event := range events(e) {
		require.Equal(t, "incident.triggered", event, "what came later about the same incident waits")
	}
	e.Answers(0, http.StatusOK)
	s.sbx.Advance(time.Hour)
	require.Equal(t, []string{"incident.triggered", "incident.acknowledged"}, events(e))

	e.Answers(0, http.StatusTooManyRequests)
	s.trigger("Never taken")
	s.sbx.Advance(49 * time.Hour)
	last := s.sbx.Deliveries()[2]
	require.Equal(t, kit.DeliveryDropped, last.State)
	require.Greater(t, len(last.Attempts), 40)
	for _, attempt := range last.Attempts {
		require.LessOrEqual(t, attempt.At.Sub(last.Attempts[0].At), 48*time.Hour)
	}
	names := map[string]bool{}
	for _, one := range e.All() {
		names[one.header.Get("X-Webhook-Id")] = true
	}
	require.Len(t, names, 1, "all attempts of one delivery have one name")
}

func TestThreeDropsInARowDisableForADay(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t, http.StatusUnauthorized, http.StatusUnauthorized, http.StatusOK, http.StatusUnauthorized)
	id, _ := s.subscribe(e, "incident.triggered")
	for range 3 {
		s.trigger("Two drops and a success")
	}
	require.False(t, s.sbx.Hooks()[0].TemporarilyDisabled)
	for range 4 {
		s.trigger("Dropped")
	}
	require.True(t, s.sbx.Hooks()[0].TemporarilyDisabled)
	require.Len(t, e.All(), 6, "the seventh was not sent")
	require.Equal(t, true, s.as("ada", http.MethodGet, "/webhook_subscriptions/"+id, "").at("webhook_subscription", "delivery_method", "temporarily_disabled"))

	e.Answers(0, http.StatusOK)
	require.Equal(t, http.StatusOK, s.as("ada", http.MethodPost, "/webhook_subscriptions/"+id+"/enable", "").status)
	s.trigger("Heard again")
	require.Len(t, e.All(), 1)
	require.Equal(t, kit.DeliverySkipped, s.sbx.Deliveries()[6].State)

	e.Answers(0, http.StatusBadRequest)
	for range 3 {
		s.trigger("Dropped")
	}
	e.All()
	e.Answers(0, http.StatusOK)
	s.sbx.Advance(25 * time.Hour)
	s.trigger("A day later by itself")
	require.Len(t, e.All(), 1)
}

func TestASubscriptionTellsItsSecretOnceAndIsHeldToItsFilter(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t)
	id, secret := s.subscribe(e, "incident.triggered")
	require.NotEmpty(t, secret)
	for _, a := range []answer{s.as("ada", http.MethodGet, "/webhook_subscriptions/"+id, ""), s.as("ada", http.MethodGet, "/webhook_subscriptions", "")} {
		require.Equal(t, http.StatusOK, a.status)
		require.NotContains(t, a.text, secret)
	}
	require.Equal(t, http.StatusNoContent, s.as("ada", http.MethodDelete, "/webhook_subscriptions/"+id, "").status)
	require.Equal(t, http.StatusNotFound, s.as("ada", http.MethodDelete, "/webhook_subscriptions/"+id, "").status)

	make := func(login, filter, events string) answer {
		return s.as(login, http.MethodPost, "/webhook_subscriptions", `{"webhook_subscription":{"events":[`+events+`],"filter":`+filter+
			`,"delivery_method":{"type":"http_delivery_method","url":"`+e.URL+`"}}}`)
	}
	require.Equal(t, http.StatusForbidden, make("bob", `{"type":"account_reference"}`, `"incident.triggered"`).status)
	require.Equal(t, http.StatusForbidden, make("cyd", `{"type":"service_reference","id":"PWEB"}`, `"incident.triggered"`).status)
	require.Equal(t, http.StatusBadRequest, make("bob", `{"type":"service_reference","id":"PNONE"}`, `"incident.triggered"`).status)
	require.Equal(t, http.StatusBadRequest, make("bob", `{"type":"service_reference","id":"PWEB"}`, `"incident.exploded"`).status)
	require.Equal(t, http.StatusOK, make("bob", `{"type":"service_reference","id":"PWEB"}`, `"incident.triggered"`).status)
	require.Equal(t, http.StatusOK, make("bob", `{"type":"team_reference","id":"PTEAM"}`, `"incident.triggered"`).status)
	s.trigger("Of the team's service")
	require.Len(t, e.All(), 1)
	require.NoError(t, s.sbx.LoseHooks())
	require.Empty(t, s.sbx.Hooks())
}

func TestEveryHappeningIsToldAsPagerDutyTellsIt(t *testing.T) {
	t.Parallel()
	s, e := setStage(t), listen(t)
	types := strings.Fields(`incident.triggered incident.acknowledged incident.unacknowledged incident.resolved incident.reopened incident.escalated
		incident.reassigned incident.delegated incident.priority_updated incident.annotated incident.status_update_published incident.service_updated
		incident.responder.added incident.responder.replied incident.conference_bridge.updated incident.custom_field_values.updated
		incident.incident_type.changed incident.role.assigned incident.task.created incident.workflow.started incident.workflow.completed
		incident.action_invocation.created`)
	s.subscribe(e, types...)
	s.trigger("Another")
	s.trigger("Disk full")
	e.All()
	for _, step := range []struct {
		what, by, to, text, event string
	}{
		{pagerduty.Escalate, "", "", "", "incident.escalated"},
		{pagerduty.Acknowledge, "PCYD", "", "", "incident.acknowledged"},
		{pagerduty.Unacknowledge, "", "", "", "incident.unacknowledged"},
		{pagerduty.Reassign, "PADA", "PBOB", "", "incident.reassigned"},
		{pagerduty.Delegate, "PADA", "Database on-call", "", "incident.delegated"},
		{pagerduty.Prioritize, "PADA", "P1", "", "incident.priority_updated"},
		{pagerduty.AddNote, "PADA", "", "Looking", "incident.annotated"},
		{pagerduty.UpdateStatus, "PADA", "", "All well soon", "incident.status_update_published"},
		{pagerduty.AskResponder, "PADA", "PBOB", "Help", "incident.responder.added"},
		{pagerduty.ReplyResponder, "PBOB", "", "Yes", "incident.responder.replied"},
		{pagerduty.Meet, "PADA", "+1", "https://zoom.example.com/j/1", "incident.conference_bridge.updated"},
		{pagerduty.Move, "PADA", "Web shop", "", "incident.service_updated"},
		{pagerduty.Retype, "PADA", "security", "", "incident.incident_type.changed"},
		{pagerduty.ChangeField, "PADA", "region", "eu", "incident.custom_field_values.updated"},
		{pagerduty.AssignRole, "PADA", "PBOB", "Commander", "incident.role.assigned"},
		{pagerduty.CreateTask, "PADA", "", "Report", "incident.task.created"},
		{pagerduty.StartWorkflow, "PADA", "", "Major", "incident.workflow.started"},
		{pagerduty.EndWorkflow, "", "", "Major", "incident.workflow.completed"},
		{pagerduty.RunAction, "PADA", "", "Clean logs", "incident.action_invocation.created"},
		{pagerduty.Merge, "PADA", "1", "", "incident.resolved"},
		{pagerduty.Reopen, "PADA", "", "", "incident.reopened"},
		{pagerduty.Resolve, "", "", "", "incident.resolved"},
	} {
		require.NoError(t, s.sbx.Happen("2", pagerduty.Happening{What: step.what, By: step.by, To: step.to, Text: step.text}), step.what)
		require.Equal(t, []string{step.event}, events(e), step.what)
	}
	holdDocumented(t, s.sbx.Deliveries())
	require.NoError(t, s.sbx.Happen("2", pagerduty.Happening{What: pagerduty.Rename, By: "PADA", Text: "Disk was full"}))
	require.Empty(t, events(e))
	for what, h := range map[string]pagerduty.Happening{
		"over":    {What: pagerduty.Resolve},
		"nobody":  {What: pagerduty.Acknowledge},
		"unknown": {What: "explode"}, "no such user": {What: pagerduty.Resolve, By: "PNONE"}, "itself": {What: pagerduty.Merge, To: "2"},
		"no service": {What: pagerduty.Move, To: "none"}, "unsigned": {What: pagerduty.AddNote},
	} {
		require.Error(t, s.sbx.Happen("2", h), what)
	}
}
