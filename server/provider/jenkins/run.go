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
	// sameStart is for starts that Jenkins itself tells; the same build's are the same.
	sameStart = 60_000
	// nearStart is for starts that follow from when something was sent or heard.
	nearStart = 10 * 60_000
	// lateEnd is for starts that follow from an end, which is sent only after all else that the job does at its end.
	lateEnd = 30 * 60_000
	// stillTalking is how long after a result that only a pipeline named it may say more.
	stillTalking = 24 * 3600_000
)

// run is one build of a job, as far as its identity and its end are known. A path and a number are not enough to tell a build: when a job
// or a branch is deleted and created again, its builds begin at #1 again.
type run struct {
	Number int64 `json:"number,omitempty"`
	// Key tells builds without a number apart.
	Key string `json:"key,omitempty"`
	// Life counts how often the job was created again before this build; below 0 for a build that was heard of after later ones.
	Life int `json:"life,omitempty"`
	// Name is the build's subject, where that isn't the plain one.
	Name string `json:"name,omitempty"`
	clue
	verdict
}

// clue is what tells builds of the same number apart. Which of its parts are there depends on the plugin that sent it. All are in
// milliseconds, by Jenkins' clock or, where a plugin tells no time, by ours.
type clue struct {
	// Queue is the number of the queue's item that became the build. Jenkins never gives it twice.
	Queue int64 `json:"queue,omitempty"`
	// Start is when the build started; Near is that too, told by a plugin that sends it some time later.
	Start int64 `json:"start,omitempty"`
	Near  int64 `json:"near,omitempty"`
	// First and Last are moments at which it ran; Over is when it had ended.
	First int64 `json:"first,omitempty"`
	Last  int64 `json:"last,omitempty"`
	Over  int64 `json:"over,omitempty"`
	// Seen is when it started, and Gone when it had ended, by our clock; Talked is when a pipeline last named a result.
	Seen   int64 `json:"seen,omitempty"`
	Gone   int64 `json:"gone,omitempty"`
	Talked int64 `json:"talked,omitempty"`
	// Told is the fingerprint of the plugin "Zoom"'s word that it started, which that sends once.
	Told string `json:"told,omitempty"`
	// Heard is when the event was received. It is no part of what is remembered of a build.
	Heard int64 `json:"heard,omitempty"`
}

// and returns what both clues of the same build tell, whichever came first.
func (c clue) and(o clue) clue {
	c.Heard = 0
	c.Queue, c.Told = max(c.Queue, o.Queue), max(c.Told, o.Told)
	for _, p := range []struct {
		known *int64
		other int64
	}{{&c.Start, o.Start}, {&c.Near, o.Near}, {&c.First, o.First}, {&c.Over, o.Over}, {&c.Seen, o.Seen}} {
		*p.known = earlier(*p.known, p.other)
	}
	c.Last, c.Gone, c.Talked = max(c.Last, o.Last), max(c.Gone, o.Gone), max(c.Talked, o.Talked)
	return c
}

// earlier returns the earlier of two moments, of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// began returns when the build started by Jenkins' clock, and how exact that is.
func (c clue) began() (at, slack int64) {
	if c.Start > 0 {
		return c.Start, sameStart
	}
	return c.Near, nearStart
}

// fits reports whether the event, whose clue e is, can be about the build: by the queue, then by Jenkins' clock, then by ours.
func (c clue) fits(e clue) bool {
	if c.Queue > 0 && e.Queue > 0 {
		return c.Queue == e.Queue
	}
	if c.First > 0 && e.First > 0 {
		return c.fitsClock(e)
	}
	if e.Told != "" && c.Told != "" && c.Told != e.Told && c.Gone > 0 && e.Heard > c.Gone {
		return false // it starts a second time, after its end
	}
	if c.Seen > 0 && e.Seen > 0 {
		slack := int64(lateEnd)
		if c.Told != "" && e.Told != "" {
			slack = nearStart
		}
		return apart(c.Seen, e.Seen) <= slack
	}
	switch {
	case e.Heard == 0:
		return true
	case c.Seen > 0 && e.Heard < c.Seen-nearStart, c.Gone > 0 && e.Heard > c.Gone+lateEnd:
		return false
	}
	return c.Talked == 0 || c.Gone > 0 || e.Heard <= c.Talked+stillTalking
}

