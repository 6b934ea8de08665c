package jenkins

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// NotificationPlugin is an endpoint of https://plugins.jenkins.io/notification/, with format JSON and event All Events.
type NotificationPlugin struct {
	// URL may have a user's name and a password in it, which are sent as Basic authorization.
	URL string `json:"url"`
	// Retries is how often a delivery is repeated.
	Retries int `json:"retries"`
	// LogLines is how many of the log's last lines are sent: none when 0, all of it when -1.
	LogLines int `json:"log_lines"`
	// Notes are those of the endpoint, which go with every delivery until a step sets others.
	Notes string `json:"notes"`
}

// The phases that the plugin knows. notifyEndpoints takes any of them, whatever the build is doing, and fails with any other word.
const (
	Queued    = "QUEUED"
	Started   = "STARTED"
	Completed = "COMPLETED"
	Finalized = "FINALIZED"
	None      = "NONE"
)

// Signed is a script that sends the end of each build with a signature: the documented curl line.
type Signed struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

type jobState struct {
	Name        string     `json:"name"`
	DisplayName string     `json:"display_name"`
	URL         string     `json:"url"`
	Build       buildState `json:"build"`
}

type buildState struct {
	FullURL     string            `json:"full_url,omitempty"`
	Number      int               `json:"number"`
	QueueID     int64             `json:"queue_id"`
	Timestamp   int64             `json:"timestamp"`
	Duration    int64             `json:"duration"`
	Phase       string            `json:"phase"`
	Status      string            `json:"status,omitempty"`
	URL         string            `json:"url"`
	SCM         scmState          `json:"scm"`
	Parameters  map[string]string `json:"parameters,omitempty"`
	Log         string            `json:"log"`
	Notes       string            `json:"notes,omitempty"`
	TestSummary *testState        `json:"test_summary,omitempty"`
	Artifacts   struct{}          `json:"artifacts"`
}

type scmState struct {
	URL      string   `json:"url,omitempty"`
	Branch   string   `json:"branch,omitempty"`
	Commit   string   `json:"commit,omitempty"`
	Changes  []string `json:"changes"`
	Culprits []string `json:"culprits"`
}

type testState struct {
	Total       int      `json:"total"`
	Failed      int      `json:"failed"`
	Passed      int      `json:"passed"`
	Skipped     int      `json:"skipped"`
	FailedTests []string `json:"failed_tests"`
}

func (n NotificationPlugin) started(b *Build) []outgoing {
	// The time of QUEUED is when the build could have started; nothing waits here.
	return []outgoing{n.post(b, Queued, b.began, ""), n.post(b, Started, b.began, "")}
}

func (n NotificationPlugin) finished(b *Build) []outgoing {
	return []outgoing{n.post(b, Completed, b.ended, ""), n.post(b, Finalized, b.job.j.Now(), "")}
}

// said is the step notifyEndpoints, whose time is that of sending, whatever its phase.
func (n NotificationPlugin) said(b *Build, phase, text string) []outgoing {
	if phase == "" {
		return nil
	}
	return []outgoing{n.post(b, phase, b.job.j.Now(), text)}
}

// tested: there is no such button.
func (NotificationPlugin) tested() (outgoing, bool) { return outgoing{}, false }

func (n NotificationPlugin) post(b *Build, phase string, at time.Time, notes string) outgoing {
	if notes == "" {
		if notes = b.notes; notes == "" {
			notes = n.Notes
		}
	}
	state := b.state(phase, at, notes)
	state.Build.Log = b.lastLines(n.LogLines)
	o := outgoing{
		sender: "notification", event: phase, build: b, url: n.URL, body: encoded(state),
		header:  map[string]string{"Content-Type": "application/json;charset=UTF-8"},
		retries: n.Retries, follows: true,
	}
	if u, err := url.Parse(n.URL); err == nil && u.User != nil {
		o.login, u.User = u.User, nil
		o.url = u.String()
	}
	return o
}

// lastLines returns so many of the log's last lines; all of them for -1.
func (b *Build) lastLines(n int) string {
	if n < 0 {
		return string(b.log)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(b.log), "\n"), "\n")
	if n == 0 || len(b.log) == 0 {
		return ""
	}
	return strings.Join(lines[max(0, len(lines)-n):], "") + "\n"
}

// state returns what the plugin sends about the build; for a branch of a multibranch job the name is that of the branch alone. What was
// checked out isn't known yet when a build starts, and changes and culprits never are for a pipeline.
func (b *Build) state(phase string, at time.Time, notes string) jobState {
	job := b.job
	s := jobState{Name: job.path[len(job.path)-1], DisplayName: job.display(), URL: job.url()}
	address := fmt.Sprintf("%s%d/", job.url(), b.Number)
	s.Build = buildState{
		Number: b.Number, QueueID: b.Queue, Timestamp: at.UnixMilli(), Phase: phase,
		URL: address, Parameters: b.cause.Parameters, Notes: notes, SCM: scmState{Changes: []string{}, Culprits: []string{}},
	}
	if !job.j.opts.NoURL {
		s.Build.FullURL = job.j.BaseURL() + "/" + address
	}
	if b.result != "" || phase == None {
		s.Build.SCM.Branch, s.Build.SCM.Commit = b.cause.Branch, b.cause.Commit
	}
	if b.result == "" {
		return s
	}
	for _, c := range b.cause.Changes {
		if !job.pipeline {
			s.Build.SCM.Changes = append(s.Build.SCM.Changes, c.Files...)
			s.Build.SCM.Culprits = append(s.Build.SCM.Culprits, c.Author)
		}
	}
	s.Build.Status, s.Build.Duration = string(b.result), b.ended.Sub(b.began).Milliseconds()
	if t := b.outcome.Tests; t != nil {
		s.Build.TestSummary = &testState{
			Total: t.Total, Failed: len(t.Failed), Passed: t.Total - len(t.Failed) - t.Skipped, Skipped: t.Skipped,
			FailedTests: append([]string{}, t.Failed...),
		}
	}
	return s
}

func (s Signed) started(*Build) []outgoing { return nil }

func (s Signed) finished(b *Build) []outgoing {
	body := encoded(b.state(Finalized, b.ended, ""))
	return []outgoing{{
		sender: "signed", event: "FINALIZED", build: b, url: s.URL, body: body,
		header: map[string]string{
			"Content-Type": "application/json", "X-Mattermost-Jenkins-Signature": "sha256=" + kit.HMAC(s.Secret, body),
		},
	}}
}

func (s Signed) said(*Build, string, string) []outgoing { return nil }

func (s Signed) tested() (outgoing, bool) { return outgoing{}, false }
