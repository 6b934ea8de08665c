package bitbucket

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxRuns limits the remembered results of a build on a branch.
const maxRuns = 60

// streak has the results of a build on a branch, latest last.
type streak struct {
	Runs []run `json:"runs,omitempty"`
	// EarlierFailures counts the failures in a row right before the first of Runs.
	EarlierFailures int `json:"earlier_failures,omitempty"`
}

// run is one result.
type run struct {
	ID     string    `json:"id"`
	Failed bool      `json:"failed,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

// runOf returns the result in the event data, false for none. A stopped build has no result.
func runOf(n eventData) (run, bool) {
	s := n.Status
	if s == nil || n.Commit == nil || s.State != buildPassed && s.State != buildFailed {
		return run{}, false
	}
	return run{ID: untrusted.HashID(n.Commit.Hash, s.Key, s.URL, s.State)[:16], Failed: s.State == buildFailed, At: s.At}, true
}

// FoldSeries implements provider.Series: it adds the result of a build on its branch.
func (*Bitbucket) FoldSeries(state json.RawMessage, e provider.Event) (json.RawMessage, error) {
	var n eventData
	if err := json.Unmarshal(e.Data, &n); err != nil {
		return nil, errors.Wrap(err, "read an event")
	}
	s, err := readStreak(state)
	if err != nil {
		return nil, err
	}
	r, ok := runOf(n)
	if !ok {
		return state, nil
	}
	if known := s.find(r.ID); known >= 0 {
		if !r.At.Before(s.Runs[known].At) {
			return state, nil
		}
		s.Runs = slices.Delete(s.Runs, known, known+1)
	}
	s.Runs = append(s.Runs, r)
	slices.SortFunc(s.Runs, func(a, b run) int {
		if order := a.At.Compare(b.At); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	for len(s.Runs) > maxRuns {
		s.EarlierFailures++
		if !s.Runs[0].Failed {
			s.EarlierFailures = 0
		}
		s.Runs = s.Runs[1:]
	}
	encoded, err := json.Marshal(s)
	return encoded, errors.Wrap(err, "encode a series")
}

func readStreak(state json.RawMessage) (streak, error) {
	var s streak
	if len(state) == 0 {
		return s, nil
	}
	return s, errors.Wrap(json.Unmarshal(state, &s), "read a series")
}

func (s streak) find(id string) int {
	return slices.IndexFunc(s.Runs, func(r run) bool { return r.ID == id })
}

// before returns the number of failures in a row right before the run, and whether any run before it is known.
func (s streak) before(id string) (failures int, known bool) {
	at := s.find(id)
	for i := at - 1; i >= 0; i-- {
		if !s.Runs[i].Failed {
			return failures, true
		}
		failures++
	}
	if at >= 0 {
		failures += s.EarlierFailures
	}
	return failures, failures > 0
}
