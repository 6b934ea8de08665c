package jenkins

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"mattermost-plugin-zoom/server/provider"
)

// Slack of the comparisons that tell builds of one number apart, in milliseconds.
const (
	// exactSlack is for starts that Jenkins itself tells; the same build's are the same.
	exactSlack = 60_000
	// startSlack is for starts that follow from when something was sent or heard.
	startSlack = 10 * 60_000
	// endSlack is for starts that follow from an end, which is sent only after all else that the job does at its end.
	endSlack = 30 * 60_000
	// messageWindow is how long after a result that only a pipeline named it may say more.
	messageWindow = 24 * 3600_000
)

// run is one build of a job, as far as its identity and its end are known. A path and a number are not enough to tell a build: when a job
// or a branch is deleted and created again, its builds begin at #1 again.
type run struct {
	Number int64 `json:"number,omitempty"`
	// Key tells builds without a number apart.
	Key string `json:"key,omitempty"`
	// Generation counts how often the job was created again before this build; below 0 for a build that was heard of after later ones.
	Generation int `json:"gen,omitempty"`
	// Name is the build's subject, where that isn't the plain one.
	Name string `json:"name,omitempty"`
	hints
	verdict
}

// hints is what tells builds of the same number apart. Which of its parts are there depends on the plugin that sent it. All are in
// milliseconds, by Jenkins' clock or, where a plugin tells no time, by ours.
type hints struct {
	// Queue is the number of the queue's item that became the build. Jenkins never gives it twice.
	Queue int64 `json:"queue,omitempty"`
	// Start is when the build started; Near is that too, told by a plugin that sends it some time later.
	Start       int64 `json:"start,omitempty"`
	ApproxStart int64 `json:"approx,omitempty"`
	// First and Last are moments at which it ran; Over is when it had ended.
	First   int64 `json:"first,omitempty"`
	Last    int64 `json:"last,omitempty"`
	EndedBy int64 `json:"ended,omitempty"`
	// SeenStart is when it started, and Gone when it had ended, by our clock; Talked is when a pipeline last named a result.
	SeenStart   int64 `json:"seen,omitempty"`
	SeenEnd     int64 `json:"gone,omitempty"`
	ResultNamed int64 `json:"named,omitempty"`
	// StartReport is the fingerprint of the plugin "Zoom"'s word that it started, which that sends once.
	StartReport string `json:"report,omitempty"`
	// Received is when the event was received. It is no part of what is remembered of a build.
	Received int64 `json:"received,omitempty"`
}

// merge returns what both clues of the same build tell, whichever came first.
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

// earliest returns the earlier of two moments, of which 0 is none.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// startTime returns when the build started by Jenkins' clock, and how exact that is.
func (c hints) startTime() (at, slack int64) {
	if c.Start > 0 {
		return c.Start, exactSlack
	}
	return c.ApproxStart, startSlack
}

// matches reports whether the event, whose clue e is, can be about the build: by the queue, then by Jenkins' clock, then by ours.
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

// matchesClock compares moments of Jenkins' own clock.
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

// markReceived adds what follows from when the news were received, by our clock.
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

// find returns the position of the run that the event is about, -1 for none. Of several, it is the latest.
func (s series) find(number int64, key string, e hints) int {
	for i, known := range slices.Backward(s.Runs) {
		if known.Number == number && known.Key == key && known.matches(e) {
			return i
		}
	}
	return -1
}

// generation returns which of the job's lives an event of a build that isn't known yet belongs to. Numbers only grow, so a build that started
// after one of a higher or the same number is of a job that was created again.
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

// subject returns the name of the build's subject; of is the name of the series.
func (r run) subject(of string) string {
	if r.Name != "" || r.Number == 0 {
		return cmp.Or(r.Name, r.Key)
	}
	return of + "/" + strconv.FormatInt(r.Number, 10)
}

// withSubject gives the run a name of its own where the plain one is, or may be, that of another.
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
