package jenkins

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Events are the checkboxes of the plugin "Zoom" under Advanced….
type Events struct {
	Start           bool `json:"start"`
	Success         bool `json:"success"`
	Unstable        bool `json:"unstable"`
	Failure         bool `json:"failure"`
	NotBuilt        bool `json:"not_built"`
	Aborted         bool `json:"aborted"`
	BackToNormal    bool `json:"back_to_normal"`
	RepeatedFailure bool `json:"repeated_failure"`
	CommitInfo      bool `json:"commit_info"`
	TestSummary     bool `json:"test_summary"`
	FailedTests     bool `json:"failed_tests"`
}

// AllEvents are all checkboxes checked.
func AllEvents() Events {
	return Events{true, true, true, true, true, true, true, true, true, true, true}
}

// ZoomPlugin is the post-build action and the pipeline step of https://plugins.jenkins.io/zoom/.
type ZoomPlugin struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	// BlueOcean links to Blue Ocean, as for users who chose it.
	BlueOcean bool   `json:"blue_ocean"`
	Events    Events `json:"events"`
}

// buildReport is what the plugin sends, with its nulls.
type buildReport struct {
	Name        string        `json:"name"`
	Number      string        `json:"number"`
	FullURL     string        `json:"full_url"`
	Duration    int64         `json:"duration"`
	Status      string        `json:"status"`
	Summary     *string       `json:"summary"`
	Cause       *string       `json:"cause"`
	Changes     []zoomChange  `json:"changes"`
	TestSummary zoomTestState `json:"test_summary"`
}

type zoomChange struct {
	Author   string     `json:"author"`
	Message  string     `json:"message"`
	CommitID string     `json:"commitId"`
	Files    []zoomFile `json:"files"`
}

type zoomFile struct {
	Name string `json:"name"`
}

type zoomTestState struct {
	Total         *int         `json:"total"`
	Fail          *int         `json:"fail"`
	Skip          *int         `json:"skip"`
	FailedResults []zoomResult `json:"failedResults"`
}

type zoomResult struct {
	Name     string `json:"name"`
	Duration string `json:"duration"`
}

func (z ZoomPlugin) started(b *Build) []outgoing {
	if !z.Events.Start || b.job.pipeline {
		return nil
	}
	r := z.report(b, "Start", nil)
	if z.Events.CommitInfo {
		r.Changes = []zoomChange{}
		for _, c := range b.cause.Changes {
			change := zoomChange{Author: c.Author, Message: escapedMessage(c.Message), CommitID: c.ID, Files: []zoomFile{}}
			for _, file := range c.Files {
				change.Files = append(change.Files, zoomFile{file})
			}
			r.Changes = append(r.Changes, change)
		}
	}
	return z.post(b, "Start", r)
}

func (z ZoomPlugin) finished(b *Build) []outgoing {
	if b.job.pipeline || !z.wants(b) {
		return nil
	}
	status := "Failure" // whatever it was
	if b.result == Success {
		status = "Success"
	}
	summary := b.summary()
	r := z.report(b, status, &summary)
	r.Duration = b.ended.Sub(b.began).Milliseconds()
	t := b.outcome.Tests
	if t == nil {
		t = &Tests{} // the plugin counts none, where it is to count
	}
	failed := len(t.Failed)
	if z.Events.TestSummary {
		r.TestSummary.Total, r.TestSummary.Fail, r.TestSummary.Skip = &t.Total, &failed, &t.Skipped
	}
	if z.Events.FailedTests {
		r.TestSummary.FailedResults = []zoomResult{}
		for _, name := range t.Failed {
			r.TestSummary.FailedResults = append(r.TestSummary.FailedResults, zoomResult{name, "0.012"})
		}
	}
	return z.post(b, status, r)
}

// wants reports whether the checkbox for how the build ended is checked.
func (z ZoomPlugin) wants(b *Build) bool {
	bad := b.previous == Failure || b.previous == Unstable
	switch b.result {
	case Success:
		return z.Events.Success || bad && z.Events.BackToNormal
	case Unstable:
		return z.Events.Unstable
	case Failure:
		return z.Events.Failure && b.previous != Failure || z.Events.RepeatedFailure && b.previous == Failure
	case NotBuilt:
		return z.Events.NotBuilt
	}
	return z.Events.Aborted
}

