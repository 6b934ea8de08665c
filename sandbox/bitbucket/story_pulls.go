package bitbucket

import (
	"strconv"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Pull is a handle on a pull request.
type Pull struct {
	repo *Repository
	// ID counts the pull requests of a repository.
	ID int `json:"id"`
}

// OpenPullRequest has a user open a pull request.
func (h *Repository) OpenPullRequest(given PullRequest) (*Pull, error) {
	made := &Pull{repo: h}
	return made, h.do(func(w *world, r *repo) error {
		p, err := w.openPull(r, given)
		if err == nil {
			made.ID = p.id
		}
		return err
	})
}

// Pull finds a pull request.
func (h *Repository) Pull(id int) *Pull { return &Pull{repo: h, ID: id} }

// do runs f on the pull request, as a user.
func (p *Pull) do(by string, f func(*world, *pull, *User) error) error {
	return p.repo.do(func(w *world, r *repo) error {
		found := r.pull(p.ID)
		if found == nil {
			return errors.Wrap(kit.ErrNotFound, "pull request "+strconv.Itoa(p.ID))
		}
		who, err := w.actor(r, by)
		if err != nil {
			return err
		}
		return f(w, found, who)
	})
}

// Approve has a user approve it.
func (p *Pull) Approve(by string) error { return p.review(by, opinionApproved) }

// RequestChanges has a user request changes.
func (p *Pull) RequestChanges(by string) error { return p.review(by, opinionChanges) }

// Withdraw has a user withdraw an approval or a request for changes.
func (p *Pull) Withdraw(by string) error { return p.review(by, opinionNone) }

// review gives a user's opinion.
func (p *Pull) review(by, opinion string) error {
	return p.do(by, func(w *world, found *pull, who *User) error {
		_, err := w.review(found, who, opinion)
		return err
	})
}

// Comment has a user comment on it, and returns the comment's ID.
func (p *Pull) Comment(given Comment) (id int, err error) {
	err = p.do(given.By, func(w *world, found *pull, who *User) error {
		c, err := w.addComment(found, who, given)
		if err == nil {
			id = c.id
		}
		return err
	})
	return id, err
}

// comment runs f on one of its comments, as its author.
func (p *Pull) comment(id int, f func(*world, *pull, *comment) error) error {
	return p.do("", func(w *world, found *pull, _ *User) error {
		c := found.comment(id)
		if c == nil {
			return errors.Wrapf(kit.ErrNotFound, "comment %d", id)
		}
		return f(w, found, c)
	})
}

// EditComment lets its author change a comment.
func (p *Pull) EditComment(id int, text string) error {
	return p.comment(id, func(w *world, found *pull, c *comment) error { return w.editComment(found, c, c.author, text) })
}

// DeleteComment lets its author delete a comment.
func (p *Pull) DeleteComment(id int) error {
	return p.comment(id, func(w *world, found *pull, c *comment) error {
		w.deleteComment(found, c, c.author)
		return nil
	})
}

// ResolveComment lets its author mark a discussion as done, or not.
func (p *Pull) ResolveComment(id int, done bool) error {
	return p.comment(id, func(w *world, found *pull, c *comment) error {
		w.resolveComment(found, c, c.author, done)
		return nil
	})
}

// Edit has a user change title, description and reviewers; what is empty stays.
func (p *Pull) Edit(by, title, description string, reviewers ...string) error {
	return p.do(by, func(w *world, found *pull, who *User) error {
		return w.editPull(found, who, title, description, reviewers)
	})
}

// Merge has a user merge it; an empty strategy is the usual one.
func (p *Pull) Merge(by, strategy string) error {
	return p.do(by, func(w *world, found *pull, who *User) error {
		return w.mergePull(found, who, strategy, "", false)
	})
}

// Decline has a user decline it.
func (p *Pull) Decline(by string) error {
	return p.do(by, func(w *world, found *pull, who *User) error { return w.declinePull(found, who) })
}

// SetConflicted makes it impossible to merge, or possible again.
func (p *Pull) SetConflicted(conflicted bool) error {
	return p.do("", func(_ *world, found *pull, _ *User) error {
		found.conflicted = conflicted
		return nil
	})
}

// State is OPEN, MERGED or DECLINED; "" for one that is not there.
func (p *Pull) State() (state string) {
	_ = p.do("", func(_ *world, found *pull, _ *User) error { state = found.state; return nil })
	return state
}

// Comments are the texts of its comments.
func (p *Pull) Comments() (texts []string) {
	_ = p.do("", func(_ *world, found *pull, _ *User) error {
		for _, c := range found.shownComments() {
			texts = append(texts, c.text)
		}
		return nil
	})
	return texts
}
