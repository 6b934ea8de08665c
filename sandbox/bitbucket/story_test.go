package bitbucket_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/kit/kittest"
)

// cloudPullEvents are the keys about pull requests that Cloud knows.
var cloudPullEvents = []string{
	"repo:push", "pullrequest:created", "pullrequest:updated", "pullrequest:approved", "pullrequest:unapproved",
	"pullrequest:changes_request_created", "pullrequest:changes_request_removed", "pullrequest:fulfilled", "pullrequest:rejected",
	"pullrequest:comment_created", "pullrequest:comment_updated", "pullrequest:comment_deleted", "pullrequest:comment_resolved",
	"pullrequest:comment_reopened",
}

// proposed opens a pull request of a branch "fix" of Bob's, with Ada to review it.
func (s *stage) proposed() *bitbucket.Pull {
	s.t.Helper()
	_, err := s.repo.Push(bitbucket.Push{By: "bob", Branch: "fix", Commits: []string{"Fix the cart"}})
	require.NoError(s.t, err)
	pr, err := s.repo.OpenPullRequest(bitbucket.PullRequest{By: "bob", Title: "Fix the cart", Source: "fix", Reviewers: []string{"ada"}})
	require.NoError(s.t, err)
	return pr
}

func TestAPipelineFailsAndTheNextOneMends(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	s.hook(hook, hookSecret, "repo:commit_status_created", "repo:commit_status_updated")
	hash, err := s.repo.Push(bitbucket.Push{By: "bob", Branch: "main", Commits: []string{"Break\n\nit all"}})
	require.NoError(t, err)
	run, err := s.repo.RunPipeline("main", "bob")
	require.NoError(t, err)
	require.NoError(t, run.Finish(bitbucket.Failed))
	require.ErrorIs(t, run.Finish(bitbucket.Successful), kit.ErrConflict)
	got := hook.All()
	require.Len(t, got, 2)
	require.Equal(t, "repo:commit_status_created", got[0].event)
	require.Equal(t, "repo:commit_status_updated", got[1].event)
	st, _ := kittest.At(got[1].json, "commit_status").(map[string]any)
	require.Equal(t, "FAILED", st["state"])
	require.Equal(t, "Pipeline #1 for main", st["name"])
	require.Equal(t, "main", st["refname"])
	require.Equal(t, s.url+"/acme/web/addon/pipelines/home#!/results/1", st["url"])
	require.Equal(t, hash, kittest.At(st, "commit", "hash"))
	require.Contains(t, kittest.At(st, "links", "commit", "href"), hash)

	const runs = "/2.0/repositories/acme/web/pipelines/"
	again := s.as("bob", http.MethodPost, runs, `{"target":{"type":"pipeline_ref_target","ref_type":"branch","ref_name":"main"}}`)
	require.Equal(t, http.StatusCreated, again.status, again.text)
	require.EqualValues(t, 2, again.at("build_number"))
	require.NoError(t, s.repo.FinishPipeline(0, bitbucket.Successful))
	third := s.as("bob", http.MethodPost, runs, fmt.Sprintf(`{"target":{"type":"pipeline_commit_target","commit":{"type":"commit","hash":%q}}}`, hash))
	require.Equal(t, http.StatusCreated, third.status, third.text)
	require.Equal(t, http.StatusNoContent, s.as("bob", http.MethodPost, runs+third.str("uuid")+"/stopPipeline", "").status)
	s.sbx.Settle()
	require.Equal(t, http.StatusBadRequest, s.as("bob", http.MethodPost, runs+third.str("uuid")+"/stopPipeline", "").status)
	var states []any
	for _, one := range hook.All() {
		require.NotEqual(t, st["key"], kittest.At(one.json, "commit_status", "key"), "each run has a key of its own")
		states = append(states, kittest.At(one.json, "commit_status", "state"))
	}
	require.Equal(t, []any{"INPROGRESS", "SUCCESSFUL", "INPROGRESS", "STOPPED"}, states)
	require.Equal(t, "COMPLETED", s.as("cyd", http.MethodGet, runs+third.str("uuid"), "").str("state", "name"))
	require.Equal(t, http.StatusBadRequest, s.as("bob", http.MethodPost, runs, `{"target":{"type":"pipeline_ref_target","ref_type":"branch","ref_name":"gone"}}`).status)
}

