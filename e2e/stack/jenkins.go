package stack

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// JenkinsURL is the URL that the stories' builds name. Nothing calls it.
const JenkinsURL = "https://ci.acme.test"

// Build is a build of a job, as Jenkins' plugins report it.
type Build struct {
	// Job is the job's path, "folder/web".
	Job    string
	Number int
	// Branch and Commit are what is built.
	Branch, Commit string
	Began          time.Time
	Duration       time.Duration
	// Failed are the names of the tests that failed.
	Failed []string
}

// path is the build's address below the Jenkins.
func (b Build) path() string {
	return fmt.Sprintf("job/%s/%d/", strings.ReplaceAll(b.Job, "/", "/job/"), b.Number)
}

// Zoom is what the plugin "Zoom" sends: status is Start, Success or Failure, and
// summary Jenkins' sentence on how the build ended ("" at the start).
// https://github.com/jenkinsci/zoom-plugin
func (b Build) Zoom(status, summary string, changes ...map[string]any) []byte {
	tests := map[string]any{"total": nil, "fail": nil, "skip": nil, "failedResults": nil}
	report := map[string]any{
		"name":     fmt.Sprintf("%s #%d", strings.ReplaceAll(b.Job, "/", " » "), b.Number),
		"number":   fmt.Sprintf("#%d", b.Number),
		"full_url": JenkinsURL + "/" + b.path() + "display/redirect",
		"duration": 0, "status": status, "summary": nil, "cause": "Started by user Ada", "changes": nil, "test_summary": tests,
	}
	if status == "Start" {
		if len(changes) > 0 {
			report["changes"] = changes
		}
		return encode(report)
	}
	report["duration"], report["summary"] = b.Duration.Milliseconds(), summary
	if len(b.Failed) > 0 {
		var failed []map[string]string
		for _, name := range b.Failed {
			failed = append(failed, map[string]string{"name": name, "duration": "0.012"})
		}
		tests["total"], tests["fail"], tests["skip"], tests["failedResults"] = 120, len(b.Failed), 1, failed
	}
	return encode(report)
}

// Notification is what the plugin "Notification" sends in a phase (QUEUED,
// STARTED, COMPLETED, FINALIZED); status is "" before the end.
// https://github.com/jenkinsci/notification-plugin
func (b Build) Notification(phase, status string) []byte {
	build := map[string]any{
		"full_url": JenkinsURL + "/" + b.path(), "number": b.Number, "queue_id": 900 + b.Number, "timestamp": b.Began.UnixMilli(),
		"duration": 0, "phase": phase, "url": b.path(), "log": "", "artifacts": map[string]any{},
		"scm": map[string]any{"url": "git@git.acme.test:web.git", "branch": "origin/" + b.Branch, "commit": b.Commit, "changes": []string{"a.go"}, "culprits": []string{"ada"}},
	}
	switch phase { // the time is that of the phase
	case "COMPLETED":
		build["timestamp"] = b.Began.Add(b.Duration).UnixMilli()
	case "FINALIZED":
		build["timestamp"] = b.Began.Add(b.Duration + time.Second).UnixMilli()
	}
	if status != "" {
		build["status"], build["duration"] = status, b.Duration.Milliseconds()
		build["test_summary"] = map[string]any{
			"total": 120, "failed": len(b.Failed), "passed": 119 - len(b.Failed), "skipped": 1, "failed_tests": append([]string{}, b.Failed...),
		}
	}
	_, name, nested := cutLast(b.Job, "/")
	if !nested {
		name = b.Job
	}
	job, _, _ := cutLast(strings.TrimSuffix(b.path(), "/"), "/")
	return encode(map[string]any{"name": name, "display_name": name, "url": job + "/", "build": build})
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

func encode(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // there is nothing in it that JSON lacks
	}
	return body
}
