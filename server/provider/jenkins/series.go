package jenkins

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
)

// maxEnded is how many builds of a job are remembered one by one.
const maxEnded = 50

// series is what is known of a job: how its last builds ended.
type series struct {
	// Ended are in the order of the builds, whatever order their deliveries came in.
	Ended []ended `json:"ended,omitempty"`
	// Earlier is what the builds before those add up to.
	Earlier streak `json:"earlier,omitzero"`
}

// ended is a build that is over.
type ended struct {
	Number int64 `json:"number,omitempty"`
	// Key tells builds without a number apart.
	Key string `json:"key,omitempty"`
	// Subject is the build's card.
	Subject string `json:"subject,omitempty"`
	verdict
}

// verdict is how a build ended, as far as somebody has said.
type verdict struct {
	Result result `json:"result,omitempty"`
	Trust  int    `json:"trust,omitempty"`
	// At is when, in milliseconds.
	At int64 `json:"at,omitempty"`
}

// streak is how things stood before a build.
type streak struct {
	// Last is the result of the last build that said anything about the code: one that was aborted or not built does not.
	Last result `json:"last,omitempty"`
	// Failures counts the builds that were not well, one after another, up to Last; Since is when the first of them ended.
	Failures int   `json:"failures,omitempty"`
	Since    int64 `json:"since,omitempty"`
	// Weight grows with what is known.
	Weight int `json:"weight,omitempty"`
}

// beats reports whether the verdict is to be believed rather than the other: by who says so, then what was said last by a pipeline,
// and first by a plugin, since only a pipeline changes its mind.
func (v verdict) beats(o verdict) bool {
	if v.Trust != o.Trust {
		return v.Trust > o.Trust
	}
	if v.At != o.At {
		return (v.At > o.At) == (v.Trust == trustWords)
	}
	return v.Result > o.Result
}

// after returns the streak with one more build behind it.
func (s streak) after(v verdict) streak {
	s.Weight += v.Trust
	switch v.Result {
	case resultSuccess:
		s.Last, s.Failures, s.Since = v.Result, 0, 0
	case resultUnstable, resultFailure:
		if s.Failures == 0 {
			s.Since = v.At
		}
		s.Last = v.Result
		s.Failures++
	}
	return s
}

// verdict returns how the build ended, if it is said.
func (s said) verdict() verdict {
	at := s.Ended
	if s.Started > 0 {
		at = s.Started + s.Duration
	}
	return verdict{Result: s.Result, Trust: s.Trust, At: at}
}

// FoldSeries implements provider.Serial.
func (Jenkins) FoldSeries(state json.RawMessage, e provider.Event) (json.RawMessage, error) {
	s, n, err := readSeries(state, e)
	if err != nil || n.Result == "" || n.Sample {
		return state, err
	}
	s.add(ended{Number: n.Place.Number, Key: keyOf(n, e), Subject: e.Subject, verdict: n.verdict()})
	next, err := json.Marshal(s)
	if err != nil {
		return nil, errors.Wrap(err, "encode a job")
	}
	if bytes.Equal(next, state) {
		return state, nil
	}
	return next, nil
}

func readSeries(state json.RawMessage, e provider.Event) (series, news, error) {
	var s series
	var n news
	if len(state) > 0 {
		if err := json.Unmarshal(state, &s); err != nil {
			return s, n, errors.Wrap(err, "read a job")
		}
	}
	return s, n, errors.Wrap(json.Unmarshal(e.Data, &n), "read an event")
}

func keyOf(n news, e provider.Event) string {
	if n.Place.Number > 0 {
		return ""
	}
	return e.Subject
}

// add puts the build in its place, or lets a better verdict on it stand. A build from before all that are remembered comes too late.
func (s *series) add(b ended) {
	for i, known := range s.Ended {
		if known.Number == b.Number && known.Key == b.Key {
			if b.beats(known.verdict) {
				s.Ended[i].verdict = b.verdict
			}
			s.sort()
			return
		}
	}
	if s.Earlier.Weight > 0 && len(s.Ended) > 0 && order(b, s.Ended[0]) < 0 {
		return
	}
	s.Ended = append(s.Ended, b)
	s.sort()
	for len(s.Ended) > maxEnded {
		s.Earlier = s.Earlier.after(s.Ended[0].verdict)
		s.Ended = s.Ended[1:]
	}
}

func (s *series) sort() { slices.SortStableFunc(s.Ended, order) }

// order is that of the builds' numbers, and of time where they have none.
func order(a, b ended) int {
	if a.Number > 0 && b.Number > 0 {
		return cmp.Compare(a.Number, b.Number)
	}
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Key, b.Key))
}

// before returns how things stood before the build.
func (s series) before(number int64, key string, at int64) streak {
	so := s.Earlier
	for _, b := range s.Ended {
		if b.Number == number && b.Key == key || order(b, ended{Number: number, Key: key, verdict: verdict{At: at}}) >= 0 {
			continue
		}
		so = so.after(b.verdict)
	}
	return so
}

// lasted returns the time between two moments in milliseconds.
func lasted(from, to int64) time.Duration {
	if from <= 0 || to <= from {
		return 0
	}
	return time.Duration(to-from) * time.Millisecond
}
