package jenkins

import (
	"cmp"
	"reflect"
	"regexp"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// view is what all stages of a build together mean.
type view struct {
	details
	Location location
	Sample   bool
	// At is when it ended, in milliseconds, if it is known.
	At int64
	// FromJenkins is set if Jenkins itself reported the build, and not only a pipeline's message.
	FromJenkins bool
	// Message is a pipeline's last message.
	Message string
	Before  streak
	// Axes are the configurations of a matrix build.
	Axes map[string]axis
	// Recovery is the build that fixed the job, nil until then.
	Recovery *recovery
}

// view merges the stages. For each fact, the most trusted stage counts; names and addresses are better from the plugin "Zoom", which
// sends them in display form.
func (b build) view() view {
	v := view{Location: b.Location, Sample: b.Sample, Before: b.Before, Recovery: b.Recovery, Axes: b.Axes}
	var end verdict
	itself := false
	for _, part := range stages() {
		s, ok := b.Stages[part]
		if !ok {
			continue
		}
		v.FromJenkins = v.FromJenkins || part != stageMessage
		itself = itself || part != stageMessage && part != stageAxis
		v.overlay(s, part == stageStart || part == stageEnd || part == stageMessage)
		if s.Result != "" {
			end = end.resolve(s.verdict())
		}
	}
	for _, m := range b.Messages {
		end = end.resolve(m.verdict)
	}
	if !itself && end.Result == "" {
		end = worstVerdict(b.Axes)
	}
	v.Result, v.At = end.Result, end.At
	if v.Result == "" {
		v.Duration = 0
	}
	for _, m := range b.Messages {
		if m.Result == "" || m.Result == v.Result {
			v.Message = m.Text // a message with another result was wrong
		}
	}
	return v
}

// overlay sets what a more trusted stage reports.
func (v *view) overlay(s details, names bool) {
	if s.URL != "" && (names || v.URL == "") {
		v.URL = s.URL
	}
	if s.Name != "" && (names || v.Name == "") {
		v.Name = s.Name
	}
	if s.Label != "" && (names || v.Label == "") {
		v.Label = s.Label
	}
	setIfKnown(&v.Summary, s.Summary)
	setIfKnown(&v.Cause, s.Cause)
	setIfKnown(&v.Duration, s.Duration)
	setIfKnown(&v.Branch, s.Branch)
	setIfKnown(&v.Commit, s.Commit)
	if s.ChangeCount > 0 {
		v.Changes, v.ChangeCount = s.Changes, s.ChangeCount
	}
	setIfKnown(&v.Tests, s.Tests)
}

func setIfKnown[T comparable](on *T, value T) {
	var none T
	if value != none {
		*on = value
	}
}

// equal reports whether two views show the same.
func (v view) equal(o view) bool { return reflect.DeepEqual(v, o) }

// brokenBefore matches Jenkins' summary if earlier builds failed, too.
var brokenBefore = regexp.MustCompile(`^broken (for a long time|since build )`)

// kind returns the kind of notification for the build's state. For builds before the channel was connected, only Jenkins' summary tells.
func (v view) kind() string {
	switch v.Result {
	case "":
		if v.FromJenkins {
			return kindStarted
		}
		return kindMessage
	case resultSuccess:
		if v.Before.Failures > 0 || v.Before.Last == "" && strings.Contains(v.Summary, "back to normal") {
			return kindBackNormal
		}
	case resultFailure:
		if v.Before.Last == resultFailure || v.Before.Last == "" && brokenBefore.MatchString(v.Summary) {
			return kindRepeated
		}
	}
	return string(v.Result)
}

// resultChanged reports whether the result differs from the previous build's. The first build of a job counts as a change if it didn't
// succeed.
func (v view) resultChanged() bool {
	if v.Before.Last == "" {
		return v.kind() == kindBackNormal || v.Result != "" && v.Result != resultSuccess && v.kind() != kindRepeated
	}
	return v.Result != "" && v.Result != v.Before.Last
}

// escalated reports whether the job is worse off than before.
func (v view) escalated() bool {
	bad := map[result]int{resultUnstable: 1, resultFailure: 2}
	if v.kind() == kindRepeated {
		return false
	}
	return bad[v.Result] > bad[v.Before.Last]
}

// title returns the display name of the build.
func (v view) title() string {
	job := v.Name
	if job == "" {
		job = untrusted.Line(strings.Join(v.Location.names(), separator), maxName)
	}
	return cmp.Or(strings.TrimSpace(job+" "+v.Label), name)
}

// endTime returns when the build ended; zero while it is running.
func (v view) endTime() time.Time {
	if v.Result == "" || v.At == 0 {
		return time.Time{}
	}
	return time.UnixMilli(v.At).UTC()
}

// duration returns how long the build took.
func (v view) duration() time.Duration { return time.Duration(v.Duration) * time.Millisecond }
