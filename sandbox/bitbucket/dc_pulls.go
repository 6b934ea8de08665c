package bitbucket

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// dcPulls is GET pull-requests: the open ones, or those of the state asked for.
func dcPulls(w *world, c *call) (int, any, error) {
	state := c.URL.Query().Get("state")
	if state == "" {
		state = pullOpen
	}
	at := strings.TrimPrefix(c.URL.Query().Get("at"), "refs/heads/")
	outgoing := strings.EqualFold(c.URL.Query().Get("direction"), "OUTGOING")
	var list []object
	for _, p := range slices.Backward(c.repo.pulls) {
		branch := p.destination
		if outgoing {
			branch = p.source
		}
		if (state == "ALL" || state == p.state) && (at == "" || at == branch) {
			list = append(list, w.dcPull(p))
		}
	}
	return dcPaged(c, list)
}

// dcPullRequest is the body of a request about a pull request.
type dcPullRequest struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Version     *int   `json:"version"`
	Draft       bool   `json:"draft"`
	FromRef     struct {
		ID string `json:"id"`
	} `json:"fromRef"`
	ToRef struct {
		ID string `json:"id"`
	} `json:"toRef"`
	Reviewers []struct {
		User struct {
			Name string `json:"name"`
		} `json:"user"`
	} `json:"reviewers"`
}

// reviewers are the users that the request names, nil when it names none.
func (q dcPullRequest) reviewers() []string {
	var names []string
	for _, reviewer := range q.Reviewers {
		names = append(names, reviewer.User.Name)
	}
	return names
}

// dcOpenPull is POST pull-requests.
func dcOpenPull(w *world, c *call) (int, any, error) {
	var q dcPullRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	p, err := w.openPull(c.repo, PullRequest{
		By: c.user.Nickname, Title: q.Title, Description: q.Description, Draft: q.Draft, Reviewers: q.reviewers(),
		Source: strings.TrimPrefix(q.FromRef.ID, "refs/heads/"), Destination: strings.TrimPrefix(q.ToRef.ID, "refs/heads/"),
	})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.dcPull(p), nil
}

// dcReadPull is GET on a pull request.
func dcReadPull(w *world, _ *call, p *pull) (int, any, error) {
	return http.StatusOK, w.dcPull(p), nil
}

// fresh refuses a change that was made of an older version.
func (p *pull) fresh(version *int) error {
	if version == nil {
		return &refusal{kit.ErrInvalid, "validation.ArgumentValidationException", "A version is required."}
	}
	if *version != p.version {
		return conflict("pull.PullRequestOutOfDateException", "You are attempting to modify a pull request based on out-of-date information.")
	}
	return nil
}

// version reads the version of the query, or of the body.
func (c *call) version() (*int, error) {
	if text := c.URL.Query().Get("version"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, errors.Wrap(kit.ErrInvalid, "version must be a number")
		}
		return &n, nil
	}
	var q struct {
		Version *int `json:"version"`
	}
	err := c.decode(&q)
	return q.Version, err
}

// current refuses a call that was made of an older version.
func (c *call) current(p *pull) error {
	if err := p.mustBeOpen(); err != nil {
		return err
	}
	version, err := c.version()
	if err != nil {
		return err
	}
	return p.fresh(version)
}

// mayChange refuses users who are neither the author nor have write access.
func (c *call) mayChange(p *pull) error {
	if c.user != p.author && !c.repo.allows(c.user, RightWrite) {
		return errPermission()
	}
	return nil
}

// dcEditPull is PUT on a pull request.
func dcEditPull(w *world, c *call, p *pull) (int, any, error) {
	var q dcPullRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if err := c.mayChange(p); err != nil {
		return 0, nil, err
	}
	if err := p.fresh(q.Version); err != nil {
		return 0, nil, err
	}
	if err := w.editPull(p, c.user, q.Title, q.Description, q.reviewers()); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.dcPull(p), nil
}

// dcDeletePull is DELETE on a pull request.
func dcDeletePull(w *world, c *call, p *pull) (int, any, error) {
	if err := c.mayChange(p); err != nil {
		return 0, nil, err
	}
	version, err := c.version()
	if err == nil {
		err = p.fresh(version)
	}
	if err != nil {
		return 0, nil, err
	}
	p.repo.pulls = slices.DeleteFunc(p.repo.pulls, func(other *pull) bool { return other == p })
	w.notifyPull(p, occasionDeleted, c.user, nil, nil)
	return http.StatusNoContent, nil, nil
}

