package jenkins_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
)

// documented are the fields that each call may answer with or a plugin may send, "a.b" for a field within another. The answers' are what the
// classes of https://github.com/jenkinsci/jenkins export to the API (@Exported), under core/src/main/java; the deliveries' what the plugins'
// classes are encoded to. Every object of the API has "_class" besides.
var documented = map[string][]string{
	// hudson/security/WhoAmI.java
	"GET /whoAmI/api/json": {"anonymous", "authenticated", "authorities", "details", "name", "toString"},
	// jenkins/model/Jenkins.java (jobs), hudson/model/AbstractItem.java
	"GET /api/json": {"jobs.name", "jobs.url", "jobs.color"},
	// hudson/model/Job.java, AbstractItem.java, ParametersDefinitionProperty.java, ParameterDefinition.java
	"GET /job/web/api/json": {
		"name", "displayName", "fullName", "fullDisplayName", "description", "url", "buildable", "color", "nextBuildNumber", "inQueue", "keepDependencies",
		"property.parameterDefinitions.name", "property.parameterDefinitions.type", "property.parameterDefinitions.description",
	},
	// hudson/model/Run.java, ParametersAction.java, ParameterValue.java, StringParameterValue.java
	"GET /job/web/1/api/json": {
		"number", "id", "queueId", "displayName", "fullDisplayName", "description", "building", "inProgress", "result", "timestamp", "duration",
		"estimatedDuration", "keepLog", "url", "actions.parameters.name", "actions.parameters.value",
	},
	// hudson/model/Queue.java (Item, LeftItem)
	"GET /queue/item/901/api/json": {"id", "executable.number", "executable.url", "cancelled", "why", "url", "inQueueSince"},
	// https://github.com/jenkinsci/notification-plugin: model/JobState.java, BuildState.java, ScmState.java, TestState.java; names by Format.java
	"notification": {
		"name", "display_name", "url", "build.full_url", "build.number", "build.queue_id", "build.timestamp", "build.duration", "build.phase",
		"build.status", "build.url", "build.display_name", "build.scm.url", "build.scm.branch", "build.scm.commit", "build.scm.changes", "build.scm.culprits",
		"build.parameters.ENV", "build.log", "build.notes", "build.test_summary.total", "build.test_summary.failed", "build.test_summary.passed",
		"build.test_summary.skipped", "build.test_summary.failed_tests", "build.artifacts",
	},
	// https://github.com/jenkinsci/zoom-plugin: model/BuildReport.java
	"zoom": {
		"name", "number", "full_url", "duration", "status", "summary", "cause", "changes.author", "changes.message", "changes.commitId",
		"changes.files.name", "test_summary.total", "test_summary.fail", "test_summary.skip", "test_summary.failedResults.name", "test_summary.failedResults.duration",
		"changes", "changes.files", "test_summary.failedResults",
	},
}

// fieldsOf lists the fields of a value that hold no others.
func fieldsOf(value any, below string) []string {
	var all []string
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if name != "_class" {
				all = append(all, fieldsOf(inner, strings.TrimPrefix(below+"."+name, "."))...)
			}
		}
		if len(v) == 0 && strings.HasSuffix(below, "artifacts") {
			all = append(all, below)
		}
	case []any:
		for _, inner := range v {
			all = append(all, fieldsOf(inner, below)...)
		}
	default:
		all = append(all, below)
	}
	return all
}

func requireDocumented(t *testing.T, what, body string) {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(body), &value))
	require.NotEmpty(t, documented[what], "nothing says what %s has", what)
	found := fieldsOf(value, "")
	require.NotEmpty(t, found)
	for _, field := range found {
		require.Contains(t, documented[what], field, "%s has a field that isn't documented: %s", what, body)
	}
}

func TestAnswersHaveNoFieldsButDocumentedOnes(t *testing.T) {
	t.Parallel()
	j := newJenkins()
	j.AddUser(jenkins.User{Name: "ada", Token: "t"})
	b := j.Job("web").Takes("ENV").Start(jenkins.Cause{Text: "Started by timer", Parameters: map[string]string{"ENV": "prod"}})
	b.Finish(jenkins.Unstable, jenkins.Outcome{Tests: &jenkins.Tests{Total: 3, Failed: []string{"a.B.c"}}})
	calls := 0
	for what := range documented {
		if path, ok := strings.CutPrefix(what, "GET "); ok {
			answer, body := visit(t, j, "GET", path, "ada:t", "")
			require.Equal(t, 200, answer.StatusCode, what)
			requireDocumented(t, what, body)
			calls++
		}
	}
	require.Equal(t, 5, calls)
}

