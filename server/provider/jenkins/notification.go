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
	n := news{Place: j.place(), Queue: whole(b.QueueID), said: said{
		URL: web(b.FullURL), Started: whole(b.Timestamp), Duration: whole(b.Duration),
		Branch: branchOf(b.SCM.Branch), Commit: shortID(b.SCM.Commit),
	}}
	if len(n.Place.Path) == 0 {
		n.Name = line(j.Name, maxName)
	}
	if number := line(b.Number.String(), maxName); number != "" {
		n.Label = "#" + number
	}
	n.testState(j)
	ended := results()[b.Status]
	switch b.Phase {
	case "QUEUED":
		n.Slot, n.Duration = slotQueued, 0
	case "STARTED":
		n.Slot, n.Duration = slotStarted, 0
	case "COMPLETED":
		n.Slot, n.Result, n.Trust = slotCompleted, ended, trustCompleted
	case "FINALIZED", "":
		n.Slot, n.Result, n.Trust = slotFinalized, ended, trustFinalized
	default:
		return n.step(b.Notes, j)
	}
	if n.Result == "" {
		n.Trust = 0
	}
	if b.Phase == "" && n.Result == "" {
		return news{}, "", errors.New("the state of a job has no phase")
	}
	if n.Result != "" {
		n.Summary = line(b.Notes, maxLine)
	}
	return n, j.address(), nil
}

// step returns what a pipeline's step "notifyEndpoints" says in a phase of its own.
func (n news) step(notes string, j jobState) (news, string, error) {
	n.Slot, n.Started, n.Duration, n.Tests = slotMessage, 0, 0, nil
	phase := line(j.Build.Phase, maxName)
	if n.Message = line(notes, maxMessage); n.Message == "" {
		n.Message = phase
	}
	if n.Result = results()[j.Build.Status]; n.Result != "" {
		n.Trust = trustWords
	}
	return n, j.address(), nil
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
	if s == nil {
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

// branchOf returns a branch without the name of where it was fetched from.
func branchOf(branch string) string {
	branch = strings.TrimPrefix(branch, "refs/heads/")
	return line(strings.TrimPrefix(branch, "origin/"), maxName)
}

// web returns the address if a link may lead there, else "".
func web(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || !isWeb(u.Scheme) || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}
