package bitbucket_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

func TestCloudAnswersEachPersonByTheirRight(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	_, err := s.repo.Push(bitbucket.Push{Branch: "fix", Commits: []string{"Fix"}})
	require.NoError(t, err)
	_, err = s.repo.OpenPullRequest(bitbucket.PullRequest{By: "bob", Title: "Fix", Source: "fix"})
	require.NoError(t, err)
	run, err := s.repo.RunPipeline("fix", "bob")
	require.NoError(t, err)
	const one = "/2.0/repositories/acme/web"
	for _, c := range []struct {
		method, path, body  string
		ada, bob, cyd, eve  int
		nobody, rubbishSent int
	}{
		{"GET", "/2.0/user", "", 200, 200, 200, 200, 401, 401},
		{"GET", "/2.0/user/workspaces", "", 200, 200, 200, 200, 401, 401},
		{"GET", "/2.0/workspaces/acme", "", 200, 200, 200, 200, 401, 401},
		{"GET", "/2.0/workspaces/nowhere", "", 404, 404, 404, 404, 401, 401},
		{"GET", "/2.0/repositories/acme", "", 200, 200, 200, 200, 200, 401},
		{"GET", "/2.0/repositories/nowhere", "", 404, 404, 404, 404, 404, 401},
		{"GET", "/2.0/repositories", "", 410, 410, 410, 410, 410, 410},
		{"GET", "/2.0/workspaces", "", 410, 410, 410, 410, 410, 410},
		{"GET", "/2.0/user/permissions/repositories", "", 410, 410, 410, 410, 410, 410},
		{"GET", "/2.0/nothing", "", 404, 404, 404, 404, 404, 404},
		{"GET", one, "", 200, 200, 200, 404, 404, 401},
		{"GET", "/2.0/repositories/acme/other", "", 404, 404, 404, 404, 404, 401},
		{"GET", one + "/refs/branches", "", 200, 200, 200, 404, 404, 401},
		{"GET", one + "/hooks", "", 200, 403, 403, 404, 404, 401},
		{"POST", one + "/hooks", `{"url":"x","events":["repo:push"]}`, 400, 403, 403, 404, 404, 401},
		{"POST", one + "/hooks", `{"url":"http://x/","events":["repo:fly"]}`, 400, 403, 403, 404, 404, 401},
		{"POST", one + "/hooks", `{"url":"http://x/"}`, 400, 403, 403, 404, 404, 401},
		{"POST", one + "/hooks", `{`, 400, 403, 403, 404, 404, 401},
		{"GET", one + "/hooks/%7Bnone%7D", "", 404, 403, 403, 404, 404, 401},
		{"DELETE", one + "/hooks/%7Bnone%7D", "", 404, 403, 403, 404, 404, 401},
		{"GET", one + "/commit/ffffffffffff", "", 404, 404, 404, 404, 404, 401},
		{"GET", one + "/pipelines/", "", 200, 200, 200, 404, 404, 401},
		{"POST", one + "/pipelines/", `{}`, 400, 400, 403, 404, 404, 401},
		{"GET", one + "/pipelines/" + run.UUID, "", 200, 200, 200, 404, 404, 401},
		{"GET", one + "/pipelines/" + run.UUID + "/steps/", "", 200, 200, 200, 404, 404, 401},
		{"GET", one + "/pipelines/1", "", 404, 404, 404, 404, 404, 401},
		{"POST", one + "/pipelines/9/stopPipeline", "", 404, 404, 403, 404, 404, 401},
		{"GET", one + "/pullrequests", "", 200, 200, 200, 404, 404, 401},
		{"GET", one + "/pullrequests/1", "", 200, 200, 200, 404, 404, 401},
		{"GET", one + "/pullrequests/2", "", 404, 404, 404, 404, 404, 401},
		{"GET", one + "/pullrequests/1/statuses", "", 200, 200, 200, 404, 404, 401},
		{"POST", one + "/pullrequests", `{"title":"x","source":{"branch":{"name":"fix"}}}`, 400, 400, 403, 404, 404, 401},
		{"POST", one + "/pullrequests/1/merge", `{"merge_strategy":"magic"}`, 400, 400, 403, 404, 404, 401},
		{"DELETE", one + "/pullrequests/1/approve", "", 404, 404, 404, 404, 404, 401},
		{"POST", one + "/pullrequests/1/decline", "", 0, 0, 403, 404, 404, 401},
		{"POST", one + "/pullrequests/1/comments", `{"content":{"raw":""}}`, 400, 400, 400, 404, 404, 401},
		{"POST", one + "/pullrequests/1/comments", `{"content":{"raw":"x"},"parent":{"id":9}}`, 400, 400, 400, 404, 404, 401},
		{"GET", one + "/pullrequests/1/comments/1", "", 404, 404, 404, 404, 404, 401},
		{"PUT", one + "/pullrequests/1", `{"title":"Fix it"}`, 200, 200, 403, 404, 404, 401},
	} {
		for nickname, want := range map[string]int{"ada": c.ada, "bob": c.bob, "cyd": c.cyd, "eve": c.eve} {
			if want != 0 {
				a := s.as(nickname, c.method, c.path, c.body)
				require.Equal(t, want, a.status, "%s %s as %s: %s", c.method, c.path, nickname, a.text)
				if want >= 400 {
					require.Equal(t, "error", a.str("type"))
					require.NotEmpty(t, a.str("error", "message"))
				}
			}
		}
		require.Equal(t, c.nobody, s.request("", c.method, c.path, c.body).status, "%s %s as nobody", c.method, c.path)
		require.Equal(t, c.rubbishSent, s.request("Bearer rubbish", c.method, c.path, c.body).status, "%s %s", c.method, c.path)
	}
	require.Empty(t, s.sbx.Journal(kit.Filter{Unexpected: true, Path: one}), "all of these are known")
	require.NotEmpty(t, s.sbx.Journal(kit.Filter{Unexpected: true, Path: "/2.0/nothing"}))
	require.Positive(t, s.sbx.Counts()["GET /2.0/user"])
}