// fitsClock compares moments of Jenkins' own clock.
func (c clue) fitsClock(e clue) bool {
	mine, slack := c.began()
	its, itsSlack := e.began()
	if mine > 0 && its > 0 {
		return apart(mine, its) <= max(slack, itsSlack)
	}
	return (mine == 0 || e.First >= mine-slack) && (its == 0 || c.First >= its-itsSlack) &&
		(c.Over == 0 || e.Last <= c.Over+nearStart) && (e.Over == 0 || c.Last <= e.Over+nearStart)
}

// later reports whether the event is certainly about a build that started after this one.
func (c clue) later(e clue) bool {
	if c.Queue > 0 && e.Queue > 0 {
		return e.Queue > c.Queue
	}
	mine, slack := c.began()
	its, itsSlack := e.began()
	switch {
	case mine > 0 && its > 0:
		return its > mine+max(slack, itsSlack)
	case c.First > 0 && e.First > 0:
		return mine > 0 && c.Over > 0 && e.First > c.Over+nearStart
	case c.Seen > 0 && e.Seen > 0:
		return e.Seen > c.Seen+nearStart
	}
	return c.Gone > 0 && e.Heard > c.Gone+nearStart || c.Talked > 0 && e.Heard > c.Talked+stillTalking
}

func apart(a, b int64) int64 { return max(a, b) - min(a, b) }

// received adds what follows from when the news were received, by our clock.
func (n *news) received(at int64) {
	c := &n.Clue
	c.Heard = at
	switch {
	case n.Result != "" && n.Trust > trustWords:
		if c.Gone = at; n.Duration > 0 {
			c.Seen = at - n.Duration
		}
	case n.Result != "":
		c.Talked = at
	case n.Slot == slotStart, n.Slot == slotQueued, n.Slot == slotStarted && c.Start > 0:
		c.Seen = at
	}
	if n.Slot == slotStart {
		c.Told = n.fingerprint()
	}
}

// find returns the position of the run that the event is about, -1 for none. Of several, it is the latest.
func (s series) find(number int64, key string, e clue) int {
	for i, known := range slices.Backward(s.Runs) {
		if known.Number == number && known.Key == key && known.fits(e) {
			return i
		}
	}
	return -1
}

// life returns which of the job's lives an event of a build that isn't known yet belongs to. Numbers only grow, so a build that started
// after one of a higher or the same number is of a job that was created again.
func (s series) life(number int64, e clue) int {
	if len(s.Runs) == 0 {
		return 0
	}
	first, life := s.Runs[0].Life, s.Runs[len(s.Runs)-1].Life
	if number == 0 {
		return life
	}
	for ; life >= first; life-- {
		after, before := false, false
		for _, r := range s.Runs {
			if r.Life == life {
				after = after || r.Number >= number && r.later(e)
				before = before || r.Number <= number && e.later(r.clue)
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

// named gives the run a name of its own where the plain one is, or may be, that of another.
func (s series) named(r run, of, plain string) run {
	taken := r.Life != 0 || slices.ContainsFunc(s.Runs, func(o run) bool {
		return o.Number == r.Number && o.Key == r.Key && o.subject(of) == plain
	})
	switch at, _ := r.began(); {
	case taken:
		r.Name = bounded(plain + "@" + strconv.FormatInt(cmp.Or(r.Queue, at, r.First, r.Seen, r.Heard), 10))
	case r.subject(of) != plain:
		r.Name = plain
	}
	r.Heard = 0
	return r
}

// ResolveSubject implements provider.SubjectResolver.
func (Jenkins) ResolveSubject(state json.RawMessage, e provider.Event) (string, error) {
	s, n, err := readSeries(state, e)
	if err != nil {
		return "", err
	}
	if i := s.find(n.Place.Number, n.Key, n.Clue); i >= 0 {
		return s.Runs[i].subject(e.Series), nil
	}
	return e.Subject, nil
}
