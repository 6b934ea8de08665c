package jenkins

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"github.com/pkg/errors"
)

var (
	// testsFailed is how Jenkins says that a build is unstable.
	testsFailed = regexp.MustCompile(`unstable|\btests? .*fail|test failures?|still failing`)
	// resultWord is one of Jenkins' own words for a result, at the beginning of a text.
	resultWord = regexp.MustCompile(`^[^\pL\pN]*(SUCCESS|UNSTABLE|FAILURE|NOT_BUILT|ABORTED)\b`)
	// rewrittenLink is what the plugin makes of a link.
	rewrittenLink = regexp.MustCompile(`<[^|<>]*\|([^<>]*)>`)
	// lineEnd is what Jenkins makes of the end of a line.
	lineEnd = regexp.MustCompile(`(?i)<br */?>`)
	// commitID is the id of a Git commit.
	commitID = regexp.MustCompile(`^[0-9a-fA-F]{12,}$`)
)

// separator stands between folders and jobs where Jenkins writes their names for people.
const separator = " » "

// buildReport is the body that the plugin "Zoom" sends, whose nulls are many.
type buildReport struct {
	Name     string      `json:"name"`
	Number   string      `json:"number"` // "#42", or whatever the build calls itself
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

// ofZoomPlugin understands a delivery of the plugin "Zoom".
func ofZoomPlugin(body []byte) (news, string, error) {
	var r buildReport
	if err := json.Unmarshal(body, &r); err != nil {
		return news{}, "", errors.Wrap(err, "read a build report")
	}
	n := news{Place: locate(r.FullURL), said: said{URL: web(r.FullURL)}}
	n.Label = line(asWritten(r.Number), maxName)
	n.Name = jobOf(asWritten(r.Name), n.Label, n.Place)
	n.Cause = line(asWritten(r.Cause), maxCause)
	n.Duration = whole(r.Duration)
	switch r.Status {
	case "Start":
		n.Slot, n.Duration = slotStart, 0
		n.changes(r)
	case "Success":
		n.Slot, n.Result, n.Trust = slotEnd, resultSuccess, trustSummary
		n.Summary = line(asWritten(r.Summary), maxLine)
	case "Failure":
		n.Slot = slotEnd
		n.Summary = line(asWritten(r.Summary), maxLine)
		n.Result, n.Trust = recovered(n.Summary)
	case "Workflow":
		n.Slot, n.Duration = slotMessage, 0
		n.Message = lines(r.Summary, maxMessage) // the only text that the plugin does not spoil
		if n.Result = spoken(r.Summary); n.Result != "" {
			n.Trust = trustWords
			n.Message = strings.Replace(n.Message, " and counting", "", 1) // how Jenkins ends the duration of a build that still runs
		}
	default:
		return news{}, "", errors.Errorf("a build report of status %q", line(r.Status, 40))
	}
	n.testSummary(r)
	return n, plainAddress(r.FullURL), nil
}

// changes keeps the first commits; Jenkins escapes their messages for HTML, with "<br>" for the end of a line.
func (n *news) changes(r buildReport) {
	n.ChangeCount = len(r.Changes)
	for _, c := range r.Changes[:min(len(r.Changes), maxListed)] {
		n.Changes = append(n.Changes, change{
			ID: shortID(c.CommitID), Author: line(html.UnescapeString(c.Author), maxName), Message: firstLine(html.UnescapeString(lineEnd.ReplaceAllString(c.Message, "\n")), maxLine),
		})
	}
}

// testSummary keeps what came of the tests, where that was asked for; the object is always there.
func (n *news) testSummary(r buildReport) {
	s := r.TestSummary
	if s == nil || value(s.Total) == 0 && value(s.Fail) == 0 && value(s.Skip) == 0 && len(s.FailedResults) == 0 {
		return
	}
	t := tests{Total: value(s.Total), Failed: value(s.Fail), Skipped: value(s.Skip), Listed: len(s.FailedResults)}
	for _, failed := range s.FailedResults[:min(len(s.FailedResults), maxListed)] {
		t.Names = append(t.Names, line(failed.Name, maxLine))
	}
	t.Failed = max(t.Failed, t.Listed)
	n.Tests = &t
}

// recovered returns the result that the plugin has blurred to "Failure". Jenkins' own words for the outcome tell, where they are
// English; in other languages a failure is what the plugin calls it.
func recovered(summary string) (result, int) {
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
	return resultFailure, trustBlurred
}

// spoken returns the result that a pipeline's message begins with, in Jenkins' own words; "" for none. Further on, such a word may be
// about anything, as in "Tests: 0 FAILURE".
func spoken(message string) result {
	if found := resultWord.FindStringSubmatch(message); found != nil {
		return results()[found[1]]
	}
	return ""
}

// jobOf returns the name of the job from the full name of a build: what stands before the build's own name. The plugin loses
// apostrophes; where the address has the same name with them, that is right.
func jobOf(full, label string, p place) string {
	job := full
	if label != "" {
		job = strings.TrimSuffix(full, " "+label)
	}
	if fromAddress := strings.Join(p.Path, separator); strings.Contains(fromAddress, "'") && strings.ReplaceAll(fromAddress, "'", "") == job {
		job = fromAddress
	}
	return line(job, maxName)
}

// asWritten undoes what the plugin does to a text: links become "<address|text>", then the rest is escaped for HTML.
func asWritten(text string) string {
	text = rewrittenLink.ReplaceAllString(text, "$1")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// plainAddress returns the address without what only chooses how the page looks.
func plainAddress(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return strings.TrimSuffix(strings.TrimRight(address, "/"), "/display/redirect")
}

// shortID returns as much of a commit's id as people read.
func shortID(id string) string {
	id = line(id, maxName)
	if commitID.MatchString(id) {
		return id[:8]
	}
	return line(id, 20)
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return max(*n, 0)
}

// whole returns a number of milliseconds; what is none, or is out of all reason, is 0.
func whole(n json.Number) int64 {
	const most = 1 << 45 // some hundred years after 1970
	v, err := n.Int64()
	if err != nil || v < 0 || v > most {
		return 0
	}
	return v
}