// dcReview is POST and DELETE approve.
func dcReview(opinion string) func(*world, *call, *pull) (int, any, error) {
	return func(w *world, c *call, p *pull) (int, any, error) {
		part, err := w.review(p, c.user, opinion)
		if err != nil {
			return 0, nil, err
		}
		return http.StatusOK, w.dcParticipant(p, part), nil
	}
}

// dcParticipate is PUT participants/{user}, with which users give their opinion.
func dcParticipate(w *world, c *call, p *pull) (int, any, error) {
	if !strings.EqualFold(c.PathValue("user"), c.user.Nickname) {
		return 0, nil, errPermission()
	}
	var q struct {
		Status string `json:"status"`
	}
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	opinion, ok := map[string]string{"APPROVED": opinionApproved, "NEEDS_WORK": opinionChanges, "UNAPPROVED": opinionNone}[q.Status]
	if !ok {
		return 0, nil, errors.Wrapf(kit.ErrInvalid, "status: %q", q.Status)
	}
	return dcReview(opinion)(w, c, p)
}

// dcCanMerge is GET merge: whether it could be merged.
func dcCanMerge(_ *world, c *call, p *pull) (int, any, error) {
	if err := p.mustBeOpen(); err != nil {
		return 0, nil, err
	}
	outcome, vetoes := "CLEAN", []object{}
	if p.conflicted {
		outcome = "CONFLICTED"
	}
	if !c.repo.allows(c.user, RightWrite) {
		vetoes = append(vetoes, object{"summaryMessage": "Not permitted", "detailedMessage": "You may not write to the target branch."})
	}
	return http.StatusOK, object{
		"conflicted": p.conflicted, "outcome": outcome, "vetoes": vetoes,
	}, nil
}

// dcMerge is POST merge.
func dcMerge(w *world, c *call, p *pull) (int, any, error) {
	if err := c.current(p); err != nil {
		return 0, nil, err
	}
	var q struct {
		Message  string `json:"message"`
		Strategy string `json:"strategyId"`
	}
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if err := w.mergePull(p, c.user, q.Strategy, q.Message, false); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.dcPull(p), nil
}

// dcDecline is POST decline.
func dcDecline(w *world, c *call, p *pull) (int, any, error) {
	if err := c.mayChange(p); err != nil {
		return 0, nil, err
	}
	if err := c.current(p); err != nil {
		return 0, nil, err
	}
	if err := w.declinePull(p, c.user); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.dcPull(p), nil
}

// dcCommentRequest is a new comment.
type dcCommentRequest struct {
	Text    string `json:"text"`
	Version *int   `json:"version"`
	Parent  struct {
		ID int `json:"id"`
	} `json:"parent"`
	Anchor struct {
		Path string `json:"path"`
		Line int    `json:"line"`
	} `json:"anchor"`
}

// dcAddComment is POST comments.
func dcAddComment(w *world, c *call, p *pull) (int, any, error) {
	var q dcCommentRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	made, err := w.addComment(p, c.user, Comment{Text: q.Text, Parent: q.Parent.ID, Path: q.Anchor.Path, Line: q.Anchor.Line})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.dcComment(made, p.repo), nil
}

// dcReadComment is GET comments/{comment}.
func dcReadComment(w *world, _ *call, p *pull, one *comment) (int, any, error) {
	return http.StatusOK, w.dcComment(one, p.repo), nil
}

// currentComment refuses to change another user's comment, or an older
// version of it.
func (c *call) currentComment(one *comment) error {
	if one.author != c.user {
		return errNotYours()
	}
	version, err := c.version()
	if err != nil {
		return err
	}
	if version == nil || *version != one.version {
		return conflict("comment.CommentOutOfDateException", "You are attempting to modify a comment based on out-of-date information.")
	}
	return nil
}

// dcEditComment is PUT comments/{comment}.
func dcEditComment(w *world, c *call, p *pull, one *comment) (int, any, error) {
	var q dcCommentRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if err := c.currentComment(one); err != nil {
		return 0, nil, err
	}
	if err := w.editComment(p, one, c.user, q.Text); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.dcComment(one, p.repo), nil
}

// dcDeleteComment is DELETE comments/{comment}.
func dcDeleteComment(w *world, c *call, p *pull, one *comment) (int, any, error) {
	if err := c.currentComment(one); err != nil {
		return 0, nil, err
	}
	w.deleteComment(p, one, c.user)
	return http.StatusNoContent, nil, nil
}
