package bitbucket

import (
	"net/http"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// cloudPulls is GET pullrequests: the open ones, or those of the states asked for.
func cloudPulls(w *world, c *call) (int, any, error) {
	states := c.URL.Query()["state"]
	if len(states) == 0 {
		states = []string{pullOpen}
	}
	var list []object
	for _, p := range slices.Backward(c.repo.pulls) {
		if slices.Contains(states, p.state) {
			list = append(list, w.cloudPull(p))
		}
	}
	return w.paged(c, list)
}

// pullRequest is the body of a request about a pull request.
type pullRequest struct {
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Source      branchName `json:"source"`
	Destination branchName `json:"destination"`
	Reviewers   []struct {
		UUID      string `json:"uuid"`
		AccountID string `json:"account_id"`
	} `json:"reviewers"`
	Draft       bool `json:"draft"`
	CloseSource bool `json:"close_source_branch"`
}

// branchName names a branch.
type branchName struct {
	Branch struct {
		Name string `json:"name"`
	} `json:"branch"`
}

// reviewers are the users that the request names, nil when it names none.
func (q pullRequest) reviewers() []string {
	var keys []string
	for _, reviewer := range q.Reviewers {
		keys = append(keys, reviewer.UUID+reviewer.AccountID)
	}
	return keys
}

// cloudOpenPull is POST pullrequests.
func cloudOpenPull(w *world, c *call) (int, any, error) {
	var q pullRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	p, err := w.openPull(c.repo, PullRequest{
		By: c.user.Nickname, Title: q.Title, Description: q.Description, Source: q.Source.Branch.Name,
		Destination: q.Destination.Branch.Name, Reviewers: q.reviewers(), Draft: q.Draft, CloseSource: q.CloseSource,
	})
	if errors.Is(err, kit.ErrNotFound) {
		err = errors.Wrap(kit.ErrInvalid, err.Error())
	}
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.cloudPull(p), nil
}

// cloudReadPull is GET pullrequests/{id}.
func cloudReadPull(w *world, _ *call, p *pull) (int, any, error) {
	return http.StatusOK, w.cloudPull(p), nil
}

// cloudEditPull is PUT pullrequests/{id}.
func cloudEditPull(w *world, c *call, p *pull) (int, any, error) {
	var q pullRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if err := w.editPull(p, c.user, q.Title, q.Description, q.reviewers()); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.cloudPull(p), nil
}

// cloudReview is POST approve and POST request-changes.
func cloudReview(opinion string) func(*world, *call, *pull) (int, any, error) {
	return func(w *world, c *call, p *pull) (int, any, error) {
		part, err := w.review(p, c.user, opinion)
		if err != nil {
			return 0, nil, w.refused(err)
		}
		return http.StatusOK, w.cloudParticipant(part), nil
	}
}

// cloudWithdraw is DELETE approve and DELETE request-changes.
func cloudWithdraw(opinion string) func(*world, *call, *pull) (int, any, error) {
	return func(w *world, c *call, p *pull) (int, any, error) {
		if err := p.mustBeOpen(); err != nil {
			return 0, nil, w.refused(err)
		}
		if p.participant(c.user).opinion != opinion {
			return 0, nil, errors.Wrap(kit.ErrNotFound, "You haven't done this")
		}
		_, err := w.review(p, c.user, opinionNone)
		return http.StatusNoContent, nil, err
	}
}

// refused gives a refusal the status that the policy says.
func (w *world) refused(err error) error {
	if errors.Is(err, kit.ErrConflict) && w.policy.ConflictStatus != 0 {
		return &apiError{status: w.policy.ConflictStatus, message: err.Error()}
	}
	return err
}

// cloudMerge is POST merge.
func cloudMerge(w *world, c *call, p *pull) (int, any, error) {
	var q struct {
		Strategy    string `json:"merge_strategy"`
		Message     string `json:"message"`
		CloseSource bool   `json:"close_source_branch"`
	}
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if err := w.mergePull(p, c.user, q.Strategy, q.Message, q.CloseSource); err != nil {
		return 0, nil, w.refused(err)
	}
	return http.StatusOK, w.cloudPull(p), nil
}

// cloudDecline is POST decline, for the author and users with write access.
func cloudDecline(w *world, c *call, p *pull) (int, any, error) {
	if c.user != p.author && !c.repo.allows(c.user, RightWrite) {
		return 0, nil, &apiError{status: http.StatusForbidden, message: "You must be the author or have write permission to decline this pull request."}
	}
	if err := w.declinePull(p, c.user); err != nil {
		return 0, nil, w.refused(err)
	}
	return http.StatusOK, w.cloudPull(p), nil
}

// cloudPullStatuses is GET pullrequests/{id}/statuses.
func cloudPullStatuses(w *world, c *call, p *pull) (int, any, error) {
	return w.paged(c, w.statusList(p.repo, p.head))
}

// cloudComments is GET comments.
func cloudComments(w *world, c *call, p *pull) (int, any, error) {
	var list []object
	for _, one := range p.shownComments() {
		list = append(list, w.cloudComment(p, one))
	}
	return w.paged(c, list)
}

// commentRequest is a new comment.
type commentRequest struct {
	Content struct {
		Raw string `json:"raw"`
	} `json:"content"`
	Parent struct {
		ID int `json:"id"`
	} `json:"parent"`
	Inline struct {
		Path string `json:"path"`
		To   int    `json:"to"`
	} `json:"inline"`
}

// cloudAddComment is POST comments.
func cloudAddComment(w *world, c *call, p *pull) (int, any, error) {
	var q commentRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	made, err := w.addComment(p, c.user, Comment{
		Text: strings.TrimSpace(q.Content.Raw), Parent: q.Parent.ID, Path: q.Inline.Path, Line: q.Inline.To,
	})
	if errors.Is(err, kit.ErrNotFound) {
		err = errors.Wrap(kit.ErrInvalid, "parent: no such comment")
	}
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, w.cloudComment(p, made), nil
}

// cloudReadComment is GET comments/{comment}.
func cloudReadComment(w *world, _ *call, p *pull, one *comment) (int, any, error) {
	return http.StatusOK, w.cloudComment(p, one), nil
}

// errNotYours refuses to change another user's comment.
func errNotYours() error {
	return &apiError{http.StatusForbidden, "AuthorisationException", "You may only change comments of your own.", nil}
}

// cloudEditComment is PUT comments/{comment}.
func cloudEditComment(w *world, c *call, p *pull, one *comment) (int, any, error) {
	var q commentRequest
	if err := c.decode(&q); err != nil {
		return 0, nil, err
	}
	if one.author != c.user {
		return 0, nil, errNotYours()
	}
	if err := w.editComment(p, one, c.user, q.Content.Raw); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.cloudComment(p, one), nil
}

// cloudDeleteComment is DELETE comments/{comment}.
func cloudDeleteComment(w *world, c *call, p *pull, one *comment) (int, any, error) {
	if one.author != c.user && !c.repo.allows(c.user, RightAdmin) {
		return 0, nil, errNotYours()
	}
	w.deleteComment(p, one, c.user)
	return http.StatusNoContent, nil, nil
}

// cloudResolve is POST and DELETE comments/{comment}/resolve.
func cloudResolve(done bool) func(*world, *call, *pull, *comment) (int, any, error) {
	return func(w *world, c *call, p *pull, one *comment) (int, any, error) {
		w.resolveComment(p, one, c.user, done)
		if !done {
			return http.StatusNoContent, nil, nil
		}
		return http.StatusOK, object{"type": "comment_resolution", "user": w.cloudUser(c.user), "created_on": stamp(w.Now())}, nil
	}
}
