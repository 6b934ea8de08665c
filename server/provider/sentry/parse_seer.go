package sentry

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// sentSeer is the content of a step of Seer, which depends on the step. Until 2025, a cause and a solution had a description, and code
// changes were a list.
type sentSeer struct {
	Run     text `json:"run_id"`
	SeerRun text `json:"sentry_run_id"`
	Issue   text `json:"group_id"`
	Cause   lenient[struct {
		Line        text `json:"one_line_description"`
		Description text `json:"description"`
	}] `json:"root_cause"`
	Solution lenient[struct {
		Line        text `json:"one_line_summary"`
		Description text `json:"description"`
		Steps       list[struct {
			Title text `json:"title"`
		}] `json:"steps"`
	}] `json:"solution"`
	Files   lenient[map[string]list[sentFile]] `json:"code_changes"`
	Changes list[struct {
		Repo  text `json:"repo_name"`
		Title text `json:"title"`
	}] `json:"changes"`
	Pulls list[sentPull] `json:"pull_requests"`
	// Summary is an alert's text about a cause or solution.
	Summary text `json:"summary"`
}

// sentFile is a file that Seer changed.
type sentFile struct {
	Path    text `json:"path"`
	Added   text `json:"added"`
	Removed text `json:"removed"`
}

// sentPull is a pull request in the form of the webhook or of an alert.
type sentPull struct {
	Repo text `json:"repo_name"`
	URL  text `json:"url"`
	Pull lenient[struct {
		Number text `json:"pr_number"`
		URL    text `json:"pr_url"`
	}] `json:"pull_request"`
}

// step returns the step with its content.
func (s sentSeer) step(name string) *seerStep {
	return &seerStep{Name: name, Run: cmp.Or(s.Run.id(), s.SeerRun.id()), Text: untrusted.Lines(s.text(), maxOwnText), Pulls: s.pulls()}
}

// text returns Seer's findings or changes, with line breaks.
func (s sentSeer) text() string {
	cause, solution := s.Cause.get(), s.Solution.get()
	all := []string{
		s.Summary.block(maxOwnText), cmp.Or(cause.Line.block(maxOwnText), cause.Description.block(maxOwnText)),
		cmp.Or(solution.Line.block(maxOwnText), solution.Description.block(maxOwnText)),
	}
	for i, one := range solution.Steps[:min(len(solution.Steps), maxFiles)] {
		all = append(all, itoa(int64(i)+1)+") "+one.Title.line(maxTitle))
	}
	files := s.Files.get()
	var changed []string
	for _, repo := range slices.Sorted(maps.Keys(files)) {
		for _, f := range files[repo] {
			changed = append(changed, text(repo).line(maxName)+": "+f.Path.line(maxFile)+" +"+itoa(f.Added.number())+" -"+itoa(f.Removed.number()))
		}
	}
	for _, one := range s.Changes {
		changed = append(changed, strings.TrimPrefix(one.Repo.line(maxName)+": "+one.Title.line(maxTitle), ": "))
	}
	if more := len(changed) - maxFiles; more > 0 {
		changed = append(changed[:maxFiles], "… +"+itoa(int64(more)))
	}
	return strings.Join(slices.DeleteFunc(append(all, changed...), func(s string) bool { return s == "" }), "\n")
}

// pulls returns the pull requests with a valid address.
func (s sentSeer) pulls() []pull {
	var all []pull
	for _, sent := range s.Pulls {
		p := pull{Repo: sent.Repo.line(maxName), Number: sent.Pull.get().Number.id(), URL: untrusted.URL(string(sent.Pull.get().URL))}
		if p.URL = cmp.Or(p.URL, untrusted.URL(string(sent.URL))); p.URL == "" || len(all) == maxPulls {
			continue
		}
		p.Number = cmp.Or(p.Number, numberOf(p.URL))
		all = append(all, p)
	}
	return all
}

// numberOf returns the number at the end of a pull request's address, or "".
func numberOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	path := strings.TrimRight(u.Path, "/")
	if number := text(path[strings.LastIndex(path, "/")+1:]).number(); number > 0 {
		return itoa(number)
	}
	return ""
}

// parseSeer reads a step of Seer. It has the number of its issue, and nothing else about it.
//
// https://docs.sentry.io/integrations/integration-platform/webhooks/seer/
func parseSeer(e envelope, n eventData) ([]provider.Event, error) {
	var data sentSeer
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read a step of Seer")
	}
	if data.Issue.id() == "" || e.Action.id() == "" {
		return parseOther("seer", e, n)
	}
	n.By, n.Type, n.Issue, n.Seer = actor{}, typeSeer, &issue{ID: data.Issue.id()}, data.step(e.Action.id())
	return []provider.Event{issueEvent(n)}, nil
}

// seerActivity is the prefix of activities that are steps of Seer. activityPullRequest means that a pull request mentions the issue.
const (
	seerActivity        = "seer_"
	activityPullRequest = "appeared_in_pull_request"
)

// sentDetails is the content of an activity.
type sentDetails struct {
	sentSeer
	User lenient[struct {
		ID    text `json:"id"`
		Name  text `json:"name"`
		Login text `json:"username"`
	}] `json:"user"`
}

// parseActivity reads an alert about an activity of an issue.
//
// https://docs.sentry.io/integrations/integration-platform/webhooks/activity-alerts/
func (s deliveries) parseActivity(e envelope, n eventData) ([]provider.Event, error) {
	var data struct {
		Issue    sentIssue `json:"issue"`
		Activity struct {
			Type    text                 `json:"type"`
			Details lenient[sentDetails] `json:"details"`
		} `json:"activity"`
		Alert lenient[sentAlertAction] `json:"alert"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, errors.Wrap(err, "read an alert about an activity")
	}
	found, at := data.Issue.issue(s.personalData())
	kind, details := data.Activity.Type.id(), data.Activity.Details.get()
	if found.ID == "" || kind == "" {
		return parseOther("activity_alert", e, n)
	}
	if u := details.User.get(); u.ID.id() != "" {
		n.By = actor{ID: u.ID.id(), Name: cmp.Or(u.Name.line(maxName), u.Login.line(maxName))}
	}
	n.Issue, n.Rule, n.Channel = found, data.Alert.get().Title.line(maxName), data.Alert.get().channel()
	n.fillLocation(at)
	if name, ofSeer := strings.CutPrefix(kind, seerActivity); ofSeer {
		// Alerts call it an iteration of a pull request, the webhook an iteration.
		if rest, iterates := strings.CutPrefix(name, "pr_iteration_"); iterates {
			name = "iteration_" + rest
		}
		n.Type, n.Seer = typeSeer, details.step(name)
		return []provider.Event{issueEvent(n)}, nil
	}
	if n.Type = statusEventType(kind); n.Type == typeActivity {
		n.Activity = kind
	} else if found.Shown.Missing.has(jsonStatus) {
		found.Shown.setStatusFrom(n.Type)
	}
	return []provider.Event{issueEvent(n)}, nil
}

// statusEventType returns the event type for an activity that changes the status, typeActivity for others.
func statusEventType(activity string) eventType {
	status, _ := strings.CutPrefix(activity, "status_")
	switch {
	case status == activity:
		return typeActivity
	case strings.HasPrefix(status, "resolved"):
		return typeResolved
	case status == "ignored", status == "archived":
		return typeArchived
	case status == "unresolved", status == "regression", status == "escalating":
		return typeUnresolved
	}
	return typeActivity
}
