package jenkins

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxAxes limits the remembered configurations of a matrix build, maxListedAxes those on its card.
const (
	maxAxes       = 200
	maxListedAxes = 12
)

// axis is the state of one configuration of a matrix build, which is a separate build in Jenkins.
type axis struct {
	URL      string `json:"url,omitempty"`
	Duration int64  `json:"duration,omitempty"`
	verdict
}

// toConfiguration turns the event data of a configuration's build into that of the matrix build: the result is only the configuration's,
// it starts later than the matrix build, and it has its own item in the queue.
func (n *eventData) toConfiguration() {
	n.Axis, n.Location.Part = n.Location.Part, ""
	n.Configuration = axis{URL: n.URL, Duration: n.Duration, verdict: verdict{Result: n.Result, Trust: n.Trust, At: n.Ended}}
	c := n.Hints
	n.Hints = hints{First: c.First, Last: c.Last, Received: c.Received, ResultNamed: c.Received}
	n.Stage = stageAxis
	n.AxisTests = n.Tests
	n.details = details{Cause: n.Cause, Branch: n.Branch, Commit: n.Commit, Changes: n.Changes, ChangeCount: n.ChangeCount}
	if n.Location.Base != "" {
		n.URL = n.Location.Base + n.Location.path(true) + "/"
	}
	if n.Location.Number > 0 {
		n.Label = "#" + strconv.FormatInt(n.Location.Number, 10)
	}
}

// merge merges what both say about the configuration.
func (a axis) merge(o axis) axis {
	a.URL = max(a.URL, o.URL)
	a.Duration = max(a.Duration, o.Duration)
	a.verdict = a.resolve(o.verdict)
	return a
}

// mergeAxis returns the configurations with the one in the event data.
func (b build) mergeAxis(n eventData) map[string]axis {
	known, ok := b.Axes[n.Axis]
	if !ok && len(b.Axes) >= maxAxes {
		return b.Axes
	}
	axes := maps.Clone(b.Axes)
	if axes == nil {
		axes = map[string]axis{}
	}
	axes[n.Axis] = known.merge(n.Configuration)
	return axes
}

// worstVerdict returns the worst result of the configurations, none while one is running. It is used if nothing reports the matrix build
// itself, which the plugin "Zoom" doesn't.
func worstVerdict(axes map[string]axis) verdict {
	order := []result{resultSuccess, resultNotBuilt, resultAborted, resultUnstable, resultFailure}
	var all verdict
	for _, a := range axes {
		if a.Result == "" {
			return verdict{}
		}
		if all.Result == "" || slices.Index(order, a.Result) > slices.Index(order, all.Result) {
			all.Result, all.Trust = a.Result, a.Trust
		}
		all.At = max(all.At, a.At)
	}
	return all
}

// appearance returns how the configuration looks.
func (a axis) appearance() appearance {
	if a.Result == "" {
		return appearances()[kindStarted]
	}
	return appearances()[string(a.Result)]
}

// axesField lists the configurations, failed ones first.
func (v view) axesField() chat.Message {
	names := slices.SortedFunc(maps.Keys(v.Axes), func(a, b string) int {
		bad := func(name string) int {
			if r := v.Axes[name].Result; r == resultFailure || r == resultUnstable {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(bad(a), bad(b)), cmp.Compare(a, b))
	})
	if len(names) == 0 {
		return chat.Message{}
	}
	var lines []chat.Message
	for _, name := range names[:min(len(names), maxListedAxes)] {
		a := v.Axes[name]
		lines = append(lines, chat.Say("jenkins.axis", "Emoji", ":"+a.appearance().emoji+":").WithText("Name", chat.Link(untrusted.Line(name, maxName), a.URL)).
			WithMessage("State", a.appearance().state))
	}
	return chat.Lines(appendMore(lines, len(names)-len(lines))...)
}

// axisReplies returns replies about a configuration that failed; others are only on the card.
func axisReplies(name string, was, is view, t *tests) []chat.Message {
	a, before := is.Axes[name], was.Axes[name]
	if a.Result == before.Result || a.Result != resultFailure && a.Result != resultUnstable {
		return nil
	}
	line := chat.Say("jenkins.axis", "Emoji", ":"+a.appearance().emoji+":").WithText("Name", chat.Link(untrusted.Line(name, maxName), a.URL)).WithMessage("State", a.appearance().state)
	if t == nil || t.Failed == 0 {
		return []chat.Message{line}
	}
	return []chat.Message{line, t.testsReply()}
}
