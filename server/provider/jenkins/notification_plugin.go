package jenkins

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// notification is the body that the plugin "Notification" sends, and that signed requests must have. Null fields are left out.
type notification struct {
	// URL is the job's, below the Jenkins. For a branch of a multibranch job, the name is only the branch, so that only the address
	// identifies the job.
	Name  string `json:"name"`
	URL   string `json:"url"`
	Build struct {
		FullURL   string      `json:"full_url"`
		URL       string      `json:"url"`
		Number    json.Number `json:"number"`
		QueueID   json.Number `json:"queue_id"`
		Timestamp json.Number `json:"timestamp"`
		Duration  json.Number `json:"duration"`
		Phase     string      `json:"phase"`
		Status    string      `json:"status"`
		Notes     string      `json:"notes"`
		SCM       struct {
			Branch   string   `json:"branch"`
			Commit   string   `json:"commit"`
			Changes  []string `json:"changes"`
			Culprits []string `json:"culprits"`
		} `json:"scm"`
		TestSummary *struct {
			Total       int      `json:"total"`
			Failed      int      `json:"failed"`
			Passed      int      `json:"passed"`
			Skipped     int      `json:"skipped"`
			FailedTests []string `json:"failed_tests"`
		} `json:"test_summary"`
	} `json:"build"`
}

// parseNotification reads a delivery of the plugin "Notification", or a signed one.
func parseNotification(body []byte) (eventData, string, error) {
	var j notification
	if err := json.Unmarshal(body, &j); err != nil {
		return eventData{}, "", errors.Wrap(err, "read the state of a job")
	}
	b := j.Build
	n := eventData{
		Location: j.location(), Hints: hints{Queue: parseWhole(b.QueueID)}, Message: cleanLines(b.Notes, maxMessage),
		details: details{URL: webAddress(b.FullURL), Commit: shortID(b.SCM.Commit)},
	}
	n.Branch = trimRemote(b.SCM.Branch, n.Location)
	if len(n.Location.Path) == 0 {
		n.Name = untrusted.Line(j.Name, maxName)
	}
	if number := untrusted.Line(b.Number.String(), maxName); number != "" {
		n.Label = "#" + number
	}
	switch n.applyPhase(b.Phase, parseWhole(b.Timestamp), j); {
	case b.Phase == "" && n.Result == "":
		return eventData{}, "", errors.New("the state of a job has no phase")
	case n.Stage == stageMessage && n.Message == "": // a pipeline step that only reports the current state
		n.Stage = stageStarted
	}
	return n, j.address(), nil
}

// applyPhase applies the phase. The time is that of the phase: the start in STARTED, the end in COMPLETED, and when it was sent in
// FINALIZED. A pipeline step can send any phase at any time; its notes and missing duration tell it apart.
//
// https://github.com/jenkinsci/notification-plugin/blob/master/src/main/java/com/tikal/hudson/plugins/notification/JobListener.java
func (n *eventData) applyPhase(phase string, at int64, j notification) {
	b := j.Build
	c := &n.Hints
	c.First, c.Last = at, at
	ended, took := resultWords()[b.Status], parseWhole(b.Duration)
	step := b.Duration != "" && took == 0
	switch phase {
	case "QUEUED":
		n.Stage = stageQueued
		c.First, c.Last = 0, 0 // since when it could have been built, which may be hours earlier
	case "STARTED":
		if n.Stage = stageStarted; n.Message == "" {
			c.Start = at
		}
	case "COMPLETED", "FINALIZED", "":
		switch {
		case ended == "":
			n.Stage = stageMessage
		case phase == "COMPLETED":
			n.Stage, n.Result, n.Trust = stageCompleted, ended, trustCompleted
		default:
			n.Stage, n.Result, n.Trust = stageFinalized, ended, trustFinalized
		}
		if ended != "" {
			n.setEnd(at, took, step)
		}
		n.addTests(j)
	default:
		n.Stage = stageMessage
	}
}

// setEnd applies the end of a build and derives its start. A pipeline step that reports a result while the build is running is trusted
// little.
func (n *eventData) setEnd(at, took int64, step bool) {
	n.Ended, n.Duration = at, took
	if step && n.Message != "" {
		n.Trust = trustPipeline
		return
	}
	if at == 0 {
		return
	}
	n.Hints.EndedBy = at
	if took > 0 && took < at {
		n.Hints.First = at - took
		if n.Stage == stageCompleted {
			n.Hints.Start = n.Hints.First
		} else {
			n.Hints.ApproxStart = n.Hints.First
		}
	}
}

// location returns where the build is. If the setting "Jenkins URL" is missing, there is no full address, only the path.
func (j notification) location() location {
	for _, address := range []string{j.Build.FullURL, "/" + strings.TrimPrefix(j.Build.URL, "/"), "/" + strings.TrimPrefix(j.URL, "/")} {
		p := parseAddress(address)
		if p.Number == 0 {
			p.Number = parseNumber(j.Build.Number.String())
		}
		if len(p.Path) > 0 {
			return p
		}
	}
	return location{}
}

// address returns the address of the build, to identify it if its form isn't known.
func (j notification) address() string {
	if j.Build.FullURL != "" {
		return plainAddress(j.Build.FullURL)
	}
	return plainAddress(j.Build.URL)
}

func (n *eventData) addTests(j notification) {
	s := j.Build.TestSummary
	if s == nil || s.Total <= 0 && s.Failed <= 0 && s.Skipped <= 0 && len(s.FailedTests) == 0 {
		return
	}
	t := tests{
		Total: max(s.Total, 0), Failed: max(s.Failed, len(s.FailedTests), 0), Skipped: max(s.Skipped, 0), Listed: len(s.FailedTests),
	}
	for _, failed := range s.FailedTests[:min(len(s.FailedTests), maxListed)] {
		t.Names = append(t.Names, untrusted.Line(failed, maxLine))
	}
	n.Tests = &t
}

// trimRemote removes the remote from a branch, such as "origin" or "upstream". A multibranch job's branch has none.
func trimRemote(branch string, p location) string {
	branch = strings.TrimPrefix(branch, "refs/heads/")
	if len(p.Path) > 0 && branch == p.Path[len(p.Path)-1] {
		return untrusted.Line(branch, maxName)
	}
	if remote, ok := strings.CutPrefix(branch, "refs/remotes/"); ok {
		_, rest, _ := strings.Cut(remote, "/")
		return untrusted.Line(rest, maxName)
	}
	for _, remote := range []string{"origin/", "upstream/"} {
		branch = strings.TrimPrefix(branch, remote)
	}
	return untrusted.Line(branch, maxName)
}

// webAddress returns the address if a link may lead there, or "".
func webAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || !isWeb(u.Scheme) || u.Host == "" || u.User != nil || u.Host == unconfiguredHost {
		return ""
	}
	return u.String()
}