func TestAnExternalBuildReportsWithoutItsBranch(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	s.hook(hook, hookSecret, "repo:commit_status_created")
	head := s.repo.Head("main")
	builds := "/2.0/repositories/acme/web/commit/" + head + "/statuses"
	a := s.as("bob", http.MethodPost, builds+"/build", `{"key":"lint","name":"Lint","state":"FAILED","url":"https://ci.example.com/1"}`)
	require.Equal(t, http.StatusCreated, a.status, a.text)
	s.sbx.Settle()
	st := hook.All()[0].json
	require.Nil(t, kittest.At(st, "commit_status", "commit"))
	require.Nil(t, kittest.At(st, "commit_status", "refname"))
	require.Contains(t, kittest.At(st, "commit_status", "links", "commit", "href"), "/commit/"+head)
	require.Len(t, s.as("cyd", http.MethodGet, builds, "").values(), 1)
	require.Equal(t, "Lint", s.as("cyd", http.MethodGet, builds+"/build/lint", "").str("name"))
	require.Equal(t, http.StatusNotFound, s.as("cyd", http.MethodGet, builds+"/build/none", "").status)
	require.Equal(t, http.StatusBadRequest, s.as("bob", http.MethodPost, builds+"/build", `{"key":"lint","state":"MAGIC"}`).status)
	require.ErrorIs(t, s.repo.Status(bitbucket.Status{Hash: "1234567", Key: "x", State: bitbucket.Failed}), kit.ErrNotFound)
}

func TestAPullRequestFromOpenToMergedInCloud(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	s.hook(hook, hookSecret, cloudPullEvents...)
	s.proposed()
	got := hook.All()
	require.Len(t, got, 2)
	made, _ := kittest.At(got[1].json, "pullrequest").(map[string]any)
	require.Equal(t, "OPEN", made["state"])
	require.Equal(t, "fix", kittest.At(made, "source", "branch", "name"))
	require.Equal(t, s.repo.Head("fix")[:12], kittest.At(made, "source", "commit", "hash"), "pull requests shorten hashes")
	require.Len(t, made["reviewers"], 1)

	const pr = "/2.0/repositories/acme/web/pullrequests/1"
	step := func(nickname, method, path, body string, status int, events ...string) answer {
		t.Helper()
		a := s.as(nickname, method, pr+path, body)
		require.Equal(t, status, a.status, a.text)
		s.sbx.Settle()
		require.Equal(t, append([]string{}, events...), keys(hook), path)
		return a
	}
	step("ada", "POST", "/request-changes", "", 200, "pullrequest:changes_request_created")
	step("ada", "DELETE", "/request-changes", "", 204, "pullrequest:changes_request_removed")
	step("ada", "POST", "/approve", "", 200, "pullrequest:approved")
	require.Equal(t, "approved", kittest.At(s.as("ada", http.MethodGet, pr, "").at("participants").([]any)[0], "state"))
	step("ada", "POST", "/approve", "", 200)
	step("ada", "DELETE", "/approve", "", 204, "pullrequest:unapproved")
	first := step("cyd", "POST", "/comments", `{"content":{"raw":"Why?"}}`, 201, "pullrequest:comment_created")
	id := fmt.Sprintf("%.0f", first.at("id"))
	reply := step("bob", "POST", "/comments", `{"content":{"raw":"Because."},"parent":{"id":`+id+`}}`, 201, "pullrequest:comment_created")
	require.Equal(t, first.at("id"), reply.at("parent", "id"))
	step("cyd", "PUT", "/comments/"+id, `{"content":{"raw":"Why so?"}}`, 200, "pullrequest:comment_updated")
	step("bob", "PUT", "/comments/"+id, `{"content":{"raw":"Mine"}}`, 403)
	step("bob", "POST", "/comments/"+id+"/resolve", "", 200, "pullrequest:comment_resolved")
	step("bob", "DELETE", "/comments/"+id+"/resolve", "", 204, "pullrequest:comment_reopened")
	step("bob", "DELETE", "/comments/"+id, "", 403)
	step("cyd", "DELETE", "/comments/"+id, "", 204, "pullrequest:comment_deleted")
	require.Len(t, s.as("cyd", http.MethodGet, pr+"/comments", "").values(), 1)
	_, err := s.repo.Push(bitbucket.Push{By: "bob", Branch: "fix", Commits: []string{"More"}})
	require.NoError(t, err)
	require.Equal(t, []string{"repo:push", "pullrequest:updated"}, keys(hook))

	require.NoError(t, s.repo.Pull(1).SetConflicted(true))
	require.Contains(t, step("bob", "POST", "/merge", `{}`, 400).str("error", "message"), "conflicts")
	require.NoError(t, s.repo.Pull(1).SetConflicted(false))
	merged := step("bob", "POST", "/merge", `{"merge_strategy":"squash","close_source_branch":true}`, 200, "repo:push", "pullrequest:fulfilled")
	require.Equal(t, "MERGED", merged.str("state"))
	require.Equal(t, s.repo.Head("main")[:12], merged.str("merge_commit", "hash"))
	require.Empty(t, s.repo.Head("fix"))
	require.Contains(t, step("bob", "POST", "/merge", `{}`, 400).str("error", "message"), "already been merged")
	require.NoError(t, s.sbx.SetPolicy(bitbucket.Policy{ConflictStatus: 409}))
	step("ada", "POST", "/approve", "", 409)
	require.Len(t, s.as("cyd", http.MethodGet, "/2.0/repositories/acme/web/pullrequests?state=MERGED", "").values(), 1)
}

