package bitbucket_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
)

func TestAnotherProcessTellsAStory(t *testing.T) {
	t.Parallel()
	sbx := bitbucket.New(bitbucket.Options{})
	server := httptest.NewServer(sbx)
	t.Cleanup(func() { sbx.Close(); server.Close() })
	s, hook := &stage{t: t, sbx: sbx, url: server.URL}, listen(t)
	ok := func(method, path, body string) answer {
		t.Helper()
		a := s.control(method, path, body)
		require.Equal(t, http.StatusOK, a.status, a.text)
		return a
	}
	for _, nickname := range []string{"ada", "bob"} {
		require.NotEmpty(t, ok("POST", "/users", fmt.Sprintf(`{"nickname":%q,"token":%q}`, nickname, tokenOf(nickname))).str("uuid"))
	}
	app := ok("POST", "/apps", `{"name":"Chat","redirect_uri":"https://chat.example.com/complete"}`)
	require.NotEmpty(t, app.str("client_secret"))
	ok("POST", "/repos", `{"workspace":"acme","slug":"web","private":true,"rights":{"ada":"admin"}}`)
	const one = "/repos/acme/web"
	ok("POST", one+"/rights", `{"user":"bob","right":"write"}`)
	s.hook(hook, hookSecret, append([]string{"repo:updated", "repo:commit_status_created", "repo:commit_status_updated"}, cloudPullEvents...)...)
	hash := ok("POST", one+"/push", `{"by":"bob","branch":"fix","commits":["Fix"]}`).str("hash")
	ok("POST", one+"/status", fmt.Sprintf(`{"hash":%q,"key":"lint","name":"Lint","state":"SUCCESSFUL"}`, hash))
	run := ok("POST", one+"/pipelines", `{"branch":"fix","by":"bob"}`)
	require.Equal(t, hash, run.str("hash"))
	ok("POST", one+"/pipelines/finish", fmt.Sprintf(`{"build_number":%v,"result":"FAILED"}`, run.at("build_number")))
	id := fmt.Sprint(ok("POST", one+"/pullrequests", `{"by":"bob","title":"Fix","source":"fix","reviewers":["ada"]}`).at("id"))
	pr := one + "/pullrequests/" + id
	ok("POST", pr+"/request-changes", `{"by":"ada"}`)
	ok("POST", pr+"/withdraw", `{"by":"ada"}`)
	ok("POST", pr+"/approve", `{"by":"ada"}`)
	comment := fmt.Sprint(ok("POST", pr+"/comments", `{"by":"ada","text":"Good"}`).at("id"))
	ok("POST", pr+"/comments/edit", `{"comment":`+comment+`,"text":"Very good"}`)
	ok("POST", pr+"/comments/resolve", `{"comment":`+comment+`,"done":true}`)
	ok("POST", pr+"/comments/delete", `{"comment":`+comment+`}`)
	ok("POST", pr+"/edit", `{"by":"bob","title":"Fix it"}`)
	ok("POST", pr+"/conflicted", `{"conflicted":true}`)
	require.Equal(t, http.StatusConflict, s.control("POST", pr+"/merge", `{"by":"bob"}`).status)
	ok("POST", pr+"/conflicted", `{"conflicted":false}`)
	ok("POST", pr+"/merge", `{"by":"bob","strategy":"squash"}`)
	require.Equal(t, "MERGED", ok("GET", pr, "").str("state"))
	ok("POST", one+"/private", `{"private":false}`)
	require.Equal(t, []string{
		"repo:push", "repo:commit_status_created", "repo:commit_status_created", "repo:commit_status_updated", "pullrequest:created",
		"pullrequest:changes_request_created", "pullrequest:changes_request_removed", "pullrequest:approved", "pullrequest:comment_created",
		"pullrequest:comment_updated", "pullrequest:comment_resolved", "pullrequest:comment_deleted", "pullrequest:updated", "repo:push",
		"pullrequest:fulfilled", "repo:updated",
	}, keys(hook))

	require.NotEmpty(t, ok("POST", one+"/tokens", `{"right":"admin"}`).str("token"))
	require.Contains(t, ok("GET", one+"/hooks", "").text, `"secret_set":true`)
	ok("POST", one+"/ping", "")
	ok("DELETE", one+"/hooks", "")
	require.Equal(t, "[]", ok("GET", one+"/hooks", "").text)
	ok("POST", "/grants/expire", fmt.Sprintf(`{"client_id":%q}`, app.str("client_id")))
	ok("POST", "/grants/revoke", fmt.Sprintf(`{"user":"ada","client_id":%q}`, app.str("client_id")))
	ok("POST", "/version", `{"version":"10.0.1"}`)
	ok("POST", "/policy", `{"auto_approve":"ada"}`)
	require.NotEqual(t, ok("GET", "/clock", "").str("now"), ok("POST", "/clock", `{"advance_seconds":60}`).str("now"))
	require.Contains(t, ok("GET", "/deliveries", "").text, `"state":"delivered"`)
	require.Contains(t, ok("GET", "/counts", "").text, "hooks")
	require.Contains(t, ok("GET", "/journal?kind=delivery", "").text, "pullrequest:fulfilled")
	ok("DELETE", "/journal", "")
	ok("POST", "/reset", "")
	require.Equal(t, http.StatusNotFound, s.control("POST", one+"/push", `{}`).status)
}

