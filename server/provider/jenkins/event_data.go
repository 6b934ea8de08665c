package jenkins

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The labels of events.
const (
	labelJob    = "job"
	labelBranch = "branch"
)

// result is the result of a build, in Jenkins' order; "" while it is running.
type result string

const (
	resultSuccess  result = "success"
	resultUnstable result = "unstable"
	resultFailure  result = "failure"
	resultNotBuilt result = "not_built"
	resultAborted  result = "aborted"
)

// resultWords maps Jenkins' words to results.
func resultWords() map[string]result {
	return map[string]result{
		"SUCCESS": resultSuccess, "UNSTABLE": resultUnstable, "FAILURE": resultFailure,
		"NOT_BUILT": resultNotBuilt, "ABORTED": resultAborted,
	}
}

// stage is the part of a build that a delivery reports. Each stage except messages is reported at most once, so the order of deliveries
// doesn't matter.
type stage string

const (
	// The plugin "Zoom" reports the start and the end.
	stageStart stage = "start"
	stageEnd   stage = "end"
	// The plugin "Notification" reports four phases.
	stageQueued    stage = "queued"
	stageStarted   stage = "started"
	stageCompleted stage = "completed"
	stageFinalized stage = "finalized"
	// A pipeline reports any text, any number of times.
	stageMessage stage = "message"
	// The configurations of a matrix build report it, too.
	stageAxis stage = "axis"
)

// stages returns the stages, the most trusted last.
func stages() []stage {
	return []stage{stageMessage, stageAxis, stageQueued, stageStart, stageStarted, stageEnd, stageCompleted, stageFinalized}
}

// How far a result is trusted, by its source. The plugin "Zoom" calls everything but a success a failure.
const (
	trustPipeline = iota + 1
	trustZoomFailure
	trustSummary
	trustCompleted
	trustFinalized
)

// Limits of what is kept, in characters or items.
const (
	maxName     = 150
	maxLine     = 200
	maxCause    = 150
	maxMessage  = 300
	maxMessages = 20
	maxListed   = 10
)

// eventData is what one delivery says about a build; see provider.Event.Data.
type eventData struct {
	Stage    stage    `json:"stage"`
	Location location `json:"location,omitzero"`
	// Key identifies a build without a number. Hints tell it apart from others with the same number.
	Key   string `json:"key,omitempty"`
	Hints hints  `json:"hints,omitzero"`
	// Axis is the configuration of a matrix build, "" for the build itself. Configuration and AxisTests are what the delivery says about
	// it.
	Axis          string `json:"axis,omitempty"`
	Configuration axis   `json:"configuration,omitzero"`
	AxisTests     *tests `json:"axis_tests,omitempty"`
	Sample        bool   `json:"sample,omitempty"`
	// Message is the text of a pipeline.
	Message string `json:"message,omitempty"`
	// Recovery is the later build that fixed the job; nil in data from Jenkins.
	Recovery *recovery `json:"recovery,omitempty"`
	details
}

