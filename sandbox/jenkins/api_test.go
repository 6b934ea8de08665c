package jenkins_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
)

// visit sends a request to the Jenkins and returns the answer with its body.
func visit(t *testing.T, j *jenkins.Jenkins, method, path, login, body string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if user, token, ok := strings.Cut(login, ":"); ok {
		r.SetBasicAuth(user, token)
	}
	recorder := httptest.NewRecorder()
	j.ServeHTTP(recorder, r)
	answer, err := io.ReadAll(recorder.Result().Body)
	require.NoError(t, err)
	return recorder.Result(), string(answer)
}

func TestTheAPIAsksWhoCalls(t *testing.T) {
	t.Parallel()
	j := newJenkins()
	j.AddUser(jenkins.User{Name: "ada", Token: "t"})
	j.Job("web").Start(jenkins.Cause{})
	for _, story := range []struct {
		method, path, login string
		status              int
	}{
		{"GET", "/api/json", "ada:t", 200},
		{"GET", "/api/json", "ada:wrong", 401},
		{"GET", "/api/json", "", 403},
		{"GET", "/whoAmI/api/json", "", 200},
		{"GET", "/job/none/api/json", "ada:t", 404},
		{"GET", "/job/web/2/api/json", "ada:t", 404},
		{"POST", "/job/web/build", "ada:t", 403},
		{"POST", "/job/web/1/stop", "ada:t", 403},
		{"GET", "/job/web/build", "ada:t", 404},
	} {
		answer, _ := visit(t, j, story.method, story.path, story.login, "")
		require.Equal(t, story.status, answer.StatusCode, "%s %s as %q", story.method, story.path, story.login)
	}
	require.Len(t, j.Journal(kit.Filter{}), 9)
}

func TestABuildIsQueuedStartedAndStopped(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	j.AddUser(jenkins.User{Name: "ada", Token: "t", Build: true, Cancel: true})
	j.Job("folder/web").Takes("ENV").Sends(jenkins.NotificationPlugin{URL: e.URL})
	answer, _ := visit(t, j, "POST", "/job/folder/job/web/build", "ada:t", "")
	require.Equal(t, 400, answer.StatusCode, "it takes parameters")
	answer, _ = visit(t, j, "POST", "/job/folder/job/web/buildWithParameters?ENV=prod", "ada:t", "")
	require.Equal(t, 201, answer.StatusCode)
	j.Settle()
	item := strings.TrimPrefix(answer.Header.Get("Location"), "https://ci.acme.test")
	_, body := visit(t, j, "GET", item+"api/json", "ada:t", "")
	require.Contains(t, body, `"number":1`)
	_, body = visit(t, j, "GET", "/job/folder/job/web/1/api/json", "ada:t", "")
	require.Contains(t, body, `"building":true`)
	require.Contains(t, body, `"name":"ENV","value":"prod"}`)
	answer, _ = visit(t, j, "POST", "/job/folder/job/web/1/stop", "ada:t", "")
	require.Equal(t, 302, answer.StatusCode)
	j.Settle()
	require.Equal(t, []string{"QUEUED", "STARTED", "COMPLETED", "FINALIZED"}, phases(t, e.All()))
	answer, body = visit(t, j, "GET", "/job/folder/job/web/1/logText/progressiveText?start=16", "ada:t", "")
	require.Equal(t, "ada\nFinished: ABORTED\n", body)
	require.Equal(t, "38", answer.Header.Get("X-Text-Size"))
	require.Empty(t, answer.Header.Get("X-More-Data"))
}

func TestAnotherProcessDrivesIt(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	ok := func(method, path, body string) string {
		t.Helper()
		answer, text := visit(t, j, method, "/_sandbox/"+path, "", body)
		require.Equal(t, 200, answer.StatusCode, text)
		return text
	}
	require.Contains(t, ok("POST", "jobs", `{"name":"api","branch":"feature/x","notification":[{"url":"`+e.URL+`","retries":1}]}`), `"job":"api/feature%2Fx"`)
	ok("POST", "users", `{"name":"ada","token":"t"}`)
	require.Contains(t, ok("POST", "start", `{"job":"api/feature%2Fx","cause":"Started by timer"}`), `"number":1`)
	ok("POST", "say", `{"job":"api/feature%2Fx","number":1,"phase":"NONE","message":"soon"}`)
	ok("POST", "log", `{"job":"api/feature%2Fx","number":1,"text":"hello\n"}`)
	ok("POST", "faults", `{"match":{"event":"COMPLETED"},"action":{"hold":true}}`)
	ok("POST", "finish", `{"job":"api/feature%2Fx","number":1,"result":"UNSTABLE","seconds":60,"tests":{"total":3,"failed":["a"]}}`)
	ok("POST", "release", "")
	all := e.All()
	require.Equal(t, []string{"QUEUED", "STARTED", "NONE", "FINALIZED", "COMPLETED"}, phases(t, all))
	require.Contains(t, all[3].body, `"duration":60000`)
	require.Contains(t, ok("POST", "test-connection", `{"job":"api/feature%2Fx"}`), "no such button")
	require.Contains(t, ok("POST", "clock", `{"advance_seconds":60}`), "2026-08-03T12:02:00Z")
	require.Contains(t, ok("GET", "clock", ""), "2026-08-03T12:02:00Z")
	require.Contains(t, ok("GET", "journal", ""), `"event":"NONE"`)
	ok("DELETE", "journal", "")
	ok("DELETE", "faults", "")
	ok("POST", "settle", "")
	require.Empty(t, j.Journal(kit.Filter{}))
	for path, body := range map[string]string{"start": `{"job":"none"}`, "finish": `{"job":"none","number":1}`} {
		answer, _ := visit(t, j, "POST", "/_sandbox/"+path, "", body)
		require.Equal(t, 404, answer.StatusCode)
	}
	for path, body := range map[string]string{"start": `{"jobb":"x"}`, "jobs": `{}`, "finish": `{"job":"api/feature%2Fx","number":1,"result":"GOOD"}`} {
		answer, _ := visit(t, j, "POST", "/_sandbox/"+path, "", body)
		require.Equal(t, 400, answer.StatusCode)
	}
}
