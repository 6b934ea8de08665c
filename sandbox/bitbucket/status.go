package bitbucket

import (
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The states of a build, as both products call them.
const (
	InProgress = "INPROGRESS"
	Successful = "SUCCESSFUL"
	Failed     = "FAILED"
	Stopped    = "STOPPED"
)

// Status is the status of a build of a commit.
type Status struct {
	// Hash or Branch, whose head is meant then, say which commit.
	Hash   string `json:"hash"`
	Branch string `json:"branch"`
	// Key tells one build of a commit from another; the same key again changes it.
	Key         string `json:"key"`
	Name        string `json:"name"`
	State       string `json:"state"`
	Description string `json:"description"`
	URL         string `json:"url"`
	// Ref is the branch it was built for, which external builds may not say.
	Ref string `json:"refname"`
	// By is a nickname; an admin of the repository when empty.
	By string `json:"by"`
}

// status is a Status of a commit.
type status struct {
	Status
	created time.Time
	updated time.Time
}

// setStatus records a build's status. Only Cloud sends an event.
func (w *world) setStatus(r *repo, given Status) (*status, error) {
	by, err := w.actor(r, given.By)
	if err != nil {
		return nil, err
	}
	if given.Branch != "" {
		given.Hash = r.branches[given.Branch]
	}
	c := r.commit(given.Hash)
	if c == nil {
		return nil, errors.Wrapf(kit.ErrNotFound, "commit %q", given.Hash+given.Branch)
	}
	given.Hash = c.hash
	if !slices.Contains([]string{InProgress, Successful, Failed, Stopped}, given.State) || given.Key == "" {
		return nil, errors.Wrap(kit.ErrInvalid, "a status needs a key and one of the states")
	}
	if given.URL == "" {
		given.URL = "https://ci.example.com/" + r.Slug + "/" + given.Key
	}
	if given.Name == "" {
		given.Name = given.Key
	}
	event := "repo:commit_status_updated"
	st := r.status(c.hash, given.Key)
	if st == nil {
		st, event = &status{created: w.Now()}, "repo:commit_status_created"
		r.statuses = append(r.statuses, st)
	}
	st.Status, st.updated = given, w.Now()
	if w.kind == Cloud {
		w.notify(r, event, by, object{"commit_status": w.cloudStatus(r, st, true)})
	}
	return st, nil
}

// status finds a build's status of a commit.
func (r *repo) status(hash, key string) *status {
	for _, st := range r.statuses {
		if st.Hash == hash && st.Key == key {
			return st
		}
	}
	return nil
}

// statusesOf lists the statuses of a commit.
func (r *repo) statusesOf(hash string) []*status {
	var list []*status
	for _, st := range r.statuses {
		if st.Hash == hash {
			list = append(list, st)
		}
	}
	return list
}

// pipeline is a run of Cloud's own builds.
type pipeline struct {
	number  int
	uuid    string
	branch  string
	hash    string
	key     string // of its status
	state   string // one of the states of a build
	by      *User
	created time.Time
	ended   time.Time
}

// runPipeline starts a run on a branch; hash is that of the branch's head when
// empty.
func (w *world) runPipeline(r *repo, branch, hash, by string) (*pipeline, error) {
	if w.kind != Cloud {
		return nil, errors.Wrap(kit.ErrInvalid, "a Data Center has no pipelines")
	}
	if hash == "" {
		hash = r.branches[branch]
	}
	c := r.commit(hash)
	if c == nil {
		return nil, errors.Wrapf(kit.ErrNotFound, "branch %q", branch)
	}
	who, err := w.actor(r, by)
	if err != nil {
		return nil, err
	}
	p := &pipeline{
		number: len(r.pipelines) + 1, uuid: w.ids.braced(), branch: branch, hash: c.hash, by: who, created: w.Now(),
		state: InProgress, key: strconv.Itoa(3343800 + w.number()),
	}
	r.pipelines = append(r.pipelines, p)
	return p, w.notifyPipeline(r, p)
}

// endPipeline ends a run.
func (w *world) endPipeline(r *repo, p *pipeline, result string) error {
	if p.state != InProgress {
		return errors.Wrapf(kit.ErrConflict, "pipeline #%d has ended", p.number)
	}
	if !slices.Contains([]string{Successful, Failed, Stopped}, result) {
		return errors.Wrapf(kit.ErrInvalid, "a pipeline can't end %q", result)
	}
	p.state, p.ended = result, w.Now()
	return w.notifyPipeline(r, p)
}

// notifyPipeline turns the state of a run into the status of its commit; each run
// has a key of its own.
func (w *world) notifyPipeline(r *repo, p *pipeline) error {
	name := "Pipeline #" + strconv.Itoa(p.number)
	if p.branch != "" {
		name += " for " + p.branch
	}
	_, err := w.setStatus(r, Status{
		Hash: p.hash, Key: p.key, Name: name, State: p.state, Ref: p.branch, By: p.by.Nickname,
		URL: w.page(r) + "/addon/pipelines/home#!/results/" + strconv.Itoa(p.number),
	})
	return err
}

// pipeline finds a run by its UUID; its number is none of the API.
func (r *repo) pipeline(key string) *pipeline {
	for _, p := range r.pipelines {
		if p.uuid == key {
			return p
		}
	}
	return nil
}
