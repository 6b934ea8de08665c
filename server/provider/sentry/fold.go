package sentry

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// state is what is known of a subject; which of the parts is there depends on what it is.
type state struct {
	Site place `json:"site,omitzero"`
	// At is when anything was heard last.
	At      time.Time   `json:"at,omitzero"`
	Issue   *known      `json:"issue,omitempty"`
	Metric  *measured   `json:"metric,omitempty"`
	Install *integrated `json:"install,omitempty"`
	Build   *builds     `json:"build,omitempty"`
	Other   *other      `json:"other,omitempty"`
}

// measured is a metric alert as it was told last.
type measured struct {
	metric
	Heard time.Time `json:"heard,omitzero"`
}

// integrated is the integration as it was told last.
type integrated struct {
	install
	By    actor     `json:"by,omitzero"`
	Heard time.Time `json:"heard,omitzero"`
}

// fold is one event on its way into a state.
type fold struct {
	state
	n      news
	id     string // of the event
	change provider.Change
}

// Fold applies the event to its subject. What changes has the time of its last change, all else are sets and maxima, so that the order
// in which events come does not matter.
func (*Sentry) Fold(raw, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	f := fold{id: e.ID}
	if err := json.Unmarshal(e.Data, &f.n); err != nil {
		return provider.Change{}, errors.Wrap(err, "read an event")
	}
	var err error
	if f.state, err = readState(raw); err != nil {
		return provider.Change{}, err
	}
	before, err := json.Marshal(f.state)
	if err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a state")
	}
	f.Site = place{Base: first(f.Site.Base, f.n.Site.Base), Slug: first(f.Site.Slug, f.n.Site.Slug)}
	f.apply()
	if f.change.State, err = json.Marshal(f.state); err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a state")
	}
	if len(raw) > 0 && bytes.Equal(before, f.change.State) {
		return provider.Change{Stale: true}, nil
	}
	f.At = latest(f.At, f.n.At)
	f.change.State, err = json.Marshal(f.state)
	return f.change, errors.Wrap(err, "encode a state")
}

func readState(raw json.RawMessage) (state, error) {
	var s state
	if len(raw) == 0 {
		return s, nil
	}
	return s, errors.Wrap(json.Unmarshal(raw, &s), "read a state")
}

// apply folds the part that the event is about.
func (f *fold) apply() {
	switch {
	case f.n.Issue != nil:
		f.issue()
	case f.n.Metric != nil:
		f.metric()
	case f.n.Install != nil:
		f.install()
	case f.n.Build != nil:
		f.build()
	case f.n.Other != nil && f.Other == nil:
		told := *f.n.Other
		f.Other, f.change.Kind = &told, kindOther
	}
}

// say adds a line about what somebody did.
func (f *fold) say(id string, who actor, pairs ...string) {
	f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say(id, pairs...).WithMessage("Who", called(who))})
}

// The states of a metric alert. "open" is sent and not documented.
const (
	metricCritical = "critical"
	metricWarning  = "warning"
	metricOpen     = "open"
	metricResolved = "resolved"
)

// metric folds what a metric alert says.
func (f *fold) metric() {
	f.change.Kind = kindMetric
	was, now := f.Metric, *f.n.Metric
	if was != nil {
		known := was.over(now)
		was = &measured{metric: known, Heard: was.Heard}
		f.Metric, now = was, now.over(known)
	}
	if was != nil && !f.n.At.After(was.Heard) && (f.n.At.Before(was.Heard) || metricRank(now.Status) <= metricRank(was.Status)) {
		return
	}
	if was != nil && was.metric == now {
		return
	}
	f.Metric = &measured{metric: now, Heard: f.n.At}
	over := f.Metric.Status == metricResolved
	f.change.Escalated = !over
	if was == nil {
		f.change.ResultChanged = true
		return
	}
	f.change.ResultChanged = was.Status != f.Metric.Status
	f.change.Escalated = metricRank(was.Status) < metricRank(f.Metric.Status) && !over || was.Status == metricResolved && !over
	f.change.Resurface = was.Status == metricResolved && !over
	if f.change.ResultChanged {
		text := chat.Say("sentry.reply.metric", "Text", inText(f.Metric.Text)).WithMessage("State", metricLook(f.Metric.Status).message())
		f.change.Replies = []chat.Reply{{Text: text}}
	}
}

// over returns the metric alert with what it leaves out of its rule taken from another delivery about it.
func (m metric) over(o metric) metric {
	m.Title, m.Rule, m.Query = first(m.Title, o.Title), first(m.Rule, o.Rule), first(m.Query, o.Query)
	m.URL = first(m.URL, o.URL)
	if m.Environment == "" && !m.AllEnvironments {
		m.Environment = o.Environment
	}
	m.AllEnvironments = m.AllEnvironments || o.AllEnvironments && m.Environment == ""
	if m.Started.IsZero() {
		m.Started = o.Started
	}
	return m
}

// metricRank orders states that came at one time: what is worse counts more, and that it is over the most.
func metricRank(status string) int {
	switch status {
	case metricWarning:
		return 1
	case metricOpen, metricCritical:
		return 2
	case metricResolved:
		return 3
	}
	return 0
}

// install folds that the integration came or left.
func (f *fold) install() {
	f.change.Kind = kindIntegration
	gone := f.n.Install.Action == installDeleted
	if was := f.Install; was != nil {
		if f.n.At.Before(was.Heard) || f.n.At.Equal(was.Heard) && (!gone || was.Action == installDeleted) || was.Action == f.n.Install.Action {
			return
		}
	}
	f.change.ResultChanged, f.change.Escalated = f.Install != nil, gone
	f.Install = &integrated{install: *f.n.Install, By: f.n.By, Heard: f.n.At}
}

// installDeleted is that the integration was taken out of the organization: nothing more will come.
const installDeleted = "deleted"
