package sentry_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/sentry"
)

func TestAnotherProcessTellsAStory(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	ok := func(method, path, body string) answer {
		t.Helper()
		a := s.as("", method, "/_sandbox"+path, body)
		require.Equal(t, http.StatusOK, a.status, a.text)
		return a
	}
	ok("POST", "/users", `{"login":"cyd"}`)
	require.NotEmpty(t, ok("POST", "/apps", `{"redirect_uri":"https://chat.example.com/x"}`).str("client_secret"))
	ok("POST", "/organizations", `{"slug":"beta","members":{"cyd":"owner"},"projects":[{"slug":"site"}]}`)
	ok("POST", "/organizations/beta/roles", `{"user":"bob","role":"member"}`)
	made := ok("POST", "/organizations/beta/integrations", fmt.Sprintf(`{"slug":"beta-chat","webhook_url":%q,"events":["issue","comment"],"alertable":true}`, s.ear.URL))
	require.NotEmpty(t, made.str("client_secret"))
	const site = "/organizations/beta/projects/site"
	ok("POST", site+"/rules", `{"rules":[{"name":"Tell"}]}`)
	ok("POST", site+"/legacy", fmt.Sprintf(`{"url":%q}`, s.ear.URL))
	issue := ok("POST", site+"/errors", `{"type":"TypeError","value":"x is undefined","level":"fatal"}`)
	one := "/organizations/beta/issues/" + issue.str("id")
	ok("POST", one+"/assign", `{"by":"cyd","to":"bob"}`)
	id := ok("POST", one+"/comments", `{"by":"bob","text":"hm"}`).body["id"]
	ok("POST", one+"/comments/edit", fmt.Sprintf(`{"comment":%v,"text":"ah"}`, id))
	ok("POST", one+"/comments/delete", fmt.Sprintf(`{"comment":%v}`, id))
	ok("POST", one+"/resolve", `{"by":"bob","release":"2.0"}`)
	ok("POST", one+"/regress", "")
	ok("POST", one+"/archive", `{"how":"archived_forever"}`)
	ok("POST", one+"/escalate", "")
	ok("POST", one+"/priority", `{"priority":"low"}`)
	ok("POST", one+"/unresolve", "")
	require.Equal(t, "unresolved", ok("GET", one, "").str("status"))
	ok("POST", "/organizations/beta/metrics", `{"rule":"r","projects":["site"],"action":"warning"}`)
	require.ElementsMatch(t, []string{
		"issue.created", "event_alert.triggered", ".", "issue.assigned", "comment.created", "comment.updated", "comment.deleted", "issue.resolved",
		"issue.unresolved", "event_alert.triggered", ".", "issue.ignored", "issue.unresolved", "issue.unresolved", "metric_alert.warning",
	}, events(s.ear))
	require.Len(t, ok("GET", "/deliveries", "").list, 15)
	require.NotEmpty(t, ok("GET", "/integrations/beta-chat", "").str("webhook_url"))
	ok("DELETE", "/integrations/beta-chat", "")
	ok("POST", "/clock", `{"advance_seconds":60}`)
	require.Equal(t, noon.Add(time.Minute).Format(time.RFC3339), ok("GET", "/clock", "").str("now"))
	ok("POST", "/policy", `{"disable_after":5}`)
	for path, status := range map[string]int{
		one + "/explode": http.StatusNotFound, "/organizations/beta/issues/x/resolve": http.StatusBadRequest,
		"/organizations/none/projects/x/errors": http.StatusNotFound, one + "/escalate": http.StatusConflict, site + "/errors": http.StatusBadRequest,
	} {
		require.Equal(t, status, s.as("", "POST", "/_sandbox"+path, `{}`).status, path)
	}
	require.Equal(t, http.StatusBadRequest, s.as("", "POST", "/_sandbox/users", `{"nickname":"x"}`).status, "misspelled")
	ok("POST", "/reset", "")
}

func TestTheJournalTellsWhatHappenedWithoutSecrets(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.raise(division())
	s.as("ada", "GET", "/api/0/sentry-apps/chat/", "")
	s.as("ada", "GET", "/api/0/unheard-of/", "")
	entries := s.sbx.Journal(kit.Filter{Kind: kit.EntryRequest})
	require.Len(t, entries, 2)
	require.NotContains(t, entries[0].ResponseBody, "secret-of-chat")
	require.NotContains(t, entries[0].Authorized, "token-of-ada")
	require.Len(t, s.sbx.Journal(kit.Filter{Unexpected: true}), 1)
	require.Len(t, s.sbx.Journal(kit.Filter{Kind: kit.EntryDelivery}), 3)
	require.Equal(t, 1, s.sbx.Counts()["GET /api/0/sentry-apps/{slug}/{$}"])
	s.sbx.ClearJournal()
	require.Empty(t, s.sbx.Journal(kit.Filter{}))
}

func TestASeedIsChecked(t *testing.T) {
	t.Parallel()
	for name, seed := range map[string]sentry.Seed{
		"a user's name":    {Users: []sentry.User{{Login: "A b"}}},
		"twice":            {Users: []sentry.User{{Login: "ada"}, {Login: "ada"}}},
		"an app":           {Apps: []sentry.App{{Name: "x"}}},
		"an organization":  {Organizations: []sentry.Organization{{Slug: "42"}}},
		"a member":         {Organizations: []sentry.Organization{{Slug: "acme", Members: map[string]string{"x": "owner"}}}},
		"a project":        {Organizations: []sentry.Organization{{Slug: "acme", Projects: []sentry.Project{{Slug: "7"}}}}},
		"an integration":   {Organizations: []sentry.Organization{{Slug: "acme", Integrations: []sentry.Integration{{Slug: "x", Events: []string{"issue"}}}}}},
		"a role not there": {Users: []sentry.User{{Login: "ada"}}, Organizations: []sentry.Organization{{Slug: "acme", Members: map[string]string{"ada": "king"}}}},
	} {
		require.Error(t, seed.Check(), name)
	}
	require.Panics(t, func() { sentry.New(sentry.Options{Seed: sentry.Seed{Users: []sentry.User{{}}}}) })
}

func TestPagesShowWhereLinksLead(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	issue := s.raise(division())
	require.Contains(t, s.as("", "GET", "/organizations/acme/issues/"+issue.ID+"/", "").text, "ZeroDivisionError")
	require.Contains(t, s.as("", "GET", "/", "").text, "Acme Inc")
	require.Equal(t, http.StatusOK, s.as("", "GET", "/organizations/acme/projects/web/", "").status)
	require.Equal(t, http.StatusNotFound, s.as("", "GET", "/organizations/acme/issues/1/", "").status)
	require.Equal(t, http.StatusNotFound, s.as("", "GET", "/organizations/none/", "").status)
	require.Equal(t, http.StatusMethodNotAllowed, s.as("", "POST", "/organizations/acme/", "").status)
}
