package bitbucket

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxRounds bounds how often the builds of a commit are looked up, maxEmpty how often where there are none at all: about three hours,
	// and twenty minutes.
	maxRounds = 20
	maxEmpty  = 6
	// settleDelay is when those that are all finished are looked up once more, for builds that begin after others.
	settleDelay = 2 * time.Minute
)

// roundDelay returns how long to wait before a round: short at first, since a build begins seconds after a push.
func roundDelay(round int) time.Duration {
	pauses := []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}
	return pauses[min(round, len(pauses)-1)]
}

// lookup is what a task is about: a commit of a Data Center, which sends no deliveries about builds.
type lookup struct {
	Repo   repo   `json:"repo"`
	Commit commit `json:"commit"`
	// Branch is the one that came to the commit; a build may name another.
	Branch string `json:"branch,omitempty"`
	// Details asks for the commit itself, and for those after Since, instead of its builds.
	Details bool   `json:"details,omitempty"`
	Since   string `json:"since,omitempty"`
	// Settled says that all builds were finished the last time.
	Settled bool `json:"settled,omitempty"`
}

// task returns the lookup as the task of the round.
func (l lookup) task(round int) provider.Task {
	data, err := json.Marshal(l)
	if err != nil {
		data = nil // cannot be: a lookup holds plain values only
	}
	t := provider.Task{Key: "builds/" + l.Commit.Hash, After: roundDelay(round), Round: round, Data: data}
	if l.Settled {
		t.After = settleDelay
	}
	if l.Details {
		t.Key, t.After = "commit/"+l.Commit.Hash, 0
	}
	return t
}

// RunTask looks up the builds of a commit, until all are finished or it has been enough. Cloud tells by itself and is never asked.
func (*Bitbucket) RunTask(ctx context.Context, s provider.Session, r provider.Resource, t provider.Task) ([]provider.Event, []provider.Task, error) {
	var l lookup
	if err := json.Unmarshal(t.Data, &l); err != nil {
		return nil, nil, errors.Wrap(err, "read a task")
	}
	if s.Site.Kind != kindDataCenter || l.Commit.Hash == "" {
		return nil, nil, nil
	}
	if l.Details {
		events, err := dataCenter{s}.commitDetails(ctx, r.Path, l)
		return events, nil, err
	}
	found, err := dataCenter{s}.builds(ctx, l.Commit.Hash)
	if fault.Is(err, fault.ResourceUnknown) {
		return nil, nil, nil // the commit, or the repository, is gone
	}
	if err != nil {
		return nil, nil, err
	}
	var events []provider.Event
	running := 0
	for _, b := range found {
		about := l.Commit
		if b.Branch == "" {
			b.Branch = l.Branch
		}
		if !b.finished() {
			running++
		}
		events = append(events, statusEvent(eventData{Repo: l.Repo, At: b.At, Commit: &about, Status: &b}))
	}
	settled := len(found) > 0 && running == 0
	next := t.Round + 1
	if settled && l.Settled || next >= maxRounds || len(found) == 0 && next >= maxEmpty {
		return events, nil, nil
	}
	l.Settled = settled
	return events, []provider.Task{l.task(next)}, nil
}
