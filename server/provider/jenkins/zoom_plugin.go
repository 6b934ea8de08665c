package jenkins

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

var (
	// testsFailed matches Jenkins' summary of an unstable build.
	testsFailed = regexp.MustCompile(`unstable|\btests? .*fail|test failures?|still failing`)
	// resultWord is one of Jenkins' words for a result, at the beginning of a text.
	resultWord = regexp.MustCompile(`^[^\pL\pN]*(SUCCESS|UNSTABLE|FAILURE|NOT_BUILT|ABORTED)\b`)
	// rewrittenLink is the plugin's form of a link.
	rewrittenLink = regexp.MustCompile(`<[^|<>]*\|([^<>]*)>`)
	// lineEnd is Jenkins' form of a line break.
	lineEnd = regexp.MustCompile(`(?i)<br */?>`)
	// commitID is the ID of a Git commit.
	commitID = regexp.MustCompile(`^[0-9a-fA-F]{12,}$`)
)

// separator is between folders and jobs in Jenkins' display names.
const separator = " » "

// zoomReport is the body that the plugin "Zoom" sends. Many of its fields are null.
type zoomReport struct {
	Name     string      `json:"name"`
	Number   string      `json:"number"` // "#42", or the build's own display name
	FullURL  string      `json:"full_url"`
	Duration json.Number `json:"duration"`
	Status   string      `json:"status"`
	Summary  string      `json:"summary"`
	Cause    string      `json:"cause"`
	Changes  []struct {
		Author   string `json:"author"`
		Message  string `json:"message"`
		CommitID string `json:"commitId"`
	} `json:"changes"`
	TestSummary *struct {
		Total         *int `json:"total"`
		Fail          *int `json:"fail"`
		Skip          *int `json:"skip"`
		FailedResults []struct {
			Name string `json:"name"`
		} `json:"failedResults"`
	} `json:"test_summary"`
}

// parseZoomReport reads a delivery of the plugin "Zoom".
func parseZoomReport(body []byte) (eventData, string, error) {
	var r zoomReport
	if err := json.Unmarshal(body, &r); err != nil {
		return eventData{}, "", errors.Wrap(err, "read a build report")
	}
	n := eventData{Location: parseAddress(r.FullURL), details: details{URL: webAddress(r.FullURL)}}
	n.Label = untrusted.Line(unescapeText(r.Number), maxName)
	n.Name = jobName(unescapeText(r.Name), n.Label, n.Location)
	n.Cause = untrusted.Line(unescapeText(r.Cause), maxCause)
	n.Duration = parseWhole(r.Duration)
	switch r.Status {
	case "Start":
		n.Stage, n.Duration = stageStart, 0
		n.addChanges(r)
	case "Success":
		n.Stage, n.Result, n.Trust = stageEnd, resultSuccess, trustSummary
		n.Summary = untrusted.Line(unescapeText(r.Summary), maxLine)
	case "Failure":
		n.Stage = stageEnd
		n.Summary = untrusted.Line(unescapeText(r.Summary), maxLine)
		n.Result, n.Trust = recoverResult(n.Summary)
	case "Workflow":
		n.Stage, n.Duration = stageMessage, 0
		n.Message = cleanLines(r.Summary, maxMessage) // the only text that the plugin doesn't escape
		if n.Result = namedResult(r.Summary); n.Result != "" {
			n.Trust = trustPipeline
			n.Message = strings.Replace(n.Message, " and counting", "", 1) // how Jenkins ends the duration of a running build
		}
	default:
		return eventData{}, "", errors.Errorf("a build report of status %q", untrusted.Line(r.Status, 40))
	}
	n.addTestSummary(r)
	return n, plainAddress(r.FullURL), nil
}

// addChanges adds the first commits. Jenkins escapes their messages for HTML, with "<br>" for a line break.
func (n *eventData) addChanges(r zoomReport) {
	n.ChangeCount = len(r.Changes)
	for _, c := range r.Changes[:min(len(r.Changes), maxListed)] {
		n.Changes = append(n.Changes, change{
			ID: shortID(c.CommitID), Author: untrusted.Line(html.UnescapeString(c.Author), maxName), Message: firstLine(html.UnescapeString(lineEnd.ReplaceAllString(c.Message, "\n")), maxLine),
		})
	}
}

// addTestSummary adds test results if they were requested. The object is always present.
func (n *eventData) addTestSummary(r zoomReport) {
	s := r.TestSummary
	if s == nil || intValue(s.Total) == 0 && intValue(s.Fail) == 0 && intValue(s.Skip) == 0 && len(s.FailedResults) == 0 {
		return
	}
	t := tests{Total: intValue(s.Total), Failed: intValue(s.Fail), Skipped: intValue(s.Skip), Listed: len(s.FailedResults)}
	for _, failed := range s.FailedResults[:min(len(s.FailedResults), maxListed)] {
		t.Names = append(t.Names, untrusted.Line(failed.Name, maxLine))
	}
	t.Failed = max(t.Failed, t.Listed)
	n.Tests = &t
}

// recoverResult returns the actual result behind the plugin's "Failure". Jenkins' summary reveals it in English; in other languages, it
// stays a failure.
func recoverResult(summary string) (result, int) {
	lower := strings.ToLower(summary)
	switch {
	case strings.Contains(lower, "aborted"):
		return resultAborted, trustSummary
	case strings.Contains(lower, "not built"):
		return resultNotBuilt, trustSummary
	case testsFailed.MatchString(lower):
		return resultUnstable, trustSummary
	case strings.Contains(lower, "broken"):
		return resultFailure, trustSummary
	}
	return resultFailure, trustZoomFailure
}

// namedResult returns the result that a pipeline's message begins with, or "". Further on, such a word may mean anything, as in "Tests: 0
// FAILURE".
func namedResult(message string) result {
	if found := resultWord.FindStringSubmatch(message); found != nil {
		return resultWords()[found[1]]
	}
	return ""
}

// jobName returns the job's name in the full name of a build, without the build's own name. The plugin drops apostrophes; if the address
// has the same name with them, that one is used.
func jobName(full, label string, p location) string {
	job := full
	if label != "" {
		job = strings.TrimSuffix(full, " "+label)
	}
	if fromAddress := strings.Join(p.Path, separator); strings.Contains(fromAddress, "'") && strings.ReplaceAll(fromAddress, "'", "") == job {
		job = fromAddress
	}
	return untrusted.Line(job, maxName)
}

// unescapeText reverts what the plugin does to a text: links become "<address|text>", then everything is escaped for HTML.
func unescapeText(text string) string {
	text = rewrittenLink.ReplaceAllString(text, "$1")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// plainAddress returns the address without parts that only choose a view of the page.
func plainAddress(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return strings.TrimSuffix(strings.TrimRight(address, "/"), "/display/redirect")
}

// shortID returns the beginning of a commit ID.
func shortID(id string) string {
	id = untrusted.Line(id, maxName)
	if commitID.MatchString(id) {
		return id[:8]
	}
	return untrusted.Line(id, 20)
}

func intValue(n *int) int {
	if n == nil {
		return 0
	}
	return max(*n, 0)
}

// parseWhole returns a number of milliseconds, 0 for anything else or an implausible one.
func parseWhole(n json.Number) int64 {
	const most = 1 << 45 // about 300 years after 1970
	v, err := n.Int64()
	if err != nil || v < 0 || v > most {
		return 0
	}
	return v
}
