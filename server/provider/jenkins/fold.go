package jenkins

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// build is the state of a build: what each stage reported. Everything on the card follows from that, so the order of deliveries doesn't
// matter.
type build struct {
	Location location `json:"location,omitzero"`
	Sample   bool     `json:"sample,omitempty"`
	// Hints tell it apart from others with the same number.
	Hints hints `json:"hints,omitzero"`
	// Stages has no results of messages; those are in Messages.
	Stages   map[stage]details `json:"stages,omitempty"`
	Messages []message         `json:"messages,omitempty"`
	// Axes are the configurations of a matrix build.
	Axes map[string]axis `json:"axes,omitempty"`
	// Before is the state of its job before it ended, as far as it is known.
	Before streak `json:"before,omitzero"`
	// Recovery is the build that fixed the job, nil until then.
	Recovery *recovery `json:"recovery,omitempty"`
}

// message is a pipeline's text, with the result that it contains.
type message struct {
	Text string `json:"text"`
	verdict
}

func (m message) equal(o message) bool { return o.Text == m.Text && o.Result == m.Result }

// Fold implements provider.Provider.
func (Jenkins) Fold(state, job json.RawMessage, e provider.Event) (provider.Change, error) {
	var before build
	if len(state) > 0 {
		if err := json.Unmarshal(state, &before); err != nil {
			return provider.Change{}, errors.Wrap(err, "read a build")
		}
	}
	s, n, err := readSeries(job, e)
	if err != nil {
		return provider.Change{}, err
	}
	if n.Recovery != nil {
		return before.markRecovered(*n.Recovery)
	}
	after := before.apply(n)
	r := s.runOf(n)
	after.Hints = before.Hints.merge(r.hints)
	if n.Result != "" {
		after.Before = before.Before.richer(s.streakBefore(r))
	}
	was, is := before.view(), after.view()
	if len(state) > 0 && was.equal(is) && slices.Equal(before.Messages, after.Messages) {
		// An event that adds nothing isn't kept: FINALIZED usually repeats COMPLETED.
		return provider.Change{Stale: true}, nil
	}
	next, err := json.Marshal(after)
	if err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a build")
	}
	c := provider.Change{State: next, Kind: is.kind()}
	added := newMessages(before.Messages, after.Messages)
	if was.Result == is.Result && (n.Stage == stageMessage || len(state) > 0 && len(added) > 0) {
		c.Kind = kindMessage
	}
	axes := axisReplies(n.Axis, was, is, n.AxisTests)
	if n.Axis != "" && len(state) > 0 && was.Result == is.Result && len(added) == 0 {
		if c.Kind = ""; len(axes) > 0 { // only the card changes for a configuration that passed
			c.Kind = kindMessage
		}
	}
	if was.Result != is.Result {
		c.ResultChanged = is.resultChanged()
		c.Escalated = is.escalated()
	}
	c.Replies = threadReplies(len(state) == 0, was, is, added)
	for _, text := range axes {
		c.Replies = append(c.Replies, chat.Reply{Text: text})
	}
	if is.kind() == kindBackNormal && was.Result != is.Result {
		c.FollowUps, err = s.recoveryEvents(r, e.Series, is, e.Labels)
	}
	return c, err
}

// apply returns the build after the event.
func (b build) apply(n eventData) build {
	if len(b.Location.Path) == 0 {
		b.Location = n.Location
	}
	b.Sample = b.Sample || n.Sample
	reported := n.details
	if n.Stage == stageMessage {
		reported.Result, reported.Trust, reported.Summary = "", 0, ""
	}
	if n.Message != "" || n.Stage == stageMessage {
		m := message{Text: n.Message, verdict: verdict{At: cmp.Or(n.Ended, n.Hints.Last, n.Hints.Received)}}
		if n.Stage == stageMessage {
			m.Result, m.Trust = n.Result, n.Trust
		}
		b.Messages = addMessage(b.Messages, m)
	}
	if n.Axis != "" {
		b.Axes = b.mergeAxis(n)
	}
	parts := map[stage]details{n.Stage: reported}
	for part, known := range b.Stages {
		if part == n.Stage {
			known = preferred(known, reported)
		}
		parts[part] = known
	}
	b.Stages = parts
	return b
}

// preferred returns which of two reports of the same stage is kept, whichever came first: the more trusted one, then the longer one, then
// the earlier one.
func preferred(a, b details) details {
	first, second := a, b
	first.Ended, second.Ended = 0, 0
	one, errA := json.Marshal(first)
	other, errB := json.Marshal(second)
	if errA != nil || errB != nil {
		return a
	}
	if cmp.Or(cmp.Compare(a.Trust, b.Trust), cmp.Compare(len(one), len(other)), bytes.Compare(one, other), cmp.Compare(b.Ended, a.Ended)) >= 0 {
		return a
	}
	return b
}

// addMessage returns the latest messages with this one, in order.
func addMessage(all []message, m message) []message {
	all = slices.Clone(all)
	known := slices.IndexFunc(all, m.equal)
	if known < 0 {
		all = append(all, m)
	} else {
		all[known].At = min(all[known].At, m.At)
	}
	slices.SortFunc(all, func(a, b message) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Result, b.Result))
	})
	return all[max(0, len(all)-maxMessages):]
}

// newMessages returns the messages that weren't there before.
func newMessages(before, after []message) []message {
	var added []message
	for _, m := range after {
		if !slices.ContainsFunc(before, m.equal) {
			added = append(added, m)
		}
	}
	return added
}

// richer returns the streak that knows more.
func (s streak) richer(o streak) streak {
	switch {
	case s.Evidence != o.Evidence:
		if s.Evidence > o.Evidence {
			return s
		}
	case s.Failures != o.Failures:
		if s.Failures > o.Failures {
			return s
		}
	case s.Since >= o.Since:
		return s
	}
	return o
}
