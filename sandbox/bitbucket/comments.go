package bitbucket

import (
	"maps"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// comment is a remark on a pull request.
type comment struct {
	id       int
	version  int
	text     string
	author   *User
	parent   *comment
	path     string // of the file it is about; "" for none
	line     int
	deleted  bool
	resolved bool
	created  time.Time
	updated  time.Time
}

// Comment is a new comment.
type Comment struct {
	// By is a nickname; an admin of the repository when empty.
	By   string `json:"by"`
	Text string `json:"text"`
	// Parent is the ID of the comment that this one answers, 0 for none.
	Parent int `json:"parent"`
	// Path and Line are those of the file that it is about.
	Path string `json:"path"`
	Line int    `json:"line"`
}

// addComment adds a comment and sends the event.
func (w *world) addComment(p *pull, by *User, given Comment) (*comment, error) {
	if given.Text == "" {
		return nil, errors.Wrap(kit.ErrInvalid, "content.raw: a comment needs a text")
	}
	c := &comment{id: w.number(), text: given.Text, author: by, path: given.Path, line: given.Line, created: w.Now(), updated: w.Now()}
	if given.Parent != 0 {
		if c.parent = p.comment(given.Parent); c.parent == nil {
			return nil, errors.Wrapf(kit.ErrNotFound, "comment %d", given.Parent)
		}
	}
	p.comments = append(p.comments, c)
	if by != p.author {
		p.participant(by)
	}
	w.notifyComment(p, c, occasionCommented, by, nil)
	return c, nil
}

// editComment changes a comment's text and sends the event.
func (w *world) editComment(p *pull, c *comment, by *User, text string) error {
	if text == "" {
		return errors.Wrap(kit.ErrInvalid, "content.raw: a comment needs a text")
	}
	previous := object{"previousComment": c.text}
	c.text, c.updated = text, w.Now()
	c.version++
	w.notifyComment(p, c, occasionCommentEdited, by, previous)
	return nil
}

// deleteComment deletes a comment and sends the event.
func (w *world) deleteComment(p *pull, c *comment, by *User) {
	c.deleted, c.updated = true, w.Now()
	w.notifyComment(p, c, occasionCommentDeleted, by, nil)
}

// resolveComment marks a discussion as done or not, and sends the event.
func (w *world) resolveComment(p *pull, c *comment, by *User, done bool) {
	if c.resolved == done {
		return
	}
	c.resolved = done
	occasion := occasionCommentResolved
	if !done {
		occasion = occasionCommentReopened
	}
	w.notifyComment(p, c, occasion, by, nil)
}

// notifyComment sends an event about what happened to a comment.
func (w *world) notifyComment(p *pull, c *comment, o occasion, by *User, dataCenter object) {
	extra := object{"comment": w.dcComment(c, p.repo)}
	maps.Copy(extra, dataCenter)
	if c.parent != nil {
		extra["commentParentId"] = c.parent.id
	}
	w.notifyPull(p, o, by, object{"comment": w.cloudComment(p, c)}, extra)
}

// comment finds a comment that was not deleted.
func (p *pull) comment(id int) *comment {
	for _, c := range p.comments {
		if c.id == id && !c.deleted {
			return c
		}
	}
	return nil
}

// shownComments are those that were not deleted.
func (p *pull) shownComments() []*comment {
	var list []*comment
	for _, c := range p.comments {
		if !c.deleted {
			list = append(list, c)
		}
	}
	return list
}