func TestAPullRequestOfADataCenterCountsItsVersions(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t, dataCenter("9.4.0")), listen(t)
	s.hook(hook, hookSecret, "pr:opened", "pr:from_ref_updated", "pr:modified", "pr:reviewer:updated", "pr:reviewer:approved", "pr:reviewer:unapproved",
		"pr:reviewer:needs_work", "pr:merged", "pr:declined", "pr:deleted", "pr:comment:added", "pr:comment:edited", "pr:comment:deleted")
	s.proposed()
	got := hook.All()
	require.Equal(t, "pr:opened", got[0].event)
	require.Equal(t, "pr:opened", got[0].json["eventKey"])
	require.Equal(t, s.repo.Head("fix"), kittest.At(got[0].json, "pullRequest", "fromRef", "latestCommit"))
	require.EqualValues(t, 0, kittest.At(got[0].json, "pullRequest", "version"))

	const pr = "/rest/api/latest/projects/acme/repos/web/pull-requests/1"
	step := func(nickname, method, path, body string, status int, events ...string) answer {
		t.Helper()
		a := s.as(nickname, method, pr+path, body)
		require.Equal(t, status, a.status, a.text)
		s.sbx.Settle()
		require.Equal(t, append([]string{}, events...), keys(hook), path)
		return a
	}
	step("ada", "POST", "/approve", "", 200, "pr:reviewer:approved")
	step("ada", "PUT", "/participants/ada", `{"status":"NEEDS_WORK"}`, 200, "pr:reviewer:needs_work")
	step("ada", "PUT", "/participants/cyd", `{"status":"APPROVED"}`, 401)
	step("ada", "PUT", "/participants/ada", `{"status":"MAYBE"}`, 400)
	step("ada", "DELETE", "/approve", "", 200, "pr:reviewer:unapproved")
	step("bob", "POST", "/approve", "", 409)
	comment := step("cyd", "POST", "/comments", `{"text":"Why?"}`, 201, "pr:comment:added")
	id := fmt.Sprintf("%.0f", comment.at("id"))
	step("bob", "POST", "/comments", `{"text":"So.","parent":{"id":`+id+`}}`, 201, "pr:comment:added")
	step("cyd", "PUT", "/comments/"+id, `{"text":"Why so?","version":7}`, 409)
	step("cyd", "PUT", "/comments/"+id, `{"text":"Why so?","version":0}`, 200, "pr:comment:edited")
	require.Equal(t, "Why so?", step("cyd", "GET", "/comments/"+id, "", 200).str("text"))
	step("cyd", "DELETE", "/comments/"+id+"?version=1", "", 204, "pr:comment:deleted")
	step("bob", "PUT", "", `{"version":0,"title":"Mend the cart","reviewers":[{"user":{"name":"ada"}},{"user":{"name":"cyd"}}]}`, 200, "pr:reviewer:updated", "pr:modified")
	step("bob", "PUT", "", `{"version":0,"title":"Late"}`, 409)
	_, err := s.repo.Push(bitbucket.Push{By: "bob", Branch: "fix", Commits: []string{"More"}})
	require.NoError(t, err)
	require.Equal(t, []string{"pr:from_ref_updated"}, keys(hook))

	require.Empty(t, step("bob", "GET", "/merge", "", 200).at("vetoes"))
	require.Len(t, step("cyd", "GET", "/merge", "", 200).at("vetoes"), 1)
	step("bob", "POST", "/merge", "", 400)
	step("bob", "POST", "/merge?version=0", "", 409)
	require.NoError(t, s.repo.Pull(1).SetConflicted(true))
	require.Contains(t, step("bob", "POST", "/merge?version=2", "", 409).text, "MergeVetoed")
	require.NoError(t, s.repo.Pull(1).SetConflicted(false))
	require.Equal(t, "MERGED", step("bob", "POST", "/merge?version=2", "", 200, "pr:merged").str("state"))
	require.Contains(t, step("bob", "POST", "/merge?version=3", "", 409).text, "IllegalPullRequestState")
	step("bob", "DELETE", "?version=3", "", 204, "pr:deleted")
}

