package jenkins

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// maxRecovered limits how many failed builds are marked as fixed: the latest of the streak.
const maxRecovered = 10

// recovery is the build that fixed a job, in the state of the builds that had failed.
type recovery struct {
	// Number is the build's number, 0 for none; Label replaces it.
	Number int64  `json:"number,omitempty"`
	Label  string `json:"label"`
	URL    string `json:"url,omitempty"`
	// Failures is how many builds failed, Span for how many milliseconds.
	Failures int   `json:"failures"`
	Span     int64 `json:"span,omitempty"`
	// At is when it ended, in milliseconds.
	At int64 `json:"at,omitempty"`
}

// recoveryEvents returns the events that mark the failed builds right before this one as fixed.
func (s series) recoveryEvents(r run, series string, is view, labels map[string]string) ([]provider.Event, error) {
	m := recovery{
		Number: r.Number, Label: is.Label, URL: is.URL, At: is.At,
		Failures: is.Before.Failures, Span: elapsed(is.Before.Since, is.At).Milliseconds(),
	}
	if m.Label == "" {
		m.Label = "#" + strconv.FormatInt(m.Number, 10)
	}
	data, err := json.Marshal(eventData{Recovery: &m})
	if err != nil {
		return nil, errors.Wrap(err, "encode a recovery")
	}
	var events []provider.Event
	_, runs := s.earlierRuns(r)
	for _, b := range failedRuns(runs) {
		events = append(events, provider.Event{
			ID: "fixed by " + m.Label, Subject: b.subject(series), Labels: labels, At: time.UnixMilli(is.At).UTC(), Data: data,
		})
	}
	return events, nil
}

// failedRuns returns the builds of the current streak of failures, the latest of them.
func failedRuns(runs []run) []run {
	var failed []run
	for _, b := range runs {
		switch b.Result {
		case resultSuccess:
			failed = nil
		case resultUnstable, resultFailure:
			failed = append(failed, b)
		}
	}
	return failed[max(0, len(failed)-maxRecovered):]
}

// markRecovered sets the build that fixed the job; of several, the first counts.
func (b build) markRecovered(m recovery) (provider.Change, error) {
	if b.Stages == nil || b.Recovery != nil && b.Recovery.At <= m.At {
		return provider.Change{Stale: true}, nil
	}
	b.Recovery = &m
	next, err := json.Marshal(b)
	if err != nil {
		return provider.Change{}, errors.Wrap(err, "encode a build")
	}
	return provider.Change{
		State: next, Kind: kindBackNormal, ResultChanged: true,
		Replies: []chat.Reply{{Text: chat.Say("jenkins.reply.fixed").WithMessage("Fixed", m.sentence())}},
	}, nil
}

// isRecovered reports whether the build failed and its job is fixed now.
func (v view) isRecovered() bool {
	return v.Recovery != nil && (v.Result == resultFailure || v.Result == resultUnstable)
}

// sentence says which build fixed the job, after how many failures and how long.
func (m recovery) sentence() chat.Message {
	text := chat.Plural("jenkins.streak.fixed_by", m.Failures)
	text = text.WithText("Build", chat.Link(m.Label, m.URL))
	if m.Span > 0 {
		text = text.WithMessage("Span", durationText(time.Duration(m.Span)*time.Millisecond))
	}
	return text
}
