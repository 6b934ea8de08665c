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

// maxRuns limits the remembered builds of a job.
const maxRuns = 40

// series is the state of a job: its last builds and their results.
type series struct {
	// Runs are in the order of the builds, in whatever order their deliveries came.
	Runs []run `json:"runs,omitempty"`
	// Earlier is the streak of the builds before Runs, in the last generation of any of them.
	Earlier    streak `json:"earlier,omitzero"`
	Generation int    `json:"gen,omitempty"`
}

// verdict is the result of a build, as far as it is known.
type verdict struct {
	Result result `json:"result,omitempty"`
	Trust  int    `json:"trust,omitempty"`
	// At is the time in milliseconds.
	At int64 `json:"at,omitempty"`
}

// streak is the state of a job before a build.
type streak struct {
	// Last is the last result that says something about the code; aborted and not built don't.
	Last result `json:"last,omitempty"`
	// Failures counts the failures in a row up to Last; Since is when the first of them ended.
	Failures int   `json:"failures,omitempty"`
	Since    int64 `json:"since,omitempty"`
	// Evidence grows with what is known.
	Evidence int `json:"evidence,omitempty"`
}

// outranks reports whether the verdict takes precedence: the more trusted one, then a pipeline's last or a plugin's first, because only a
// pipeline changes its result.
func (v verdict) outranks(o verdict) bool {
	if v.Trust != o.Trust {
		return v.Trust > o.Trust
	}
	if v.At != o.At {
		return (v.At > o.At) == (v.Trust == trustPipeline)
	}
	return v.Result > o.Result
}

// resolve returns the verdict that takes precedence. For the same result from the plugin "Notification", the earlier time is right,
// because it sends the end of a build twice.
func (v verdict) resolve(o verdict) verdict {
	if v.Result == "" || o.Result != "" && o.outranks(v) {
		v, o = o, v
	}
	if o.Result == v.Result && min(v.Trust, o.Trust) >= trustCompleted {
		v.At = earliest(v.At, o.At)
	}
	return v
}

// add returns the streak after one more build.
func (s streak) add(v verdict) streak {
	s.Evidence += v.Trust
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

// verdict returns the result, if there is one.
func (s details) verdict() verdict {
	if s.Result == "" {
		return verdict{}
	}
	return verdict{Result: s.Result, Trust: s.Trust, At: s.Ended}
}

// FoldSeries implements provider.Series.
func (Jenkins) FoldSeries(state json.RawMessage, e provider.Event) (json.RawMessage, error) {
	s, n, err := readSeries(state, e)
	if err != nil || n.Sample || n.Recovery != nil {
		return state, err
	}
	s.add(n, e)
	next, err := json.Marshal(s)
	if err != nil {
		return nil, errors.Wrap(err, "encode a job")
	}
	if bytes.Equal(next, state) {
		return state, nil
	}
	return next, nil
}

func readSeries(state json.RawMessage, e provider.Event) (series, eventData, error) {
	var s series
	var n eventData
	if len(state) > 0 {
		if err := json.Unmarshal(state, &s); err != nil {
			return s, n, errors.Wrap(err, "read a job")
		}
	}
	return s, n, errors.Wrap(json.Unmarshal(e.Data, &n), "read an event")
}

// add adds or updates the run of the event. A run before all remembered ones is dropped.
func (s *series) add(n eventData, e provider.Event) {
	if i := s.find(n.Location.Number, n.Key, n.Hints); i >= 0 {
		r := &s.Runs[i]
		r.hints = r.merge(n.Hints)
		r.verdict = r.resolve(n.verdict())
		s.sort()
		return
	}
	r := run{Number: n.Location.Number, Key: n.Key, Generation: s.generation(n.Location.Number, n.Hints), hints: n.Hints, verdict: n.verdict()}
	if s.Earlier.Evidence > 0 && len(s.Runs) > 0 && compareRuns(r, s.Runs[0]) < 0 {
		return
	}
	s.Runs = append(s.Runs, s.withSubject(r, e.Series, e.Subject))
	s.sort()
	for len(s.Runs) > maxRuns {
		s.Earlier = s.earlierStreak(s.Runs[0].Generation).add(s.Runs[0].verdict)
		s.Generation = s.Runs[0].Generation
		s.Runs = s.Runs[1:]
	}
}

// earlierStreak returns the streak before the remembered builds in a generation of the job.
func (s series) earlierStreak(life int) streak {
	if s.Generation != life {
		return streak{}
	}
	return s.Earlier
}

func (s *series) sort() { slices.SortStableFunc(s.Runs, compareRuns) }

// compareRuns orders runs by generation, number, and, without numbers, time.
func compareRuns(a, b run) int {
	if a.Number > 0 && b.Number > 0 {
		return cmp.Or(cmp.Compare(a.Generation, b.Generation), cmp.Compare(a.Number, b.Number))
	}
	return cmp.Or(cmp.Compare(a.Generation, b.Generation), cmp.Compare(a.At, b.At), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Key, b.Key))
}

// earlierRuns returns the earlier runs of the same generation, and the streak before them.
func (s series) earlierRuns(r run) (streak, []run) {
	var runs []run
	for _, b := range s.Runs {
		if b.Generation == r.Generation && (b.Number != r.Number || b.Key != r.Key) && compareRuns(b, r) < 0 {
			runs = append(runs, b)
		}
	}
	return s.earlierStreak(r.Generation), runs
}

// streakBefore returns the streak before the run.
func (s series) streakBefore(r run) streak {
	so, runs := s.earlierRuns(r)
	for _, b := range runs {
		so = so.add(b.verdict)
	}
	return so
}

// runOf returns the run of the event. If it isn't remembered, it has only what the event says.
func (s series) runOf(n eventData) run {
	if i := s.find(n.Location.Number, n.Key, n.Hints); i >= 0 {
		r := s.Runs[i]
		if r.Number == 0 {
			r.At = n.verdict().At
		}
		return r
	}
	return run{Number: n.Location.Number, Key: n.Key, Generation: s.generation(n.Location.Number, n.Hints), hints: n.Hints, verdict: n.verdict()}
}

// elapsed returns the time between two times in milliseconds.
func elapsed(from, to int64) time.Duration {
	if from <= 0 || to <= from {
		return 0
	}
	return time.Duration(to-from) * time.Millisecond
}
