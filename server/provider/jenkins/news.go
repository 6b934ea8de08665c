package jenkins

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
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

// results are the words of Jenkins.
func results() map[string]result {
	return map[string]result{
		"SUCCESS": resultSuccess, "UNSTABLE": resultUnstable, "FAILURE": resultFailure,
		"NOT_BUILT": resultNotBuilt, "ABORTED": resultAborted,
	}
}

// slot is which part of a build's story a delivery is. Each but the messages is told at most once, so that it does not matter when
// it arrives.
type slot string

const (
	// The plugin "Zoom" tells of the start and the end.
	slotStart slot = "start"
	slotEnd   slot = "end"
	// The plugin "Notification" tells of four phases.
	slotQueued    slot = "queued"
	slotStarted   slot = "started"
	slotCompleted slot = "completed"
	slotFinalized slot = "finalized"
	// A pipeline says what it likes, as often as it likes.
	slotMessage slot = "message"
	// The configurations of a matrix build tell of it, too.
	slotAxis slot = "axis"
)

// slots are the parts, what is trusted most last.
func slots() []slot {
	return []slot{slotMessage, slotAxis, slotQueued, slotStart, slotStarted, slotEnd, slotCompleted, slotFinalized}
}

// The trust in a result, by where it comes from; the plugin "Zoom" calls all that is no success a failure.
const (
	trustWords = iota + 1
	trustBlurred
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

// news is what one delivery says of a build: the Data of its event.
type news struct {
	Slot  slot  `json:"slot"`
	Place place `json:"place,omitzero"`
	// Key names a build whose number isn't known; Clue tells it apart from others of its number.
	Key  string `json:"key,omitempty"`
	Clue clue   `json:"clue,omitzero"`
	// Axis is the configuration of a matrix build that the news are about, "" for the build itself; Of and AxisTests are what they say of it.
	Axis      string `json:"axis,omitempty"`
	Of        axis   `json:"of,omitzero"`
	AxisTests *tests `json:"axis_tests,omitempty"`
	Sample    bool   `json:"sample,omitempty"`
	// Message is what a pipeline said.
	Message string `json:"message,omitempty"`
	// Mended is the later build that was well again; nil for what Jenkins itself tells.
	Mended *mended `json:"mended,omitempty"`
	said
}

// said is what is kept of a part of the story.
type said struct {
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
	understand := ofZoomPlugin
	if len(shape.Build) > 0 && shape.Build[0] == '{' {
		understand = ofNotificationPlugin
	}
	n, address, err := understand(d.Body)
	if err != nil || n.Slot == "" {
		return nil, err
	}
	if !d.ReceivedAt.IsZero() {
		n.received(d.ReceivedAt.UnixMilli())
	}
	if n.Ended == 0 && n.Clue.Last == 0 && (n.Result != "" || n.Message != "") {
		n.Ended = n.Clue.Heard // the plugin "Zoom" tells no time
	}
	if configuration.MatchString(n.Place.Part) {
		n.ofAxis()
	}
	e, err := n.event(address)
	if err != nil {
		return nil, err
	}
	return []provider.Event{e}, nil
}

// event returns the event of the news. The address names the build where its form is not known.
func (n news) event(address string) (provider.Event, error) {
	subject, series := n.names(address)
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
	if n.Place.Number == 0 {
		n.Key = subject
	}
	data, err := json.Marshal(n)
	if err != nil {
		return provider.Event{}, errors.Wrap(err, "encode an event")
	}
	e := provider.Event{ID: n.fingerprint(), Subject: subject, Series: series, SeriesTitle: n.jobName(), Labels: labels, Data: data}
	if n.Clue.Last > 0 {
		e.At = time.UnixMilli(n.Clue.Last).UTC()
	}
	return e, nil
}

// names returns what the build and its job are known as.
func (n news) names(address string) (subject, series string) {
	if len(n.Place.Path) > 0 {
		series = n.Place.Base + n.Place.path(false)
		if n.Place.Number > 0 {
			return bounded(n.Place.Base + n.Place.path(true)), bounded(series)
		}
		if n.Label != "" {
			return bounded(series + "/" + n.Label), bounded(series)
		}
	}
	if address == "" && n.Name != "" && n.Label != "" {
		address = n.Name + " " + n.Label
	}
	if n.Name != "" {
		series = "name:" + n.Name
	}
	return bounded(strings.TrimRight(address, "/")), bounded(series)
}

// jobName returns the full name of the job, with slashes.
func (n news) jobName() string {
	if len(n.Place.Path) > 0 {
		return chat.Truncate(n.Place.job(), maxLine)
	}
	return strings.ReplaceAll(n.Name, separator, "/")
}

func (n news) branchName() string {
	if n.Branch != "" {
		return n.Branch
	}
	return chat.Truncate(n.Place.branch(), maxName)
}

// fingerprint tells a repetition: neither plugin sends anything that would.
func (n news) fingerprint() string {
	n.Ended, n.Key = 0, ""
	n.Clue = clue{Queue: n.Clue.Queue, Last: n.Clue.Last}
	n.Of.At = 0
	encoded, err := json.Marshal(n)
	if err != nil {
		return "" // cannot be: it was encoded before
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:12])
}

// line returns text on one line, cut.
func line(text string, most int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	words := strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) })
	return chat.Truncate(strings.Join(words, " "), most)
}

// lines returns text as it was laid out, without blank lines, cut.
func lines(text string, most int) string {
	var kept []string
	for one := range strings.Lines(text) {
		if one = line(one, most); one != "" {
			kept = append(kept, one)
		}
	}
	return chat.Truncate(strings.Join(kept, "\n"), most)
}

// firstLine returns the first line of a text that is not blank.
func firstLine(text string, most int) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line(first, most)
}
