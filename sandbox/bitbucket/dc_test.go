package bitbucket_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

func TestADataCenterAnswersEachPersonByTheirRight(t *testing.T) {
	t.Parallel()
	s := setStage(t, dataCenter("9.4.0"))
	s.proposed()
	const one = "/rest/api/1.0/projects/acme/repos/web"
	head := s.repo.Head("main")
	for _, c := range []struct {
		method, path, body   string
		ada, bob, cyd, eve   int
		nobody, rubbishGiven int
	}{
		{"GET", "/rest/api/latest/application-properties", "", 200, 200, 200, 200, 200, 401},
		{"GET", "/rest/api/latest/users/ada", "", 200, 200, 200, 200, 401, 401},
		{"GET", "/rest/api/latest/users/ghost", "", 404, 404, 404, 404, 401, 401},
		{"GET", "/rest/api/latest/repos?permission=REPO_ADMIN", "", 200, 200, 200, 200, 200, 401},
		{"GET", "/rest/api/latest/repos?permission=KING", "", 400, 400, 400, 400, 400, 401},
		{"GET", "/rest/api/latest/repos?limit=x", "", 400, 400, 400, 400, 400, 401},
		{"GET", "/rest/api/latest/projects", "", 200, 200, 200, 200, 200, 401},
		{"GET", "/rest/api/latest/nothing", "", 404, 404, 404, 404, 404, 404},
		{"GET", one, "", 200, 200, 200, 401, 401, 401},
		{"GET", "/rest/api/1.0/projects/acme/repos/other", "", 404, 404, 404, 404, 404, 401},
		{"GET", one + "/branches", "", 200, 200, 200, 401, 401, 401},
		{"GET", one + "/settings/pull-requests", "", 200, 200, 200, 401, 401, 401},
		{"GET", one + "/permissions/users", "", 200, 401, 401, 401, 401, 401},
		{"GET", one + "/webhooks", "", 200, 401, 401, 401, 401, 401},
		{"POST", one + "/webhooks", `{"url":"http://x/","events":["pr:opened"]}`, 400, 401, 401, 401, 401, 401},
		{"POST", one + "/webhooks", `{"name":"x","url":"http://x/","events":["pr:flown"]}`, 400, 401, 401, 401, 401, 401},
		{"POST", one + "/webhooks", `{`, 400, 401, 401, 401, 401, 401},
		{"GET", one + "/webhooks/99", "", 404, 401, 401, 401, 401, 401},
		{"DELETE", one + "/webhooks/99", "", 404, 401, 401, 401, 401, 401},
		{"POST", one + "/webhooks/test?url=http://x/", "", 404, 401, 401, 401, 401, 401},
		{"GET", one + "/commits/" + head, "", 200, 200, 200, 401, 401, 401},
		{"GET", one + "/commits/ffffffff/builds", "", 404, 404, 404, 401, 401, 401},
		{"GET", one + "/commits/" + head + "/builds", "", 400, 400, 400, 401, 401, 401},
		{"GET", one + "/commits/" + head + "/builds?key=x", "", 404, 404, 404, 401, 401, 401},
		{"POST", one + "/commits/" + head + "/builds", `{"key":"x","state":"MAGIC"}`, 400, 400, 400, 401, 401, 401},
		{"GET", "/rest/build-status/latest/commits/" + head, "", 200, 200, 200, 200, 200, 401},
		{"GET", one + "/pull-requests?state=ALL", "", 200, 200, 200, 401, 401, 401},
		{"GET", one + "/pull-requests/1", "", 200, 200, 200, 401, 401, 401},
		{"GET", one + "/pull-requests/2", "", 404, 404, 404, 401, 401, 401},
		{"POST", one + "/pull-requests", `{"title":"x","fromRef":{"id":"refs/heads/none"}}`, 404, 404, 404, 401, 401, 401},
		{"POST", one + "/pull-requests/1/merge?version=x", "", 400, 400, 401, 401, 401, 401},
		{"POST", one + "/pull-requests/1/decline?version=9", "", 409, 409, 401, 401, 401, 401},
		{"POST", one + "/pull-requests/1/comments", `{}`, 400, 400, 400, 401, 401, 401},
	} {
		for nickname, want := range map[string]int{"ada": c.ada, "bob": c.bob, "cyd": c.cyd, "eve": c.eve} {
			a := s.as(nickname, c.method, c.path, c.body)
			require.Equal(t, want, a.status, "%s %s as %s: %s", c.method, c.path, nickname, a.text)
			if want >= 400 {
				require.Contains(t, a.text, `"exceptionName":"com.atlassian.bitbucket.`)
			}
			if want != 404 || !strings.HasSuffix(c.path, "nothing") {
				require.Equal(t, nickname, a.header.Get("X-AUSERNAME"))
			}
		}
		require.Equal(t, c.nobody, s.request("", c.method, c.path, c.body).status, "%s %s as nobody", c.method, c.path)
		require.Equal(t, c.rubbishGiven, s.request("Bearer rubbish", c.method, c.path, c.body).status, "%s %s", c.method, c.path)
	}
}

