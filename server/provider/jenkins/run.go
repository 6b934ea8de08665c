package jenkins

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"mattermost-plugin-zoom/server/provider"
)

// The tolerances for telling builds with the same number apart, in milliseconds.
const (
	// exactSlack is for starts that Jenkins reports, which are exact.
	exactSlack = 60_000
	// startSlack is for starts derived from when something was sent or received.
	startSlack = 10 * 60_000
	// endSlack is for starts derived from an end, which is sent after everything else that the job does at its end.
	endSlack = 30 * 60_000
	// messageWindow is how long a pipeline may still report after a result that only the pipeline reported.
	messageWindow = 24 * 3600_000
)

// run is one build of a job, as far as its identity and result are known. A path and a number don't identify a build: if a job or branch
// is deleted and created again, its builds start at #1 again.
type run struct {
	Number int64 `json:"number,omitempty"`
	// Key identifies builds without a number.
	Key string `json:"key,omitempty"`
	// Generation counts how often the job was created again before this build. It is negative for a build that was reported after later
	// ones.
	Generation int `json:"gen,omitempty"`
	// Name is the build's subject, if it isn't the default one.
	Name string `json:"name,omitempty"`
	hints
	verdict
}

// hints tell builds with the same number apart. Which of them are set depends on the plugin. Times are in milliseconds, from Jenkins'
// clock or, if a plugin sends no time, from ours. JSON names are short because many runs are stored in one record.
type hints struct {
	// Queue is the ID of the build's queue item. Jenkins never reuses it.
	Queue int64 `json:"queue,omitempty"`
	// Start is when the build started. ApproxStart is derived from something sent a little later.
	Start       int64 `json:"start,omitempty"`
	ApproxStart int64 `json:"approx,omitempty"`
	// First and Last are times at which it was running; EndedBy is when it had ended.
	First   int64 `json:"first,omitempty"`
	Last    int64 `json:"last,omitempty"`
	EndedBy int64 `json:"ended,omitempty"`
	// SeenStart and SeenEnd are when its start and end were received. ResultNamed is when a pipeline last reported a result.
	SeenStart   int64 `json:"seen,omitempty"`
	SeenEnd     int64 `json:"gone,omitempty"`
	ResultNamed int64 `json:"named,omitempty"`
	// StartReport is the fingerprint of the plugin "Zoom"'s report of the start, which it sends once.
	StartReport string `json:"report,omitempty"`
	// Received is when the event was received. It isn't stored.
	Received int64 `json:"received,omitempty"`
}

// merge merges the hints of the same build in any order.
func (c hints) merge(o hints) hints {
	c.Received = 0
	c.Queue, c.StartReport = max(c.Queue, o.Queue), max(c.StartReport, o.StartReport)
	for _, p := range []struct {
		known *int64
		other int64
	}{{&c.Start, o.Start}, {&c.ApproxStart, o.ApproxStart}, {&c.First, o.First}, {&c.EndedBy, o.EndedBy}, {&c.SeenStart, o.SeenStart}} {
		*p.known = earliest(*p.known, p.other)
	}
	c.Last, c.SeenEnd, c.ResultNamed = max(c.Last, o.Last), max(c.SeenEnd, o.SeenEnd), max(c.ResultNamed, o.ResultNamed)
	return c
}

// earliest returns the earlier time; 0 means none.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// startTime returns when the build started by Jenkins' clock, and the tolerance.
func (c hints) startTime() (at, slack int64) {
	if c.Start > 0 {
		return c.Start, exactSlack
	}
	return c.ApproxStart, startSlack
}

// matches reports whether the event with the hints e can be about the build, by queue ID, then by Jenkins' clock, then by ours.
func (c hints) matches(e hints) bool {
	if c.Queue > 0 && e.Queue > 0 {
		return c.Queue == e.Queue
	}
	if c.First > 0 && e.First > 0 {
		return c.matchesClock(e)
	}
	if e.StartReport != "" && c.StartReport != "" && c.StartReport != e.StartReport && c.SeenEnd > 0 && e.Received > c.SeenEnd {
		return false // it starts a second time, after its end
	}
	if c.SeenStart > 0 && e.SeenStart > 0 {
		slack := int64(endSlack)
		if c.StartReport != "" && e.StartReport != "" {
			slack = startSlack
		}
		return distance(c.SeenStart, e.SeenStart) <= slack
	}
	switch {
	case e.Received == 0:
		return true
	case c.SeenStart > 0 && e.Received < c.SeenStart-startSlack, c.SeenEnd > 0 && e.Received > c.SeenEnd+endSlack:
		return false
	}
	return c.ResultNamed == 0 || c.SeenEnd > 0 || e.Received <= c.ResultNamed+messageWindow
}