func TestRepositoriesAreFoundByRoleAndName(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	for i := range 12 {
		_, err := s.sbx.AddRepo(bitbucket.Repo{Workspace: "acme", Slug: fmt.Sprintf("web-%d", i), Private: i > 0, Rights: map[string]string{"bob": "admin"}})
		require.NoError(t, err)
	}
	find := func(nickname, query string) answer {
		return s.as(nickname, http.MethodGet, "/2.0/repositories/acme?"+query, "")
	}
	require.Len(t, find("ada", "role=admin").values(), 1)
	require.Len(t, find("bob", "role=admin&pagelen=100").values(), 12)
	require.Len(t, find("bob", "role=contributor&pagelen=100").values(), 13)
	require.Len(t, find("eve", "").values(), 1, "what is public")
	require.Empty(t, find("eve", "role=member").values())
	require.Len(t, find("bob", "role=admin&q="+url.QueryEscape(`name~"WEB-1"`)).values(), 3)
	require.Len(t, find("bob", "q="+url.QueryEscape(`slug="web" AND is_private=true`)).values(), 1)
	require.Equal(t, http.StatusBadRequest, find("bob", "q=nonsense").status)
	require.Equal(t, http.StatusBadRequest, find("bob", "role=king").status)
	require.Equal(t, http.StatusBadRequest, find("bob", "pagelen=1000").status)

	page := find("bob", "role=admin")
	require.Len(t, page.values(), 10)
	next, err := url.Parse(page.str("next"))
	require.NoError(t, err)
	require.Len(t, s.as("bob", http.MethodGet, next.RequestURI(), "").values(), 2)

	uuid := s.as("ada", http.MethodGet, "/2.0/repositories/acme/web", "").str("uuid")
	byID := s.as("ada", http.MethodGet, "/2.0/repositories/acme/"+url.PathEscape(uuid), "")
	require.Equal(t, "acme/web", byID.str("full_name"))
	mine := s.as("bob", http.MethodGet, "/2.0/user/workspaces", "")
	require.Equal(t, "acme", kittest.At(mine.values()[0], "workspace", "slug"))
}

func TestAWebhookIsKeptUpToDateAndItsSecretNeverShown(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	uuid := s.hook(hook, hookSecret, "repo:push")
	path := "/2.0/repositories/acme/web/hooks/" + url.PathEscape(uuid)
	a := s.as("ada", http.MethodPut, path, fmt.Sprintf(`{"url":%q,"events":["repo:push","repo:commit_status_created"],"secret":"another"}`, hook.URL))
	require.Equal(t, http.StatusOK, a.status, a.text)
	require.Equal(t, true, a.at("secret_set"))
	require.NotContains(t, a.text, "another")
	require.Len(t, a.at("events"), 2)
	require.Equal(t, http.StatusBadRequest, s.as("ada", http.MethodPut, path, `{"events":["x"]}`).status)
	require.Equal(t, uuid, s.as("ada", http.MethodGet, path, "").str("uuid"))
	require.NoError(t, s.repo.Status(bitbucket.Status{Branch: "main", Key: "ci", State: bitbucket.Failed}))
	got := hook.All()
	require.Equal(t, signed("another", got[0].body), got[0].header.Get("X-Hub-Signature"))

	require.Equal(t, http.StatusOK, s.as("ada", http.MethodPut, path, `{"active":false}`).status)
	require.NoError(t, s.repo.Status(bitbucket.Status{Branch: "main", Key: "other", State: bitbucket.Failed}))
	require.Empty(t, hook.All(), "it sleeps")
	require.Len(t, s.repo.Hooks(), 1)
	require.Equal(t, http.StatusNoContent, s.as("ada", http.MethodDelete, path, "").status)
	require.Empty(t, s.repo.Hooks())
	for _, entry := range s.sbx.Journal(kit.Filter{}) {
		require.NotContains(t, entry.RequestBody, hookSecret)
	}
}

func TestARepositorysTokenIsABotWithOneRight(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	token, err := s.repo.AccessToken(bitbucket.RightAdmin)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, s.request("Bearer "+token, http.MethodGet, "/2.0/repositories/acme/web/hooks", "").status)
	require.Equal(t, http.StatusUnauthorized, s.request("Bearer "+tokenOf("ada"), http.MethodGet, "/2.0/user", "").status, "hers is no bearer token")
	page := s.request("", http.MethodGet, cloudAuthorize+"?response_type=code&client_id=chat", "")
	require.NotContains(t, page.text, "Access token", "it can't log in")
}

func TestLinksLeadToAPage(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	require.Equal(t, http.StatusOK, s.request("", http.MethodGet, "/acme/web/pull-requests/1", "").status)
	require.Equal(t, http.StatusNotFound, s.request("", http.MethodGet, "/acme/nothing", "").status)
	require.Contains(t, s.request("", http.MethodGet, "/", "").text, "acme/web")
	require.Equal(t, http.StatusMethodNotAllowed, s.request("", http.MethodPost, "/acme/web", "").status)
	dc := setStage(t, dataCenter("9.4.0"))
	require.Equal(t, http.StatusOK, dc.request("", http.MethodGet, "/projects/ACME/repos/web/pull-requests/1", "").status)
}