func TestAPersonalRepositoryHasTwoAddressesAndFewerLinks(t *testing.T) {
	t.Parallel()
	s := setStage(t, dataCenter("8.19.0"), func(o *bitbucket.Options) {
		o.Seed.Repos = []bitbucket.Repo{{Workspace: "~ada", Slug: "web", Private: true}}
	})
	for _, path := range []string{"/rest/api/latest/projects/~ada/repos/web", "/rest/api/latest/users/ada/repos/web"} {
		a := s.as("ada", http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, a.status, a.text)
		require.Equal(t, "PERSONAL", a.str("project", "type"))
		require.Equal(t, "~ada", a.str("project", "key"))
		require.Nil(t, a.at("links"))
		require.Equal(t, http.StatusUnauthorized, s.as("bob", http.MethodGet, path, "").status)
	}
	bearer := s.request("Bearer "+tokenOf("ada"), http.MethodGet, "/rest/api/latest/repos?permission=REPO_ADMIN&name=WEB", "")
	require.Len(t, bearer.values(), 1, "a token of a person's works as a bearer token, too")
	require.Equal(t, true, bearer.at("isLastPage"))
	require.Equal(t, "ada", s.request("Bearer "+tokenOf("ada"), http.MethodGet, "/plugins/servlet/applinks/whoami", "").text)
	require.Empty(t, s.request("", http.MethodGet, "/plugins/servlet/applinks/whoami", "").text)
}

func TestADataCenterKeepsBuildsButTellsNobody(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, dataCenter("9.4.0")), listen(t)
	s.hook(hook, hookSecret, "repo:refs_changed")
	hash, err := s.repo.Push(bitbucket.Push{Branch: "main", Commits: []string{"Fix"}, Also: []bitbucket.Push{{Tag: "v1"}}})
	require.NoError(t, err)
	changed := hook.All()
	require.Len(t, changed, 1)
	first, _ := changed[0].json["changes"].([]any)
	require.Equal(t, hash, kittest.At(first[0], "toHash"))
	require.Equal(t, "refs/heads/main", kittest.At(first[0], "ref", "id"))
	require.Equal(t, "ADD", kittest.At(first[1], "type"))
	require.Equal(t, strings.Repeat("0", 40), kittest.At(first[1], "fromHash"))

	builds := "/rest/api/latest/projects/acme/repos/web/commits/" + hash + "/builds"
	for _, state := range []string{"INPROGRESS", "CANCELLED"} {
		a := s.as("bob", http.MethodPost, builds, `{"key":"ci","name":"CI","state":"`+state+`","url":"https://ci.example.com/1","ref":"refs/heads/main"}`)
		require.Equal(t, http.StatusNoContent, a.status, a.text)
	}
	require.Equal(t, "CANCELLED", s.as("cyd", http.MethodGet, builds+"?key=ci", "").str("state"))
	require.Len(t, s.as("cyd", http.MethodGet, "/rest/build-status/1.0/commits/"+hash, "").values(), 1)
	require.Equal(t, http.StatusNoContent, s.as("bob", http.MethodPost, "/rest/build-status/1.0/commits/"+hash, `{"key":"lint","state":"SUCCESSFUL","url":"https://ci.example.com/2"}`).status)
	require.Equal(t, http.StatusUnauthorized, s.as("eve", http.MethodPost, "/rest/build-status/1.0/commits/"+hash, `{}`).status)
	page := s.as("cyd", http.MethodGet, "/rest/build-status/1.0/commits/"+hash+"?limit=1", "")
	require.Equal(t, false, page.at("isLastPage"))
	require.EqualValues(t, 1, page.at("nextPageStart"))
	s.sbx.Settle()
	require.Empty(t, hook.All())
	_, err = s.repo.RunPipeline("main", "bob")
	require.ErrorIs(t, err, kit.ErrInvalid)
}

func TestARequestForChangesIsToldByTheKeyThatWasAskedFor(t *testing.T) {
	t.Parallel()
	s, older, newer := setStage(t, dataCenter("10.0.0")), listen(t), listen(t)
	s.hook(older, hookSecret, "pr:reviewer:needs_work", "pr:reviewer:changes_requested")
	s.hook(newer, hookSecret, "pr:reviewer:changes_requested")
	require.NoError(t, s.proposed().RequestChanges("ada"))
	require.Equal(t, []string{"pr:reviewer:needs_work"}, keys(older))
	got := newer.All()
	require.Len(t, got, 1)
	require.Equal(t, "pr:reviewer:changes_requested", got[0].json["eventKey"])
	require.Equal(t, "NEEDS_WORK", kittest.At(got[0].json, "participant", "status"))
}
