package jenkins

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"mattermost-plugin-zoom/server/chat"
)

// maxAxes is how many configurations of a matrix build are remembered, maxListedAxes how many its card lists.
const (
	maxAxes       = 200
	maxListedAxes = 12
)

// axis is what is known of one configuration of a matrix build, which Jenkins builds as a build of its own.
type axis struct {
	URL      string `json:"url,omitempty"`
	Duration int64  `json:"duration,omitempty"`
	verdict
}

// ofAxis makes the news of a configuration's build news of the matrix build: its result is only the configuration's, its start is later
// than that of the matrix build, and it has an item of its own in the queue.
func (n *news) ofAxis() {
	n.Axis, n.Place.Part = n.Place.Part, ""
	n.Of = axis{URL: n.URL, Duration: n.Duration, verdict: verdict{Result: n.Result, Trust: n.Trust, At: n.Ended}}
	c := n.Clue
	n.Clue = clue{First: c.First, Last: c.Last, Heard: c.Heard, Talked: c.Heard}
	n.Slot = slotAxis
	n.AxisTests = n.Tests
	n.said = said{Cause: n.Cause, Branch: n.Branch, Commit: n.Commit, Changes: n.Changes, ChangeCount: n.ChangeCount}
	if n.Place.Base != "" {
		n.URL = n.Place.Base + n.Place.path(true) + "/"
	}
	if n.Place.Number > 0 {
		n.Label = "#" + strconv.FormatInt(n.Place.Number, 10)
	}
}

// and returns what both say of the configuration.
func (a axis) and(o axis) axis {
	a.URL = max(a.URL, o.URL)
	a.Duration = max(a.Duration, o.Duration)
	a.verdict = a.or(o.verdict)
	return a
}

// withAxis returns the configurations with what the news say of one.
func (b build) withAxis(n news) map[string]axis {
	known, ok := b.Axes[n.Axis]
	if !ok && len(b.Axes) >= maxAxes {
		return b.Axes
	}
	axes := maps.Clone(b.Axes)
	if axes == nil {
		axes = map[string]axis{}
	}
	axes[n.Axis] = known.and(n.Of)
	return axes
}

// worst returns how the configurations ended taken together: not at all while one runs. It counts where nothing tells of the matrix build
// itself; the plugin "Zoom" doesn't.
func worst(axes map[string]axis) verdict {
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

// state returns how the configuration looks.
func (a axis) state() face {
	if a.Result == "" {
		return faces()[kindStarted]
	}
	return faces()[string(a.Result)]
}

// axesField lists the configurations, those that aren't well first.
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
		lines = append(lines, chat.Say("jenkins.axis", "Emoji", ":"+a.state().emoji+":", "Name", chat.Link(line(name, maxName), a.URL)).
			WithMessage("State", a.state().state))
	}
	return chat.Lines(withRest(lines, len(names)-len(lines))...)
}

// axisReplies tells of a configuration that didn't end well; the others are on the card only.
func axisReplies(name string, was, is view, t *tests) []chat.Message {
	a, before := is.Axes[name], was.Axes[name]
	if a.Result == before.Result || a.Result != resultFailure && a.Result != resultUnstable {
		return nil
	}
	said := chat.Say("jenkins.axis", "Emoji", ":"+a.state().emoji+":", "Name", chat.Link(line(name, maxName), a.URL)).WithMessage("State", a.state().state)
	if t == nil || t.Failed == 0 {
		return []chat.Message{said}
	}
	return []chat.Message{said, t.report()}
}
