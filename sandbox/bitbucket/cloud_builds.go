package bitbucket

import (
	"net/http"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// commit finds the commit of the path.
func (c *call) commit() (*commit, error) {
	if found := c.repo.commit(c.PathValue("commit")); found != nil {
		return found, nil
	}
	return nil, &apiError{
		http.StatusNotFound, "commit.NoSuchCommitException", "Commit '" + c.PathValue("commit") + "' does not exist.", nil,
	}
}

// cloudReadCommit is GET commit/{commit}.
func cloudReadCommit(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.cloudCommit(c.repo, found), nil
}

// cloudStatuses is GET commit/{commit}/statuses.
func cloudStatuses(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	return w.paged(c, w.statusList(c.repo, found.hash))
}

// statusList is the statuses of a commit.
func (w *world) statusList(r *repo, hash string) []object {
	var list []object
	for _, st := range r.statusesOf(hash) {
		list = append(list, w.cloudStatus(r, st, false))
	}
	return list
}

// cloudSetStatus is POST commit/{commit}/statuses/build, which external builds
// use.
func cloudSetStatus(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	var q Status
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	q.Hash, q.Branch, q.By = found.hash, "", c.user.Nickname
	st, err := w.setStatus(c.repo, q)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.cloudStatus(c.repo, st, false), nil
}

// cloudReadStatus is GET commit/{commit}/statuses/build/{key}.
func cloudReadStatus(w *world, c *call) (int, any, error) {
	found, err := c.commit()
	if err != nil {
		return 0, nil, err
	}
	st := c.repo.status(found.hash, c.PathValue("key"))
	if st == nil {
		return 0, nil, errors.Wrap(kit.ErrNotFound, "Build status")
	}
	return http.StatusOK, w.cloudStatus(c.repo, st, false), nil
}

// pipeline finds the run of the path.
func (c *call) pipeline() (*pipeline, error) {
	if p := c.repo.pipeline(c.PathValue("pipeline")); p != nil {
		return p, nil
	}
	return nil, errors.Wrap(kit.ErrNotFound, "The pipeline")
}

// cloudPipelines is GET pipelines/.
func cloudPipelines(w *world, c *call) (int, any, error) {
	var list []object
	branch, hash := c.URL.Query().Get("target.branch"), c.URL.Query().Get("target.commit.hash")
	for _, p := range c.repo.pipelines {
		if (branch == "" || branch == p.branch) && (hash == "" || hash == p.hash) {
			list = append(list, w.cloudPipeline(c.repo, p))
		}
	}
	return w.paged(c, list)
}

// cloudRunPipeline is POST pipelines/: a run on a branch's head, or on a commit.
func cloudRunPipeline(w *world, c *call) (int, any, error) {
	var q struct {
		Target struct {
			Type    string `json:"type"`
			RefType string `json:"ref_type"`
			RefName string `json:"ref_name"`
			Commit  struct {
				Hash string `json:"hash"`
			} `json:"commit"`
		} `json:"target"`
	}
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	switch t := q.Target; {
	case t.Type == "pipeline_ref_target" && (t.RefType != "branch" || t.RefName == ""),
		t.Type == "pipeline_commit_target" && t.Commit.Hash == "",
		t.Type != "pipeline_ref_target" && t.Type != "pipeline_commit_target":
		return 0, nil, errors.Wrap(kit.ErrInvalid, "the target of the pipeline is not valid")
	}
	p, err := w.runPipeline(c.repo, q.Target.RefName, q.Target.Commit.Hash, c.user.Nickname)
	if errors.Is(err, kit.ErrNotFound) {
		err = errors.Wrap(kit.ErrInvalid, "the target of the pipeline does not exist")
	}
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.cloudPipeline(c.repo, p), nil
}

// cloudReadPipeline is GET pipelines/{pipeline}.
func cloudReadPipeline(w *world, c *call) (int, any, error) {
	p, err := c.pipeline()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.cloudPipeline(c.repo, p), nil
}

// cloudSteps is GET pipelines/{pipeline}/steps/; a run has one step here.
func cloudSteps(w *world, c *call) (int, any, error) {
	p, err := c.pipeline()
	if err != nil {
		return 0, nil, err
	}
	run := w.cloudPipeline(c.repo, p)
	return w.paged(c, []object{{
		"type": "pipeline_step", "uuid": "{" + kit.StableUUID("step "+p.uuid) + "}", "state": run["state"], "started_on": stamp(p.created),
	}})
}

// cloudStopPipeline is POST pipelines/{pipeline}/stopPipeline.
func cloudStopPipeline(w *world, c *call) (int, any, error) {
	p, err := c.pipeline()
	if err == nil {
		err = w.endPipeline(c.repo, p, Stopped)
	}
	return http.StatusNoContent, nil, err
}