// details is what is kept of a stage.
type details struct {
	URL string `json:"url,omitempty"`
	// Name is the job's name in the plugin "Zoom"; Label replaces the number.
	Name    string `json:"name,omitempty"`
	Label   string `json:"label,omitempty"`
	Result  result `json:"result,omitempty"`
	Trust   int    `json:"trust,omitempty"`
	Summary string `json:"summary,omitempty"`
	Cause   string `json:"cause,omitempty"`
	// Duration and Ended are in milliseconds. Ended is when the build ended according to Jenkins, or when the delivery was received from
	// a plugin that sends no time.
	Duration int64  `json:"duration,omitempty"`
	Ended    int64  `json:"ended,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Commit   string `json:"commit,omitempty"`
	// Changes are the first new commits.
	Changes     []change `json:"changes,omitempty"`
	ChangeCount int      `json:"change_count,omitempty"`
	Tests       *tests   `json:"tests,omitempty"`
}

// change is a commit with its short ID, author, and the first line of its message.
type change struct {
	ID      string `json:"id,omitempty"`
	Author  string `json:"author,omitempty"`
	Message string `json:"message,omitempty"`
}

// tests are test results; Names are the first failed tests.
type tests struct {
	Total   int      `json:"total,omitempty"`
	Failed  int      `json:"failed,omitempty"`
	Skipped int      `json:"skipped,omitempty"`
	Names   []string `json:"names,omitempty"`
	Listed  int      `json:"listed,omitempty"`
}

// Parse implements provider.Provider. An empty body is a connection test and says nothing.
func (Jenkins) Parse(d provider.Delivery) ([]provider.Event, error) {
	if len(bytes.TrimSpace(d.Body)) == 0 {
		return nil, nil
	}
	var shape struct {
		Build json.RawMessage `json:"build"`
	}
	if err := json.Unmarshal(d.Body, &shape); err != nil {
		return nil, errors.Wrap(err, "read a delivery")
	}
	understand := parseZoomReport
	if len(shape.Build) > 0 && shape.Build[0] == '{' {
		understand = parseNotification
	}
	n, address, err := understand(d.Body)
	if err != nil || n.Stage == "" {
		return nil, err
	}
	if !d.ReceivedAt.IsZero() {
		n.markReceived(d.ReceivedAt.UnixMilli())
	}
	if n.Ended == 0 && n.Hints.Last == 0 && (n.Result != "" || n.Message != "") {
		n.Ended = n.Hints.Received // the plugin "Zoom" sends no time
	}
	if configurationPattern.MatchString(n.Location.Part) {
		n.toConfiguration()
	}
	e, err := n.event(address)
	if err != nil {
		return nil, err
	}
	return []provider.Event{e}, nil
}

// event returns the provider.Event. The address identifies the build if its form isn't known.
func (n eventData) event(address string) (provider.Event, error) {
	subject, series := n.subjectAndSeries(address)
	if subject == "" {
		return provider.Event{}, errors.New("the delivery names no build")
	}
	labels := map[string]string{}
	if job := n.jobName(); job != "" {
		labels[labelJob] = job
	}
	if branch := n.branchName(); branch != "" {
		labels[labelBranch] = branch
	}
	if n.Location.Number == 0 {
		n.Key = subject
	}
	data, err := json.Marshal(n)
	if err != nil {
		return provider.Event{}, errors.Wrap(err, "encode an event")
	}
	e := provider.Event{ID: n.fingerprint(), Subject: subject, Series: series, SeriesTitle: n.jobName(), Labels: labels, Data: data}
	if n.Hints.Last > 0 {
		e.At = time.UnixMilli(n.Hints.Last).UTC()
	}
	return e, nil
}

// subjectAndSeries returns the names of the build and its job.
func (n eventData) subjectAndSeries(address string) (subject, series string) {
	if len(n.Location.Path) > 0 {
		series = n.Location.Base + n.Location.path(false)
		if n.Location.Number > 0 {
			return boundName(n.Location.Base + n.Location.path(true)), boundName(series)
		}
		if n.Label != "" {
			return boundName(series + "/" + n.Label), boundName(series)
		}
	}
	if address == "" && n.Name != "" && n.Label != "" {
		address = n.Name + " " + n.Label
	}
	if n.Name != "" {
		series = "name:" + n.Name
	}
	return boundName(strings.TrimRight(address, "/")), boundName(series)
}

// jobName returns the full name of the job, with slashes.
func (n eventData) jobName() string {
	if len(n.Location.Path) > 0 {
		return chat.Truncate(n.Location.job(), maxLine)
	}
	return strings.ReplaceAll(n.Name, separator, "/")
}

func (n eventData) branchName() string {
	if n.Branch != "" {
		return n.Branch
	}
	return chat.Truncate(n.Location.branch(), maxName)
}

// fingerprint identifies the event, because neither plugin sends an ID.
func (n eventData) fingerprint() string {
	n.Ended, n.Key = 0, ""
	n.Hints = hints{Queue: n.Hints.Queue, Last: n.Hints.Last}
	n.Configuration.At = 0
	encoded, err := json.Marshal(n)
	if err != nil {
		return "" // can't happen: it was encoded before
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:12])
}

// cleanLines returns the text with its line breaks, without blank lines, and with a limited length.
func cleanLines(text string, most int) string {
	var kept []string
	for one := range strings.Lines(text) {
		if one = untrusted.Line(one, most); one != "" {
			kept = append(kept, one)
		}
	}
	return chat.Truncate(strings.Join(kept, "\n"), most)
}

// firstLine returns the first line that isn't blank.
func firstLine(text string, most int) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return untrusted.Line(first, most)
}
