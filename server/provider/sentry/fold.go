package sentry

import (
	"bytes"
	"cmp"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// state is the state of a subject. Which part is set depends on the kind of subject.
type state struct {
	Site location `json:"site,omitzero"`
	// At is when the last event was received.
	At      time.Time         `json:"at,omitzero"`
	Issue   *issueState       `json:"issue,omitempty"`
	Metric  *metricState      `json:"metric,omitempty"`
	Install *integrationState `json:"install,omitempty"`
	Build   *buildState       `json:"build,omitempty"`
	Other   *other            `json:"other,omitempty"`
}

// metricState is the latest known metric alert.
type metricState struct {
	metric
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// integrationState is the latest known state of the integration.
type integrationState struct {
	install
	By         actor     `json:"by,omitzero"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// fold applies one event to a state.
type fold struct {
	state
	data   eventData
	id     string // of the event
	change provider.Change
}

// Fold applies the event to its subject. Everything that changes has the time of its last change, and the rest are sets and maxima, so
// the order of events doesn't matter.
func (*Sentry) Fold(raw, _ json.RawMessage, e provider.Event) (provider.Change, error) {
	f := fold{id: e.ID}
	if err := json.Unmarshal(e.Data, &f.data); err != nil {
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
	f.Site = location{Base: cmp.Or(f.Site.Base, f.data.Site.Base), Slug: cmp.Or(f.Site.Slug, f.data.Site.Slug)}
	f.apply()
	if f.change.State, err = json.Marshal(f.state); err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a state")
	}
	if len(raw) > 0 && bytes.Equal(before, f.change.State) {
		return provider.Change{Stale: true}, nil
	}
	f.At = untrusted.Latest(f.At, f.data.At)
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

// apply applies the part that the event is about.
func (f *fold) apply() {
	switch {
	case f.data.Issue != nil:
		f.foldIssue()
	case f.data.Metric != nil:
		f.foldMetric()
	case f.data.Install != nil:
		f.foldInstall()
	case f.data.Build != nil:
		f.foldBuild()
	case f.data.Other != nil && f.Other == nil:
		unknown := *f.data.Other
		f.Other, f.change.Kind = &unknown, kindOther
	}
}

// replyWithActor adds a reply about what a user did.
func (f *fold) replyWithActor(m chat.Message, who actor) {
	f.change.Replies = append(f.change.Replies, chat.Reply{Text: m.WithMessage("Who", actorName(who))})
}

// The statuses of a metric alert. "open" isn't documented.
const (
	metricCritical = "critical"
	metricWarning  = "warning"
	metricOpen     = "open"
	metricResolved = "resolved"
)

// foldMetric applies an event about a metric alert.
func (f *fold) foldMetric() {
	f.change.Kind = kindMetric
	was, now := f.Metric, *f.data.Metric
	if was != nil {
		known := was.fillFrom(now)
		was = &metricState{metric: known, ReceivedAt: was.ReceivedAt}
		f.Metric, now = was, now.fillFrom(known)
	}
	if was != nil && !f.data.At.After(was.ReceivedAt) && (f.data.At.Before(was.ReceivedAt) || metricRank(now.Status) <= metricRank(was.Status)) {
		return
	}
	if was != nil && was.metric == now {
		return
	}
	f.Metric = &metricState{metric: now, ReceivedAt: f.data.At}
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
		text := chat.Say("sentry.reply.metric").WithText("Text", inlineOrBelow(f.Metric.Text)).WithMessage("State", metricAppearance(f.Metric.Status).message())
		f.change.Replies = []chat.Reply{{Text: text}}
	}
}

// fillFrom returns the metric alert with missing parts of its rule from another delivery.
func (m metric) fillFrom(o metric) metric {
	m.Title, m.Rule, m.Query = cmp.Or(m.Title, o.Title), cmp.Or(m.Rule, o.Rule), cmp.Or(m.Query, o.Query)
	m.URL = cmp.Or(m.URL, o.URL)
	if m.Environment == "" && !m.AllEnvironments {
		m.Environment = o.Environment
	}
	m.AllEnvironments = m.AllEnvironments || o.AllEnvironments && m.Environment == ""
	if m.Started.IsZero() {
		m.Started = o.Started
	}
	return m
}

// metricRank orders statuses at the same time: worse ones count more, and "resolved" the most.
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

// foldInstall applies an installation or removal of the integration.
func (f *fold) foldInstall() {
	f.change.Kind = kindIntegration
	gone := f.data.Install.Action == installDeleted
	if was := f.Install; was != nil {
		if f.data.At.Before(was.ReceivedAt) || f.data.At.Equal(was.ReceivedAt) && (!gone || was.Action == installDeleted) || was.Action == f.data.Install.Action {
			return
		}
	}
	f.change.ResultChanged, f.change.Escalated = f.Install != nil, gone
	f.Install = &integrationState{install: *f.data.Install, By: f.data.By, ReceivedAt: f.data.At}
}

// installDeleted is the action when the integration is removed: no more deliveries come.
const installDeleted = "deleted"