// said is the step zoomSend: no result, no cause, and the text as it is.
func (z ZoomPlugin) said(b *Build, phase, text string) []outgoing {
	if phase != "" {
		return nil
	}
	r := z.report(b, "Workflow", &text)
	r.Cause = nil
	return z.post(b, "Workflow", r)
}

// tested is the button Test Connection: nothing but the headers.
func (z ZoomPlugin) tested() (outgoing, bool) {
	return outgoing{sender: "zoom", event: "test", url: z.URL, header: z.header(), wants: 200}, true
}

func (z ZoomPlugin) header() map[string]string {
	header := map[string]string{"Content-Type": "application/json"}
	if z.Token != "" {
		header["Authorization"] = z.Token
	}
	return header
}

func (z ZoomPlugin) report(b *Build, status string, summary *string) buildReport {
	number := fmt.Sprintf("#%d", b.Number)
	r := buildReport{
		Name: rewritten(b.job.fullDisplayName() + " " + number), Number: number, FullURL: z.address(b), Status: status, Summary: summary,
	}
	if b.cause.Text != "" {
		cause := rewritten(b.cause.Text)
		r.Cause = &cause
	}
	if summary != nil && status != "Workflow" {
		text := rewritten(*summary)
		r.Summary = &text
	}
	return r
}

// address returns where the plugin "Display URL API" leads.
func (z ZoomPlugin) address(b *Build) string {
	if b.job.j.opts.NoURL {
		return fmt.Sprintf("http://unconfigured-jenkins-location/%s%d/display/redirect", b.job.url(), b.Number)
	}
	if !z.BlueOcean {
		return b.URL() + "display/redirect"
	}
	folder := b.job.path
	if b.job.branch {
		folder = folder[:len(folder)-1]
	}
	return fmt.Sprintf("%s/blue/organizations/jenkins/%s/detail/%s/%d/", b.job.j.BaseURL(),
		url.PathEscape(strings.Join(folder, "/")), url.PathEscape(b.job.display()), b.Number)
}

func (z ZoomPlugin) post(b *Build, event string, r buildReport) []outgoing {
	if strings.Contains(r.Name, "{") || r.Cause != nil && strings.Contains(*r.Cause, "{") {
		return nil // an exception in Jenkins' log
	}
	return []outgoing{{sender: "zoom", event: event, build: b, url: z.URL, header: z.header(), body: encoded(r), wants: 200}}
}

// escapedMessage is how Jenkins gives a commit's message out: escaped for HTML, with "<br>" for the end of a line.
func escapedMessage(text string) string {
	return strings.NewReplacer("\n", "<br>", "<", "&lt;", ">", "&gt;", "&", "&amp;", "\"", "&quot;", "'", "&#039;").Replace(text)
}

var anchor = regexp.MustCompile(`&lt;a href=["']?(.*?)["']?&gt;(.*?)&lt;/a&gt;`)

// rewritten does to a text what the plugin does: it is escaped, links become another chat's, and a formatter eats apostrophes.
func rewritten(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	text = anchor.ReplaceAllString(text, "<$1|$2>")
	return strings.ReplaceAll(text, "'", "")
}

// summary returns Jenkins' sentence on how the build ended.
func (b *Build) summary() string {
	if b.outcome.Summary != "" {
		return b.outcome.Summary
	}
	switch b.result {
	case Success:
		if b.previous == Failure || b.previous == Unstable {
			return "back to normal"
		}
		return "stable"
	case Unstable:
		if t := b.outcome.Tests; t != nil && len(t.Failed) > 0 {
			return fmt.Sprintf("%d tests started to fail", len(t.Failed))
		}
		return "unstable"
	case Failure:
		if b.previous == Failure {
			return "broken for a long time"
		}
		return "broken since this build"
	case NotBuilt:
		return "not built"
	}
	return "aborted"
}

func encoded(value any) []byte {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // JSON can hold all of it
	}
	return body
}
