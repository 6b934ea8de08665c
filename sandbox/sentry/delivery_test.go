package sentry_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/sentry"
)

func TestAnErrorIsToldOfAndSigned(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.raise(division())
	got := s.ear.All()
	require.Len(t, got, 3, "a new issue, the single error, and the alert")
	for _, one := range got {
		require.Equal(t, sentry.Sign("secret-of-chat-0123456789", one.body), one.header.Get("Sentry-Hook-Signature"))
		require.Equal(t, strconv.FormatInt(noon.Unix(), 10), one.header.Get("Sentry-Hook-Timestamp"))
		require.Len(t, one.header.Get("Request-Id"), 32)
	}
	s.raise(division())
	require.Equal(t, []string{"error.created"}, events(s.ear), "the rule fires at new issues alone")
}

func TestTheSignatureIsThatOfTheContract(t *testing.T) {
	t.Parallel()
	body := `{"action":"resolved","installation":{"uuid":"11111111-2222-3333-4444-555555555555"},"data":{"issue":{"id":"42","shortId":"WEB-1",` +
		`"title":"Caf\u00e9 <b>boom</b>","status":"resolved"},"resolution_type":"now"},"actor":{"type":"user","id":7,"name":"Ada"}}`
	require.Equal(t, "a8fb64eb344ff0668ef522a808fb4e6d44e77c7bdefe85e3b96b4676f78cf662", sentry.Sign("sentry-test-client-secret", []byte(body)))
}

func TestAnInternalIntegrationGetsNothingTwice(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	s.ear.All()
	s.ear.Answers(0, http.StatusInternalServerError)
	require.NoError(t, issue.Resolve("bob", ""))
	s.sbx.Advance(time.Hour)
	require.Equal(t, []string{"issue.resolved"}, events(s.ear), "it is lost")
	all := s.sbx.Deliveries()
	require.Equal(t, kit.DeliveryFailed, all[len(all)-1].State)
}

func TestAPublishedIntegrationGetsItAgainWithAnotherRequestID(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) {
		o.Seed.Organizations[0].Integrations[0].Published = true
		o.Seed.Organizations[0].Projects[0].Rules = nil
		o.Seed.Organizations[0].Integrations[0].Events = []string{"issue"}
	})
	require.Equal(t, []string{"installation.created"}, func() []string { s.sbx.Tick(); s.sbx.Settle(); return events(s.ear) }())
	s.ear.Answers(0, 500, 502, 503, 500, 500)
	s.raise(division())
	s.sbx.Advance(time.Hour)
	got := s.ear.All()
	require.Len(t, got, 4, "once, and three times more")
	require.NotEqual(t, got[0].header.Get("Request-Id"), got[1].header.Get("Request-Id"))
	require.Equal(t, got[0].body, got[1].body)
	attempts := s.sbx.Deliveries()[1].Attempts
	require.Equal(t, 5*time.Minute, attempts[1].At.Sub(attempts[0].At))
	s.ear.Answers(0, http.StatusForbidden)
	s.raise(sentry.Error{Message: "another"})
	s.sbx.Advance(time.Hour)
	require.Len(t, s.ear.All(), 1, "a refusal is an answer")
}

func TestASecondIsAllThereIs(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) { o.AnswerWithin = 0 })
	s.ear.Answers(1200 * time.Millisecond)
	began := time.Now()
	s.raise(division())
	require.Less(t, time.Since(began), 1900*time.Millisecond)
	d := s.sbx.Deliveries()[0]
	require.Equal(t, kit.DeliveryFailed, d.State)
	require.Zero(t, d.Attempts[0].Status)
}

func TestWhoIsTooSlowTooOftenLosesItsEvents(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) {
		o.AnswerWithin, o.Seed.Policy.DisableAfter = 50*time.Millisecond, 3
		o.Seed.Organizations[0].Projects[0].Rules = nil
		o.Seed.Organizations[0].Integrations[0].Events = []string{"issue"}
	})
	s.ear.Answers(200 * time.Millisecond)
	issue := s.raise(division())
	require.NoError(t, issue.Resolve("", ""))
	s.sbx.Advance(25 * time.Hour)
	require.NoError(t, issue.Unresolve(""))
	require.NoError(t, issue.Resolve("", ""))
	i, err := s.sbx.IntegrationState("chat")
	require.NoError(t, err)
	require.NotEmpty(t, i.Events, "those of the day before do not count")
	require.NoError(t, issue.Unresolve(""))
	i, err = s.sbx.IntegrationState("chat")
	require.NoError(t, err)
	require.Empty(t, i.Events)
	s.ear.All()
	require.NoError(t, issue.Resolve("", ""))
	require.Empty(t, events(s.ear))
}

func TestDeliveriesGoWrongAsAsked(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) { o.Seed.Organizations[0].Projects[0].Rules = nil })
	issue := s.raise(division())
	s.ear.All()
	rule := func(a kit.Action) {
		require.NoError(t, s.sbx.AddFault(kit.Fault{Match: kit.Match{Event: "issue.resolved"}, Action: a}))
	}
	flip := func() {
		require.NoError(t, issue.Resolve("", ""))
		require.NoError(t, issue.Unresolve(""))
	}
	rule(kit.Action{Drop: true})
	flip()
	require.Equal(t, []string{"issue.unresolved"}, events(s.ear))
	rule(kit.Action{Duplicate: 1})
	flip()
	require.ElementsMatch(t, []string{"issue.resolved", "issue.resolved", "issue.unresolved"}, events(s.ear))
	rule(kit.Action{DelaySeconds: 60})
	flip()
	s.sbx.Advance(time.Minute)
	require.Equal(t, []string{"issue.unresolved", "issue.resolved"}, events(s.ear))
	rule(kit.Action{BadSignature: true})
	flip()
	one := s.ear.All()[0]
	require.NotEqual(t, sentry.Sign("secret-of-chat-0123456789", one.body), one.header.Get("Sentry-Hook-Signature"))
	rule(kit.Action{NoSignature: true})
	flip()
	require.Empty(t, s.ear.All()[0].header.Get("Sentry-Hook-Signature"))
}

func TestABurstIsSentAtOnce(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) {
		o.AnswerWithin = 20 * time.Second
		o.Seed.Organizations[0].Projects[0].Rules = nil
		o.Seed.Organizations[0].Integrations[0].Events = []string{"issue"}
	})
	issue := s.raise(division())
	s.ear.All()
	for range 100 {
		require.Equal(t, http.StatusOK, s.as("bob", "PUT", "/api/0/organizations/acme/issues/"+issue.ID+"/", `{"status":"resolved"}`).status)
		require.Equal(t, http.StatusOK, s.as("bob", "PUT", "/api/0/organizations/acme/issues/"+issue.ID+"/", `{"status":"unresolved"}`).status)
	}
	s.sbx.Settle()
	require.Len(t, s.ear.All(), 200)
}
