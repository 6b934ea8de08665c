package jenkins

import (
	"cmp"
	"reflect"
	"regexp"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// view is what all parts of a build's story together mean.
type view struct {
	details
	Location location
	Sample   bool
	// At is when it ended, in milliseconds, as far as is known.
	At int64
	// FromJenkins says that Jenkins itself told of the build, and not only a pipeline's message.
	FromJenkins bool
	// Message is what a pipeline said last.
	Message string
	Before  streak
	// Axes are the configurations of a matrix build.
	Axes map[string]axis
	// Recovery is the build with which its job was well again, nil while it is not.
	Recovery *recovery
}

// view puts the parts together. Of each fact the most trusted part that has it counts; names and addresses are better from the
// plugin "Zoom", which sends them as people see them.
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
			v.Message = m.Text // one that names another result was wrong
		}
	}
	return v
}

// overlay lays a part over what less trusted ones said.
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

// brokenBefore is how Jenkins says that earlier builds were broken, too.
var brokenBefore = regexp.MustCompile(`^broken (for a long time|since build )`)

// kind returns which of the events the build stands at. Of builds before the channel was connected, only Jenkins' own words tell.
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

// resultChanged reports whether the result is another than that of the build before. The first build of a job turns if it is not well.
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

// title names the build as people know it.
func (v view) title() string {
	job := v.Name
	if job == "" {
		job = untrusted.Line(strings.Join(v.Location.names(), separator), maxName)
	}
	return cmp.Or(strings.TrimSpace(job+" "+v.Label), name)
}

// endTime returns when the build ended; zero while it runs.
func (v view) endTime() time.Time {
	if v.Result == "" || v.At == 0 {
		return time.Time{}
	}
	return time.UnixMilli(v.At).UTC()
}

// duration returns how long the build took.
func (v view) duration() time.Duration { return time.Duration(v.Duration) * time.Millisecond }
