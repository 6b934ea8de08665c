package bitbucket_test

import (
	"fmt"
	"net/http"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

// asked is one call of a REST API: what it is documented as, and what is sent.
type asked struct {
	method, pattern, path, body string
	by                          string
}

// cloudCalls are all operations of Cloud that the sandbox serves, once each.
func (s *stage) cloudCalls() []asked {
	const repo, one = "/repositories/{workspace}/{repo_slug}", "/2.0/repositories/acme/web"
	const pr, first = repo + "/pullrequests/{pull_request_id}", one + "/pullrequests/1"
	const comment = pr + "/comments/{comment_id}"
	head := s.repo.Head("main")
	hook := s.hook(listen(s.t), hookSecret, "repo:push")
	written := s.as("bob", http.MethodPost, first+"/comments", `{"content":{"raw":"Why?"},"inline":{"path":"a.go","to":3}}`)
	require.Equal(s.t, http.StatusCreated, written.status, written.text)
	said := fmt.Sprint(first, "/comments/", written.at("id"))
	run, err := s.repo.RunPipeline("main", "bob")
	require.NoError(s.t, err)
	return []asked{
		{"GET", "/user", "/2.0/user", "", "ada"},
		{"GET", "/users/{selected_user}", "/2.0/users/" + s.as("ada", "GET", "/2.0/user", "").str("uuid"), "", "ada"},
		{"GET", "/user/workspaces", "/2.0/user/workspaces", "", "ada"},
		{"GET", "/workspaces/{workspace}", "/2.0/workspaces/acme", "", "ada"},
		{"GET", "/repositories/{workspace}", `/2.0/repositories/acme?role=admin&pagelen=100&q=slug="web"`, "", "ada"},
		{"GET", repo, one, "", "ada"},
		{"GET", repo + "/refs/branches", one + "/refs/branches", "", "ada"},
		{"GET", repo + "/hooks", one + "/hooks?pagelen=100", "", "ada"},
		{"POST", repo + "/hooks", one + "/hooks", `{"description":"x","url":"https://chat.example.com/x","active":true,"secret":"s","events":["repo:push"]}`, "ada"},
		{"GET", repo + "/hooks/{uid}", one + "/hooks/" + hook, "", "ada"},
		{"PUT", repo + "/hooks/{uid}", one + "/hooks/" + hook, `{"active":true}`, "ada"},
		{"DELETE", repo + "/hooks/{uid}", one + "/hooks/" + hook, "", "ada"},
		{"GET", repo + "/commit/{commit}", one + "/commit/" + head, "", "ada"},
		{"POST", repo + "/commit/{commit}/statuses/build", one + "/commit/" + head + "/statuses/build", `{"key":"x","state":"FAILED","url":"https://ci.example.com/1"}`, "bob"},
		{"GET", repo + "/commit/{commit}/statuses", one + "/commit/" + head + "/statuses", "", "ada"},
		{"GET", repo + "/commit/{commit}/statuses/build/{key}", one + "/commit/" + head + "/statuses/build/x", "", "ada"},
		{"POST", repo + "/pipelines", one + "/pipelines", `{"target":{"type":"pipeline_ref_target","ref_type":"branch","ref_name":"main"}}`, "bob"},
		{"GET", repo + "/pipelines", one + "/pipelines", "", "ada"},
		{"GET", repo + "/pipelines/{pipeline_uuid}", one + "/pipelines/" + run.UUID, "", "ada"},
		{"GET", repo + "/pipelines/{pipeline_uuid}/steps", one + "/pipelines/" + run.UUID + "/steps", "", "ada"},
		{"POST", repo + "/pipelines/{pipeline_uuid}/stopPipeline", one + "/pipelines/" + run.UUID + "/stopPipeline", "", "bob"},
		{"GET", repo + "/pipelines/{pipeline_uuid}", one + "/pipelines/" + run.UUID, "", "ada"},
		{"GET", repo + "/pullrequests", one + "/pullrequests", "", "ada"},
		{"POST", repo + "/pullrequests", one + "/pullrequests", `{"title":"Other","source":{"branch":{"name":"other"}}}`, "bob"},
		{"GET", pr, first, "", "ada"},
		{"PUT", pr, first, `{"title":"Better"}`, "bob"},
		{"POST", pr + "/approve", first + "/approve", "", "ada"},
		{"DELETE", pr + "/approve", first + "/approve", "", "ada"},
		{"POST", pr + "/request-changes", first + "/request-changes", "", "ada"},
		{"DELETE", pr + "/request-changes", first + "/request-changes", "", "ada"},
		{"GET", pr + "/statuses", first + "/statuses", "", "ada"},
		{"GET", pr + "/comments", first + "/comments", "", "ada"},
		{"POST", pr + "/comments", first + "/comments", `{"content":{"raw":"Because."},"parent":{"id":` + fmt.Sprint(written.at("id")) + `}}`, "bob"},
		{"GET", comment, said, "", "ada"},
		{"PUT", comment, said, `{"content":{"raw":"Why not?"}}`, "bob"},
		{"POST", comment + "/resolve", said + "/resolve", "", "ada"},
		{"DELETE", comment + "/resolve", said + "/resolve", "", "ada"},
		{"DELETE", comment, said, "", "bob"},
		{"POST", pr + "/merge", first + "/merge", `{"merge_strategy":"merge_commit"}`, "bob"},
		{"POST", pr + "/decline", one + "/pullrequests/2/decline", "", "bob"},
	}
}

// dcCalls are all operations of a Data Center that the sandbox serves, once each.
func (s *stage) dcCalls() []asked {
	const repo, one = "/api/latest/projects/{projectKey}/repos/{repositorySlug}", "/rest/api/latest/projects/ACME/repos/web"
	const pr, first = repo + "/pull-requests/{pullRequestId}", one + "/pull-requests/1"
	const comment = pr + "/comments/{commentId}"
	head := s.repo.Head("main")
	e := listen(s.t)
	s.hook(e, hookSecret, "repo:refs_changed")
	hooks := s.as("ada", http.MethodGet, one+"/webhooks", "")
	hook := fmt.Sprint(one, "/webhooks/", kittest.At(hooks.values()[0], "id"))
	written := s.as("bob", http.MethodPost, first+"/comments", `{"text":"Why?","anchor":{"path":"a.go","line":3}}`)
	require.Equal(s.t, http.StatusCreated, written.status, written.text)
	said := fmt.Sprint(first, "/comments/", written.at("id"))
	version, _ := s.as("ada", http.MethodGet, first, "").at("version").(float64)
	return []asked{
		{"GET", "/api/latest/application-properties", "/rest/api/latest/application-properties", "", "ada"},
		{"GET", "/api/latest/users/{userSlug}", "/rest/api/latest/users/ada", "", "ada"},
		{"GET", "/api/latest/repos", "/rest/api/latest/repos?permission=REPO_ADMIN", "", "ada"},
		{"GET", "/api/latest/projects", "/rest/api/latest/projects", "", "ada"},
		{"GET", "/api/latest/projects/{projectKey}/repos", "/rest/api/latest/projects/ACME/repos", "", "ada"},
		{"GET", repo, one, "", "ada"},
		{"GET", repo + "/branches", one + "/branches", "", "ada"},
		{"GET", repo + "/settings/pull-requests", one + "/settings/pull-requests", "", "ada"},
		{"GET", repo + "/permissions/users", one + "/permissions/users", "", "ada"},
		{"GET", repo + "/webhooks", one + "/webhooks", "", "ada"},
		{"POST", repo + "/webhooks", one + "/webhooks", `{"name":"x","url":"https://chat.example.com/x","events":["pr:opened"],"configuration":{"secret":"s"}}`, "ada"},
		{"POST", repo + "/webhooks/test", one + "/webhooks/test?url=" + e.URL, "", "ada"},
		{"GET", repo + "/webhooks/{webhookId}", hook, "", "ada"},
		{"PUT", repo + "/webhooks/{webhookId}", hook, `{"name":"y"}`, "ada"},
		{"DELETE", repo + "/webhooks/{webhookId}", hook, "", "ada"},
		{"GET", repo + "/commits", one + "/commits?until=" + head + "&limit=6", "", "ada"},
		{"GET", repo + "/commits/{commitId}", one + "/commits/" + head, "", "ada"},
		{"POST", repo + "/commits/{commitId}/builds", one + "/commits/" + head + "/builds", `{"key":"x","state":"FAILED","url":"https://ci.example.com/1","ref":"refs/heads/main"}`, "bob"},
		{"GET", repo + "/commits/{commitId}/builds", one + "/commits/" + head + "/builds?key=x", "", "ada"},
		{"GET", "/build-status/latest/commits/{commitId}", "/rest/build-status/latest/commits/" + head + "?limit=100&start=0", "", "ada"},
		{"POST", "/build-status/latest/commits/{commitId}", "/rest/build-status/latest/commits/" + head, `{"key":"y","state":"SUCCESSFUL","url":"https://ci.example.com/2"}`, "bob"},
		{"GET", repo + "/pull-requests", one + "/pull-requests?state=ALL", "", "ada"},
		{"POST", repo + "/pull-requests", one + "/pull-requests", `{"title":"Other","fromRef":{"id":"refs/heads/other"},"toRef":{"id":"refs/heads/main"}}`, "bob"},
		{"GET", pr, first, "", "ada"},
		{"PUT", pr, first, fmt.Sprintf(`{"title":"Better","version":%v}`, version), "bob"},
		{"POST", pr + "/approve", first + "/approve", "", "ada"},
		{"DELETE", pr + "/approve", first + "/approve", "", "ada"},
		{"PUT", pr + "/participants/{userSlug}", first + "/participants/ada", `{"status":"NEEDS_WORK"}`, "ada"},
		{"GET", pr + "/merge", first + "/merge", "", "ada"},
		{"POST", pr + "/comments", first + "/comments", `{"text":"Because.","parent":{"id":` + fmt.Sprint(written.at("id")) + `}}`, "bob"},
		{"GET", comment, said, "", "ada"},
		{"PUT", comment, said, `{"text":"Why not?","version":0}`, "bob"},
		{"DELETE", comment, said + "?version=1", "", "bob"},
		{"POST", pr + "/merge", fmt.Sprint(first, "/merge?version=", version+1), `{}`, "bob"},
		{"POST", pr + "/decline", one + "/pull-requests/2/decline?version=0", `{}`, "bob"},
		{"DELETE", pr, one + "/pull-requests/2", `{"version":1}`, "bob"},
	}
}

// ready sets the stage for all calls.
func (s *stage) ready() *stage {
	s.t.Helper()
	s.proposed()
	_, err := s.repo.Push(bitbucket.Push{Branch: "other", Commits: []string{"Other"}})
	require.NoError(s.t, err)
	return s
}
