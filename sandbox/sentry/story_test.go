package sentry_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/sentry"
)

func TestTheLifeOfAnIssue(t *testing.T) {
	t.Parallel()
	s := setStage(t, func(o *sentry.Options) {
		o.Seed.Organizations[0].Projects[0].Rules = nil
		o.Seed.Organizations[0].Integrations[0].Events = []string{"issue", "comment"}
	})
	issue := s.raise(division())
	require.Equal(t, "WEB-1", issue.ShortID)
	require.NoError(t, issue.Assign("ada", "bob"))
	require.NoError(t, issue.Assign("ada", "#shop"))
	require.NoError(t, issue.Assign("ada", ""))
	id, err := issue.Comment("bob", "I have a look")
	require.NoError(t, err)
	require.NoError(t, issue.EditComment(id, "I had a look"))
	require.NoError(t, issue.DeleteComment(id))
	require.NoError(t, issue.Resolve("bob", "shop@1.4.4"))
	require.NoError(t, issue.Regress())
	require.NoError(t, issue.Archive("ada", ""))
	require.NoError(t, issue.Escalate())
	require.NoError(t, issue.SetPriority("low"))
	require.Error(t, issue.Regress(), "it is not resolved")
	require.Error(t, issue.Escalate(), "it is not archived")
	require.Equal(t, []string{
		"issue.created", "issue.assigned", "issue.assigned", "comment.created", "comment.updated", "comment.deleted",
		"issue.resolved", "issue.unresolved", "issue.ignored", "issue.unresolved",
	}, events(s.ear))
	state, err := issue.State()
	require.NoError(t, err)
	require.Equal(t, "unresolved", state.Status)
	require.Equal(t, "escalating", state.Substatus)
	require.Equal(t, 102, state.Count)
	require.Equal(t, "low", state.Priority)
}

func TestPayloadsAreAsAwkwardAsSentrys(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	created := s.ear.All()
	require.NoError(t, issue.Resolve("bob", "next"))
	resolved := s.ear.All()[0]
	dig := func(h heard, names ...string) any {
		var v any = h.json
		for _, name := range names {
			v = v.(map[string]any)[name]
		}
		return v
	}
	for _, one := range created {
		switch one.event {
		case "issue.created":
			require.NotNil(t, dig(one, "data", "issue", "web_url"))
			require.Equal(t, "1", dig(one, "data", "issue", "count"), "a count is a text")
			require.Equal(t, "sentry", dig(one, "actor", "id"), "who did it may be a text")
		case "event_alert.triggered":
			require.IsType(t, float64(0), dig(one, "data", "event", "project"), "a project is a number in events")
		}
	}
	require.IsType(t, float64(0), dig(resolved, "actor", "id"), "or a number")
	require.NotContains(t, dig(resolved, "data", "issue"), "web_url")
	require.Equal(t, "in_next_release", dig(resolved, "data", "resolution_type"))
	_, err := issue.Comment("bob", "hello")
	require.NoError(t, err)
	comment := s.ear.All()[0]
	require.IsType(t, float64(0), dig(comment, "data", "issue_id"), "comments have numbers, issues texts")
}

func TestOlderVersionsNameThingsOtherwise(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	s.ear.All()
	require.NoError(t, s.sbx.SetPolicy(sentry.Policy{ArchivedName: "both"}))
	require.NoError(t, issue.Archive("", ""))
	require.ElementsMatch(t, []string{"issue.ignored", "issue.archived"}, events(s.ear))
	require.NoError(t, issue.Unresolve(""))
	s.ear.All()
	require.NoError(t, s.sbx.SetPolicy(sentry.Policy{ArchivedName: "archived", BareIssues: true}))
	require.NoError(t, issue.Archive("", ""))
	archived := s.ear.All()
	require.Equal(t, "issue.archived", archived[0].event)
	require.Contains(t, string(archived[0].body), `"permalink":null`)
}

func TestTheLegacyWebhookIsUnsignedAndFlat(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	legacy := listen(t)
	require.NoError(t, s.project.SetLegacyHook(legacy.URL+"/secret"))
	s.raise(division())
	one := legacy.All()[0]
	require.Empty(t, one.header.Get("Sentry-Hook-Signature"))
	require.Empty(t, one.header.Get("Sentry-Hook-Resource"))
	require.Equal(t, "web", one.json["project"])
	require.Empty(t, one.json["message"])
	require.NotContains(t, one.json, "data")
}

func TestAlertsOfRulesAndMetrics(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	require.NoError(t, s.project.SetRules(sentry.AlertRule{Name: "Page", Every: true, Settings: map[string]string{"channel": "abc"}}))
	s.raise(division())
	s.raise(division())
	alerts := 0
	for _, one := range s.ear.All() {
		if one.event == "event_alert.triggered" {
			alerts++
			require.Contains(t, string(one.body), `"settings":[{"name":"channel","value":"abc"}]`)
		}
	}
	require.Equal(t, 2, alerts)
	id, err := s.sbx.Metric("acme", sentry.MetricAlert{Rule: "Many errors", Projects: []string{"web"}, Action: "critical", Text: "140 events"})
	require.NoError(t, err)
	_, err = s.sbx.Metric("acme", sentry.MetricAlert{ID: id, Rule: "Many errors", Projects: []string{"web"}, Action: "resolved"})
	require.NoError(t, err)
	require.Equal(t, []string{"metric_alert.critical", "metric_alert.resolved"}, events(s.ear))
}

func TestAResetForgetsAllButTheSeed(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	s.sbx.Advance(time.Minute)
	s.sbx.Reset()
	_, err := issue.State()
	require.ErrorIs(t, err, kit.ErrNotFound)
	require.Empty(t, s.sbx.Deliveries())
	require.Equal(t, noon.Add(time.Minute), s.sbx.Now())
}
