package bitbucket

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The states of a build.
const (
	buildRunning = "running"
	buildPassed  = "passed"
	buildFailed  = "failed"
	buildStopped = "stopped"
)

// parseBuildState returns the state in either product, or "".
func parseBuildState(word string) string {
	switch strings.ToUpper(word) {
	case "INPROGRESS":
		return buildRunning
	case "SUCCESSFUL":
		return buildPassed
	case "FAILED":
		return buildFailed
	case "STOPPED", "CANCELLED", "UNKNOWN":
		return buildStopped
	}
	return ""
}

// runNumber matches the number of a run in the name of a build.
var runNumber = regexp.MustCompile(`\s*#(\d{1,18})\b`)

// status is the state of a build of a commit.
type status struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	State  string `json:"state"`
	Branch string `json:"branch,omitempty"`
	URL    string `json:"url,omitempty"`
	// Run counts the runs of a pipeline; 0 if it isn't known.
	Run int64     `json:"run,omitempty"`
	At  time.Time `json:"at,omitzero"`
}

// pipeline reports whether this is a run of Bitbucket Pipelines.
func (s status) pipeline() bool {
	return strings.Contains(s.URL, "/pipelines/") || strings.HasPrefix(s.Name, "Pipeline #")
}

// buildKey identifies the build across its runs. Pipelines has a new key for each run, and the run's number in the name; other systems
// use the same key for all runs.
func (s status) buildKey() string {
	if s.pipeline() {
		return "pipeline:" + s.label()
	}
	return "key:" + s.Key
}

// label returns the name of the build without the number of the run.
func (s status) label() string {
	return firstNonBlank(strings.TrimSpace(runNumber.ReplaceAllString(s.Name, "")), s.Name, s.Key)
}

// series returns the series of the build on its branch.
func (s status) series() string { return boundName("build", s.Branch+"\x1f"+s.buildKey()) }

// finished reports whether the build has a result.
func (s status) finished() bool { return s.State != buildRunning }

// cloudStatus is a status in a delivery or response of Cloud.
type cloudStatus struct {
	Key     string      `json:"key"`
	Name    string      `json:"name"`
	State   string      `json:"state"`
	Refname string      `json:"refname"`
	URL     string      `json:"url"`
	Commit  cloudCommit `json:"commit"`
	Created timestamp   `json:"created_on"`
	Updated timestamp   `json:"updated_on"`
	Links   cloudLinks  `json:"links"`
}

// hash returns the commit's hash. Old and external statuses have only a link to the commit.
func (s cloudStatus) hash() string {
	if hash := validHash(s.Commit.Hash); hash != "" {
		return hash
	}
	address, _, _ := strings.Cut(s.Links.Commit.Href, "?")
	address = strings.TrimRight(address, "/")
	return validHash(address[strings.LastIndex(address, "/")+1:])
}

func (s cloudStatus) status() status {
	return cleanStatus(status{
		Key: s.Key, Name: s.Name, State: parseBuildState(s.State), Branch: s.Refname, URL: s.URL, At: untrusted.Latest(s.Created.Time, s.Updated.Time),
	})
}

// cleanStatus returns the status with limited lengths.
func cleanStatus(s status) status {
	s.Key, s.Name = untrusted.Line(s.Key, maxTitle), untrusted.Line(firstNonBlank(s.Name, s.Key), maxTitle)
	s.Branch, s.URL = untrusted.Line(strings.TrimPrefix(s.Branch, "refs/heads/"), maxBranch), untrusted.URL(s.URL)
	if found := runNumber.FindStringSubmatch(s.Name); found != nil && s.Run == 0 {
		s.Run, _ = strconv.ParseInt(found[1], 10, 64) // only digits, and few enough
	}
	return s
}

// events returns the status as an event.
func (s cloudStatus) events(n eventData) ([]provider.Event, error) {
	about := s.Commit.commit()
	about.Hash = s.hash()
	state := s.status()
	if about.Hash == "" || state.Name == "" {
		return nil, errors.New("a status of no commit")
	}
	if state.State == "" {
		return nil, nil // a state that we don't know yet
	}
	state.At = firstTime(state.At, n.At)
	n.Commit, n.Status, n.At = &about, &state, state.At
	return []provider.Event{statusEvent(n)}, nil
}

// statusEvent returns the event about a status. It also concerns the pull request whose last commit this is.
func statusEvent(n eventData) provider.Event {
	s := *n.Status
	return event(n, provider.Event{
		ID:              untrusted.HashID("status", n.Commit.Hash, s.Key, s.State, timeKey(s.At), s.URL),
		Subject:         commitSubject(n.Commit.Hash),
		Series:          s.series(),
		SeriesTitle:     strings.Trim(s.buildKey()+" · "+s.Branch, " ·"),
		RelatedSubjects: []string{headAlias(n.Commit.Hash)},
		Labels:          labels(s.Branch, s.label()),
		At:              s.At,
	})
}
