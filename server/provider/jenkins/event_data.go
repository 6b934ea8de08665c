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

// result is how a build ended, in Jenkins' own order; "" while it runs.
type result string

const (
	resultSuccess  result = "success"
	resultUnstable result = "unstable"
	resultFailure  result = "failure"
	resultNotBuilt result = "not_built"
	resultAborted  result = "aborted"
)

// resultWords are the words of Jenkins.
func resultWords() map[string]result {
	return map[string]result{
		"SUCCESS": resultSuccess, "UNSTABLE": resultUnstable, "FAILURE": resultFailure,
		"NOT_BUILT": resultNotBuilt, "ABORTED": resultAborted,
	}
}

// stage is which part of a build's story a delivery is. Each but the messages is told at most once, so that it does not matter when
// it arrives.
type stage string

const (
	// The plugin "Zoom" tells of the start and the end.
	stageStart stage = "start"
	stageEnd   stage = "end"
	// The plugin "Notification" tells of four phases.
	stageQueued    stage = "queued"
	stageStarted   stage = "started"
	stageCompleted stage = "completed"
	stageFinalized stage = "finalized"
	// A pipeline says what it likes, as often as it likes.
	stageMessage stage = "message"
	// The configurations of a matrix build tell of it, too.
	stageAxis stage = "axis"
)

// stages are the parts, what is trusted most last.
func stages() []stage {
	return []stage{stageMessage, stageAxis, stageQueued, stageStart, stageStarted, stageEnd, stageCompleted, stageFinalized}
}

// The trust in a result, by where it comes from; the plugin "Zoom" calls all that is no success a failure.
const (
	trustPipeline = iota + 1
	trustZoomFailure
	trustSummary
	trustCompleted
	trustFinalized
)

// Limits of what is kept, in characters or things.
const (
	maxName     = 150
	maxLine     = 200
	maxCause    = 150
	maxMessage  = 300
	maxMessages = 20
	maxListed   = 10
)

// eventData is what one delivery says of a build: the Data of its event.
type eventData struct {
	Stage    stage    `json:"stage"`
	Location location `json:"location,omitzero"`
	// Key names a build whose number isn't known; Clue tells it apart from others of its number.
	Key   string `json:"key,omitempty"`
	Hints hints  `json:"hints,omitzero"`
	// Axis is the configuration of a matrix build that the news are about, "" for the build itself; Of and AxisTests are what they say of it.
	Axis          string `json:"axis,omitempty"`
	Configuration axis   `json:"configuration,omitzero"`
	AxisTests     *tests `json:"axis_tests,omitempty"`
	Sample        bool   `json:"sample,omitempty"`
	// Message is what a pipeline said.
	Message string `json:"message,omitempty"`
	// Recovery is the later build that was well again; nil for what Jenkins itself tells.
	Recovery *recovery `json:"recovery,omitempty"`
	details
}

// details is what is kept of a part of the story.
type details struct {
	URL string `json:"url,omitempty"`
	// Name is the job's as the plugin "Zoom" shows it; Label what is shown for the number.
	Name    string `json:"name,omitempty"`
	Label   string `json:"label,omitempty"`
	Result  result `json:"result,omitempty"`
	Trust   int    `json:"trust,omitempty"`
	Summary string `json:"summary,omitempty"`
	Cause   string `json:"cause,omitempty"`
	// Duration is in milliseconds, and so is Ended: when it ended by Jenkins' own word, or, from a plugin that tells no time, when that was
	// received.
	Duration int64  `json:"duration,omitempty"`
	Ended    int64  `json:"ended,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Commit   string `json:"commit,omitempty"`
	// Changes are the first of all that are new in the build.
	Changes     []change `json:"changes,omitempty"`
	ChangeCount int      `json:"change_count,omitempty"`
	Tests       *tests   `json:"tests,omitempty"`
}

// change is a commit: its short id, author, and the first line of its message.
type change struct {
	ID      string `json:"id,omitempty"`
	Author  string `json:"author,omitempty"`
	Message string `json:"message,omitempty"`
}

// tests is what came of the tests; Names are the first of those that failed.
type tests struct {
	Total   int      `json:"total,omitempty"`
	Failed  int      `json:"failed,omitempty"`
	Skipped int      `json:"skipped,omitempty"`
	Names   []string `json:"names,omitempty"`
	Listed  int      `json:"listed,omitempty"`
}

// Parse implements provider.Provider. An empty body is the test of the connection, which says nothing.
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
		n.Ended = n.Hints.Received // the plugin "Zoom" tells no time
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

// event returns the event of the news. The address names the build where its form is not known.
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

// subjectAndSeries returns what the build and its job are known as.
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

// fingerprint tells a repetition: neither plugin sends anything that would.
func (n eventData) fingerprint() string {
	n.Ended, n.Key = 0, ""
	n.Hints = hints{Queue: n.Hints.Queue, Last: n.Hints.Last}
	n.Configuration.At = 0
	encoded, err := json.Marshal(n)
	if err != nil {
		return "" // cannot be: it was encoded before
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:12])
}

// cleanLines returns text as it was laid out, without blank lines, cut.
func cleanLines(text string, most int) string {
	var kept []string
	for one := range strings.Lines(text) {
		if one = untrusted.Line(one, most); one != "" {
			kept = append(kept, one)
		}
	}
	return chat.Truncate(strings.Join(kept, "\n"), most)
}

// firstLine returns the first line of a text that is not blank.
func firstLine(text string, most int) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return untrusted.Line(first, most)
}
