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
	// maxRounds limits how often the builds of a commit are looked up, maxEmpty how often if there are none: about three hours, and 20
	// minutes.
	maxRounds      = 20
	maxEmptyRounds = 6
	// settleDelay is when finished builds are looked up once more, for builds that start after others.
	settleDelay = 2 * time.Minute
)

// roundDelay returns the delay before a round: short at first, because builds start seconds after a push.
func roundDelay(round int) time.Duration {
	pauses := []time.Duration{10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}
	return pauses[min(round, len(pauses)-1)]
}

// lookup is the data of a task: it looks up a commit of a Data Center, which sends no deliveries about builds.
type lookup struct {
	Repo   repo   `json:"repo"`
	Commit commit `json:"commit"`
	// Branch is the branch that was pushed; a build may have another.
	Branch string `json:"branch,omitempty"`
	// Details looks up the commit itself and those after Since, instead of its builds.
	Details bool   `json:"details,omitempty"`
	Since   string `json:"since,omitempty"`
	// Settled is set if all builds were finished the last time.
	Settled bool `json:"settled,omitempty"`
}

// task returns the task for the round.
func (l lookup) task(round int) provider.Task {
	t := provider.Task{Key: "builds/" + l.Commit.Hash, After: roundDelay(round), Round: round, Data: provider.Encode(l)}
	if l.Settled {
		t.After = settleDelay
	}
	if l.Details {
		t.Key, t.After = "commit/"+l.Commit.Hash, 0
	}
	return t
}

// RunTask implements provider.TaskRunner. It looks up the builds of a commit until all are finished or the limit is reached. Cloud
// reports builds itself.
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
		return nil, nil, nil // the commit or the repository is gone
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
	if settled && l.Settled || next >= maxRounds || len(found) == 0 && next >= maxEmptyRounds {
		return events, nil, nil
	}
	l.Settled = settled
	return events, []provider.Task{l.task(next)}, nil
}
