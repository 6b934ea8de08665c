package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"mattermost-plugin-zoom/server/bridge"
)

// memoryQueue is the inbox in memory.
type memoryQueue struct {
	mu    sync.Mutex
	jobs  []bridge.Job
	known map[string]bool
	full  bool
}

func (q *memoryQueue) Accept(_ context.Context, j bridge.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.full {
		return errors.New("full")
	}
	if q.known[j.ID] {
		return nil
	}
	q.known[j.ID] = true
	stored, err := json.Marshal(j)
	if err != nil {
		return err
	}
	kept := bridge.Job{ID: j.ID, Key: j.Key, NotBefore: j.NotBefore}
	if err := json.Unmarshal(stored, &kept); err != nil {
		return err
	}
	q.jobs = append(q.jobs, kept)
	return nil
}

// pop takes the job that is due first.
func (q *memoryQueue) pop() (bridge.Job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return bridge.Job{}, false
	}
	slices.SortStableFunc(q.jobs, func(a, b bridge.Job) int { return a.NotBefore.Compare(b.NotBefore) })
	j := q.jobs[0]
	q.jobs = q.jobs[1:]
	return j, true
}

func (q *memoryQueue) push(j bridge.Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = append(q.jobs, j)
}