func TestADeclinedPullRequestStaysDeclined(t *testing.T) {
	t.Parallel()
	for _, kind := range []bitbucket.Kind{bitbucket.Cloud, bitbucket.DataCenter} {
		s := setStage(t, func(o *bitbucket.Options) { o.Kind = kind })
		pr := s.proposed()
		id, err := pr.Comment(bitbucket.Comment{By: "ada", Text: "No"})
		require.NoError(t, err)
		require.NoError(t, pr.EditComment(id, "No, thanks"))
		require.NoError(t, pr.ResolveComment(id, true))
		require.Equal(t, []string{"No, thanks"}, pr.Comments())
		require.NoError(t, pr.DeleteComment(id))
		require.NoError(t, pr.Edit("bob", "Fix the cart again", "", "ada", "cyd"))
		require.NoError(t, pr.RequestChanges("ada"))
		require.NoError(t, pr.Approve("ada"))
		require.NoError(t, pr.Withdraw("ada"))
		require.NoError(t, pr.Decline("bob"))
		require.Equal(t, "DECLINED", pr.State())
		require.ErrorIs(t, pr.Decline("bob"), kit.ErrConflict)
		require.ErrorIs(t, pr.Merge("ada", ""), kit.ErrConflict)
		require.ErrorIs(t, pr.Approve("ada"), kit.ErrConflict)
		require.ErrorIs(t, s.repo.Pull(9).Approve("ada"), kit.ErrNotFound)
		second, err := s.repo.OpenPullRequest(bitbucket.PullRequest{By: "bob", Title: "Once more", Source: "fix"})
		require.NoError(t, err)
		_, err = s.repo.OpenPullRequest(bitbucket.PullRequest{By: "bob", Title: "And again", Source: "fix"})
		require.ErrorIs(t, err, kit.ErrConflict, "one at a time")
		require.ErrorIs(t, second.Merge("ada", "magic"), kit.ErrInvalid)
		require.NoError(t, second.Merge("ada", ""))
	}
}

func TestBranchesAndTagsComeAndGo(t *testing.T) {
	t.Parallel()
	s, hook := setStage(t), listen(t)
	s.hook(hook, hookSecret, "repo:push")
	for _, p := range []bitbucket.Push{
		{Branch: "topic", Commits: []string{"One"}, Also: []bitbucket.Push{{Tag: "v1"}}},
		{Branch: "topic", Commits: []string{"Another"}, Force: true},
		{Branch: "topic", Delete: true},
	} {
		_, err := s.repo.Push(p)
		require.NoError(t, err)
	}
	got := hook.All()
	changes := func(i int) []any { list, _ := kittest.At(got[i].json, "push", "changes").([]any); return list }
	require.Len(t, changes(0), 2)
	require.Nil(t, kittest.At(changes(0)[0], "old"))
	require.Equal(t, true, kittest.At(changes(0)[0], "created"))
	require.Equal(t, "tag", kittest.At(changes(0)[1], "new", "type"))
	require.Equal(t, true, kittest.At(changes(1)[0], "forced"))
	require.Nil(t, kittest.At(changes(2)[0], "new"))
	require.Equal(t, true, kittest.At(changes(2)[0], "closed"))
	for _, p := range []bitbucket.Push{{}, {Branch: "main"}, {Branch: "none", Delete: true}, {By: "ghost", Branch: "main", Commits: []string{"x"}}} {
		_, err := s.repo.Push(p)
		require.Error(t, err)
	}
}