func TestThePluginsSendNoFieldsButDocumentedOnes(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	job := j.Job("web").Takes("ENV")
	for _, sender := range []jenkins.Sender{
		jenkins.NotificationPlugin{URL: e.URL, LogLines: 3, Notes: "for all"}, jenkins.ZoomPlugin{URL: e.URL, Token: "t", Events: jenkins.AllEvents()},
	} {
		job.Sends(sender)
		b := job.Start(jenkins.Cause{
			Text: "Started by timer", Branch: "origin/main", Commit: "3c5a", Parameters: map[string]string{"ENV": "prod"},
			Changes: []jenkins.Change{{Author: "Ada", Message: "Fix it\n\nwith words", ID: "3c5a", Files: []string{"a.go"}}},
		})
		require.NoError(t, b.NotifyEndpoints(jenkins.None, "soon"))
		b.ZoomSend("soon")
		b.Finish(jenkins.Failure, jenkins.Outcome{Tests: &jenkins.Tests{Total: 3, Failed: []string{"a.B.c"}}})
		what := "notification"
		if _, ok := sender.(jenkins.ZoomPlugin); ok {
			what = "zoom"
		}
		all := e.All()
		require.GreaterOrEqual(t, len(all), 3)
		for _, h := range all {
			requireDocumented(t, what, h.body)
		}
	}
}

func TestATreeCutsAnAnswerDown(t *testing.T) {
	t.Parallel()
	j := newJenkins()
	j.AddUser(jenkins.User{Name: "ada", Token: "t"})
	j.Job("web").Takes("ENV", "DRY").Start(jenkins.Cause{Parameters: map[string]string{"ENV": "prod"}})
	for path, want := range map[string][]string{
		"/whoAmI/api/json?tree=anonymous":                                {"anonymous"},
		"/job/web/1/api/json?tree=building,queueId,timestamp":            {"building", "queueId", "timestamp"},
		"/job/web/1/api/json?tree=actions[parameters[name,value]]":       {"actions.parameters.name", "actions.parameters.value"},
		"/job/web/api/json?tree=property[parameterDefinitions[name]]":    {"property.parameterDefinitions.name"},
		"/job/web/api/json?tree=name,property[parameterDefinitions],url": {"name", "property.parameterDefinitions.description", "property.parameterDefinitions.name", "property.parameterDefinitions.type", "url"},
		"/job/web/1/api/json?tree=invented":                              nil,
	} {
		_, body := visit(t, j, "GET", path, "ada:t", "")
		var value any
		require.NoError(t, json.Unmarshal([]byte(body), &value))
		found := fieldsOf(value, "")
		slices.Sort(found)
		require.Equal(t, want, slices.Compact(found), path)
	}
}

// The times are those of JobListener.java: the start, the end, and that of sending.
func TestEachPhaseHasItsOwnTime(t *testing.T) {
	t.Parallel()
	j, e := newJenkins(), listen(t)
	require.NoError(t, j.AddFault(kit.Fault{Match: kit.Match{Event: "FINALIZED"}, Action: kit.Action{Hold: true}}))
	b := j.Job("web").Pipeline().Sends(jenkins.NotificationPlugin{URL: e.URL}).Start(jenkins.Cause{})
	j.Advance(time.Minute)
	require.NoError(t, b.NotifyEndpoints(jenkins.Started, "deployed"))
	j.Advance(time.Hour - time.Minute)
	b.Finish(jenkins.Success, jenkins.Outcome{})
	j.Release()
	type told struct {
		Build struct {
			Phase     string
			Timestamp int64
			Duration  int64
			Notes     string
		}
	}
	var got []told
	for _, h := range e.All() {
		var one told
		require.NoError(t, json.Unmarshal([]byte(h.body), &one))
		one.Build.Timestamp -= noon().UnixMilli()
		got = append(got, one)
	}
	var want []told
	for _, w := range []struct {
		phase        string
		at, duration time.Duration
		notes        string
	}{
		{"QUEUED", 0, 0, ""},
		{"STARTED", 0, 0, ""},
		{"STARTED", time.Minute, 0, "deployed"},
		{"COMPLETED", time.Hour, time.Hour, "deployed"},
		{"FINALIZED", time.Hour, time.Hour, "deployed"},
	} {
		var one told
		one.Build.Phase, one.Build.Timestamp, one.Build.Duration, one.Build.Notes = w.phase, w.at.Milliseconds(), w.duration.Milliseconds(), w.notes
		want = append(want, one)
	}
	require.Equal(t, want, got)
}