// matchesClock compares times of Jenkins' clock.
func (c hints) matchesClock(e hints) bool {
	mine, slack := c.startTime()
	its, itsSlack := e.startTime()
	if mine > 0 && its > 0 {
		return distance(mine, its) <= max(slack, itsSlack)
	}
	return (mine == 0 || e.First >= mine-slack) && (its == 0 || c.First >= its-itsSlack) &&
		(c.EndedBy == 0 || e.Last <= c.EndedBy+startSlack) && (e.EndedBy == 0 || c.Last <= e.EndedBy+startSlack)
}

// startsBefore reports whether the event is certainly about a build that started after this one.
func (c hints) startsBefore(e hints) bool {
	if c.Queue > 0 && e.Queue > 0 {
		return e.Queue > c.Queue
	}
	mine, slack := c.startTime()
	its, itsSlack := e.startTime()
	switch {
	case mine > 0 && its > 0:
		return its > mine+max(slack, itsSlack)
	case c.First > 0 && e.First > 0:
		return mine > 0 && c.EndedBy > 0 && e.First > c.EndedBy+startSlack
	case c.SeenStart > 0 && e.SeenStart > 0:
		return e.SeenStart > c.SeenStart+startSlack
	}
	return c.SeenEnd > 0 && e.Received > c.SeenEnd+startSlack || c.ResultNamed > 0 && e.Received > c.ResultNamed+messageWindow
}

func distance(a, b int64) int64 { return max(a, b) - min(a, b) }

// markReceived adds hints that follow from when the event was received.
func (n *eventData) markReceived(at int64) {
	c := &n.Hints
	c.Received = at
	switch {
	case n.Result != "" && n.Trust > trustPipeline:
		if c.SeenEnd = at; n.Duration > 0 {
			c.SeenStart = at - n.Duration
		}
	case n.Result != "":
		c.ResultNamed = at
	case n.Stage == stageStart, n.Stage == stageQueued, n.Stage == stageStarted && c.Start > 0:
		c.SeenStart = at
	}
	if n.Stage == stageStart {
		c.StartReport = n.fingerprint()
	}
}

// find returns the index of the run that the event is about, -1 for none. Of several, it is the latest.
func (s series) find(number int64, key string, e hints) int {
	for i, known := range slices.Backward(s.Runs) {
		if known.Number == number && known.Key == key && known.matches(e) {
			return i
		}
	}
	return -1
}

// generation returns the generation of the job for an event about an unknown build. Numbers only grow, so a build that started after one
// with a higher or the same number belongs to a job that was created again.
func (s series) generation(number int64, e hints) int {
	if len(s.Runs) == 0 {
		return 0
	}
	first, life := s.Runs[0].Generation, s.Runs[len(s.Runs)-1].Generation
	if number == 0 {
		return life
	}
	for ; life >= first; life-- {
		after, before := false, false
		for _, r := range s.Runs {
			if r.Generation == life {
				after = after || r.Number >= number && r.startsBefore(e)
				before = before || r.Number <= number && e.startsBefore(r.hints)
			}
		}
		switch {
		case after:
			return life + 1
		case !before:
			return life
		}
	}
	return life
}

// subject returns the build's subject; of is the name of the series.
func (r run) subject(of string) string {
	if r.Name != "" || r.Number == 0 {
		return cmp.Or(r.Name, r.Key)
	}
	return of + "/" + strconv.FormatInt(r.Number, 10)
}

// withSubject sets a separate subject if the default one is, or may be, taken.
func (s series) withSubject(r run, of, plain string) run {
	taken := r.Generation != 0 || slices.ContainsFunc(s.Runs, func(o run) bool {
		return o.Number == r.Number && o.Key == r.Key && o.subject(of) == plain
	})
	switch at, _ := r.startTime(); {
	case taken:
		r.Name = boundName(plain + "@" + strconv.FormatInt(cmp.Or(r.Queue, at, r.First, r.SeenStart, r.Received), 10))
	case r.subject(of) != plain:
		r.Name = plain
	}
	r.Received = 0
	return r
}

// ResolveSubject implements provider.SubjectResolver.
func (Jenkins) ResolveSubject(state json.RawMessage, e provider.Event) (string, error) {
	s, n, err := readSeries(state, e)
	if err != nil {
		return "", err
	}
	if i := s.find(n.Location.Number, n.Key, n.Hints); i >= 0 {
		return s.Runs[i].subject(e.Series), nil
	}
	return e.Subject, nil
}