func TestControlRequestsThatMakeNoSenseAreExplained(t *testing.T) {
	t.Parallel()
	s := setStage(t)
	s.proposed()
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/users", `{"name":"x"}`, 400},
		{"/users", `{"nickname":"a b"}`, 400},
		{"/users", `{"nickname":"ADA"}`, 409},
		{"/apps", `{}`, 400},
		{"/apps", `{"redirect_uri":"https://x","scopes":["magic"]}`, 400},
		{"/repos", `{"workspace":"acme","slug":"w b"}`, 400},
		{"/repos", `{"workspace":"acme","slug":"WEB"}`, 409},
		{"/repos", `{"workspace":"acme","slug":"new"}`, 400},
		{"/repos", `{"workspace":"acme","slug":"new","rights":{"ghost":"admin"}}`, 404},
		{"/repos/acme/none/push", `{}`, 404},
		{"/repos/acme/web/push", `{"branch":"main"}`, 400},
		{"/repos/acme/web/status", `{"branch":"main","key":"x","state":"MAGIC"}`, 400},
		{"/repos/acme/web/rights", `{"user":"bob","right":"king"}`, 400},
		{"/repos/acme/web/pipelines/finish", `{"result":"FAILED"}`, 404},
		{"/repos/acme/web/pipelines", `{"branch":"none"}`, 404},
		{"/repos/acme/web/pullrequests", `{"title":"x","source":"none"}`, 404},
		{"/repos/acme/web/pullrequests", `{"source":"fix"}`, 400},
		{"/repos/acme/web/pullrequests/x/approve", `{}`, 400},
		{"/repos/acme/web/pullrequests/9/approve", `{}`, 404},
		{"/repos/acme/web/pullrequests/1/approve", `{"by":"ghost"}`, 404},
		{"/repos/acme/web/pullrequests/1/edit", `{"reviewers":["ghost"]}`, 404},
		{"/repos/acme/web/pullrequests/1/comments", `{"text":""}`, 400},
		{"/repos/acme/web/pullrequests/1/comments", `{"text":"x","parent":99}`, 404},
		{"/repos/acme/web/pullrequests/1/comments/edit", `{"comment":99}`, 404},
		{"/grants/revoke", `{}`, 404},
		{"/grants/expire", `{}`, 404},
		{"/faults", `{"action":{"status":99}}`, 400},
		{"/policy", `{"signed":1}`, 400},
		{"/nothing", ``, 404},
	} {
		a := s.control(http.MethodPost, c.path, c.body)
		require.Equal(t, c.status, a.status, "%s %s: %s", c.path, c.body, a.text)
	}
}

func TestASeedThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for _, seed := range []bitbucket.Seed{
		{Apps: []bitbucket.App{{}}}, {Users: []bitbucket.User{{}}}, {Repos: []bitbucket.Repo{{Workspace: "acme", Slug: "web"}}},
	} {
		require.Error(t, seed.Check(bitbucket.Cloud))
		require.Panics(t, func() { bitbucket.New(bitbucket.Options{Seed: seed}) })
	}
	require.NoError(t, bitbucket.Seed{}.Check(bitbucket.DataCenter))
}

func TestEverySecretIsReported(t *testing.T) {
	t.Parallel()
	var minted []string
	s := setStage(t, func(o *bitbucket.Options) { o.Minted = func(secret string) { minted = append(minted, secret) } })
	bearer := s.connect("ada")
	require.Contains(t, minted, bearer[len("Bearer "):])
	require.Len(t, minted, 3, "the code and two tokens")
	for _, entry := range s.sbx.Journal(kit.Filter{Kind: kit.EntryRequest}) {
		for _, secret := range minted {
			require.NotContains(t, entry.RequestBody+entry.ResponseBody+entry.Query+entry.Authorized, secret)
		}
	}
}
