package jenkins

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/pkg/errors"
)

// jobState is the body that the plugin "Notification" sends, and that signed requests are to send. Nulls are left out.
type jobState struct {
	// URL is the job's, below the Jenkins. For a branch of a multibranch job the name is that of the branch alone, so that only the
	// address tells which job it is.
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

// ofNotificationPlugin understands a delivery of the plugin "Notification", or a signed one.
func ofNotificationPlugin(body []byte) (news, string, error) {
	var j jobState
	if err := json.Unmarshal(body, &j); err != nil {
		return news{}, "", errors.Wrap(err, "read the state of a job")
	}
	b := j.Build
	n := news{
		Place: j.place(), Clue: clue{Queue: whole(b.QueueID)}, Message: lines(b.Notes, maxMessage),
		said: said{URL: web(b.FullURL), Commit: shortID(b.SCM.Commit)},
	}
	n.Branch = branchOf(b.SCM.Branch, n.Place)
	if len(n.Place.Path) == 0 {
		n.Name = line(j.Name, maxName)
	}
	if number := line(b.Number.String(), maxName); number != "" {
		n.Label = "#" + number
	}
	switch n.phase(b.Phase, whole(b.Timestamp), j); {
	case b.Phase == "" && n.Result == "":
		return news{}, "", errors.New("the state of a job has no phase")
	case n.Slot == slotMessage && n.Message == "": // a step that only shows the state so far
		n.Slot = slotStarted
	}
	return n, j.address(), nil
}

// phase takes over what the phase means. The time is that of the moment itself: the start in STARTED, the end in COMPLETED, and in FINALIZED
// when that was sent. A pipeline's step can send any phase at any time; it is told by its notes, and by having no duration.
// https://github.com/jenkinsci/notification-plugin/blob/master/src/main/java/com/tikal/hudson/plugins/notification/JobListener.java
func (n *news) phase(phase string, at int64, j jobState) {
	b := j.Build
	c := &n.Clue
	c.First, c.Last = at, at
	ended, took := results()[b.Status], whole(b.Duration)
	step := b.Duration != "" && took == 0
	switch phase {
	case "QUEUED":
		n.Slot = slotQueued
		c.First, c.Last = 0, 0 // since when it could have been built, which may be hours earlier
	case "STARTED":
		if n.Slot = slotStarted; n.Message == "" {
			c.Start = at
		}
	case "COMPLETED", "FINALIZED", "":
		switch {
		case ended == "":
			n.Slot = slotMessage
		case phase == "COMPLETED":
			n.Slot, n.Result, n.Trust = slotCompleted, ended, trustCompleted
		default:
			n.Slot, n.Result, n.Trust = slotFinalized, ended, trustFinalized
		}
		if ended != "" {
			n.ended(at, took, step)
		}
		n.testState(j)
	default:
		n.Slot = slotMessage
	}
}

// ended takes over the end of a build, and when it started. A step that names a result while the build still runs is trusted little.
func (n *news) ended(at, took int64, step bool) {
	n.Ended, n.Duration = at, took
	if step && n.Message != "" {
		n.Trust = trustWords
		return
	}
	if at == 0 {
		return
	}
	n.Clue.Over = at
	if took > 0 && took < at {
		n.Clue.First = at - took
		if n.Slot == slotCompleted {
			n.Clue.Start = n.Clue.First
		} else {
			n.Clue.Near = n.Clue.First
		}
	}
}

// place returns where the build is. Without its own address, Jenkins' setting "Jenkins URL" is missing, and it is known below that.
func (j jobState) place() place {
	for _, address := range []string{j.Build.FullURL, "/" + strings.TrimPrefix(j.Build.URL, "/"), "/" + strings.TrimPrefix(j.URL, "/")} {
		p := locate(address)
		if p.Number == 0 {
			p.Number = number(j.Build.Number.String())
		}
		if len(p.Path) > 0 {
			return p
		}
	}
	return place{}
}

// address names the build where its address is of no known form.
func (j jobState) address() string {
	if j.Build.FullURL != "" {
		return plainAddress(j.Build.FullURL)
	}
	return plainAddress(j.Build.URL)
}

func (n *news) testState(j jobState) {
	s := j.Build.TestSummary
	if s == nil || s.Total <= 0 && s.Failed <= 0 && s.Skipped <= 0 && len(s.FailedTests) == 0 {
		return
	}
	t := tests{
		Total: max(s.Total, 0), Failed: max(s.Failed, len(s.FailedTests), 0), Skipped: max(s.Skipped, 0), Listed: len(s.FailedTests),
	}
	for _, failed := range s.FailedTests[:min(len(s.FailedTests), maxListed)] {
		t.Names = append(t.Names, line(failed, maxLine))
	}
	n.Tests = &t
}

// branchOf returns a branch without the name of the remote that it was fetched from, such as "origin" or "upstream". A multibranch job's
// branch has none.
func branchOf(branch string, p place) string {
	branch = strings.TrimPrefix(branch, "refs/heads/")
	if len(p.Path) > 0 && branch == p.Path[len(p.Path)-1] {
		return line(branch, maxName)
	}
	if remote, ok := strings.CutPrefix(branch, "refs/remotes/"); ok {
		_, rest, _ := strings.Cut(remote, "/")
		return line(rest, maxName)
	}
	for _, remote := range []string{"origin/", "upstream/"} {
		branch = strings.TrimPrefix(branch, remote)
	}
	return line(branch, maxName)
}

// web returns the address if a link may lead there, else "".
func web(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || !isWeb(u.Scheme) || u.Host == "" || u.User != nil || u.Host == unconfigured {
		return ""
	}
	return u.String()
}
