package sentry

import (
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// ProjectHandle is a handle on a project, for what happens there.
type ProjectHandle struct {
	s         *Sandbox
	org, slug string
}

// Issue is a handle on an issue, for what users do with it.
type Issue struct {
	s   *Sandbox
	org string
	// ID and ShortID are the issue's names.
	ID      string `json:"id"`
	ShortID string `json:"short_id"`
}

// AddOrganization creates an organization.
func (s *Sandbox) AddOrganization(o Organization) error {
	return s.Control(func(w *world) error { return w.addOrg(o) })
}

// organization finds one by its slug.
func (w *world) organization(slug string) (*org, error) {
	if o := w.org(slug); o != nil {
		return o, nil
	}
	return nil, errors.Wrapf(kit.ErrNotFound, "organization %q", slug)
}

// SetRole changes a member's role, or removes them with "".
func (s *Sandbox) SetRole(organization, login, role string) error {
	return s.Control(func(w *world) error {
		o, err := w.organization(organization)
		switch {
		case err != nil:
			return err
		case w.user(login) == nil:
			return errors.Wrapf(kit.ErrNotFound, "user %q", login)
		case role == "":
			delete(o.Members, login)
			return nil
		case roleScopes(role) == nil:
			return errors.Wrapf(kit.ErrInvalid, "unknown role %q", role)
		}
		o.Members[login] = role
		return nil
	})
}

// AddIntegration creates an integration and returns it with its generated fields.
func (s *Sandbox) AddIntegration(organization string, i Integration) (Integration, error) {
	var added Integration
	err := s.Control(func(w *world) error {
		o, err := w.organization(organization)
		if err != nil {
			return err
		}
		made, err := w.addIntegration(o, i)
		if err == nil {
			added = made.Integration
		}
		return err
	})
	return added, err
}

// IntegrationState returns an integration as it is now.
func (s *Sandbox) IntegrationState(slug string) (Integration, error) {
	var found Integration
	err := s.Control(func(w *world) error {
		i := w.integration(slug)
		if i == nil {
			return errors.Wrapf(kit.ErrNotFound, "integration %q", slug)
		}
		found = i.Integration
		found.Events = slices.Clone(i.Events)
		return nil
	})
	return found, err
}

// ChangeSecret has the admins make an integration another client secret. What is
// sent from now on is signed with it.
func (s *Sandbox) ChangeSecret(slug, secret string) error {
	return s.Control(func(w *world) error {
		i := w.integration(slug)
		if i == nil || secret == "" {
			return errors.Wrapf(kit.ErrNotFound, "integration %q, or its new secret", slug)
		}
		i.ClientSecret = secret
		return nil
	})
}

// RemoveIntegration takes an integration out of its organization.
func (s *Sandbox) RemoveIntegration(slug string) error {
	return s.Control(func(w *world) error {
		i := w.integration(slug)
		if i == nil {
			return errors.Wrapf(kit.ErrNotFound, "integration %q", slug)
		}
		if i.Published {
			w.notifyInstallation(i, "deleted", w.firstAdmin(i.org))
		}
		i.deleted = true
		return nil
	})
}

// Metric has a metric alert change its state, and returns its number.
func (s *Sandbox) Metric(organization string, m MetricAlert) (id int, err error) {
	err = s.Control(func(w *world) error {
		o, err := w.organization(organization)
		if err == nil {
			id = w.measure(o, m)
		}
		return err
	})
	return id, err
}

// Project finds a project.
func (s *Sandbox) Project(organization, slug string) (*ProjectHandle, error) {
	h := &ProjectHandle{s: s, org: organization, slug: slug}
	return h, h.do(func(*world, *project) error { return nil })
}

// do runs f on the project.
func (h *ProjectHandle) do(f func(*world, *project) error) error {
	return h.s.Control(func(w *world) error {
		o, err := w.organization(h.org)
		if err != nil {
			return err
		}
		p := o.project(h.slug)
		if p == nil {
			return errors.Wrapf(kit.ErrNotFound, "project %q", h.slug)
		}
		return f(w, p)
	})
}

// Error has something go wrong, and returns the issue that it belongs to.
func (h *ProjectHandle) Error(e Error) (*Issue, error) {
	found := &Issue{s: h.s, org: h.org}
	return found, h.do(func(w *world, p *project) error {
		i, err := w.capture(p, e)
		if err == nil {
			found.ID, found.ShortID = itoa(i.id), i.short
		}
		return err
	})
}

// SetRules replaces the project's alert rules.
func (h *ProjectHandle) SetRules(rules ...AlertRule) error {
	return h.do(func(_ *world, p *project) error { p.Rules = rules; return nil })
}

// SetLegacyHook sets the address of the legacy webhook; "" is none.
func (h *ProjectHandle) SetLegacyHook(address string) error {
	return h.do(func(_ *world, p *project) error { p.LegacyHook = address; return nil })
}

// Issue finds an issue by its number.
func (s *Sandbox) Issue(organization, id string) (*Issue, error) {
	h := &Issue{s: s, org: organization, ID: id}
	return h, h.do("", func(_ *world, i *issue, _ doer) error { h.ShortID = i.short; return nil })
}

// do runs f on the issue, as the person; an admin for "".
func (h *Issue) do(by string, f func(*world, *issue, doer) error) error {
	return h.s.Control(func(w *world) error {
		o, err := w.organization(h.org)
		if err != nil {
			return err
		}
		i := o.issue(h.ID)
		if i == nil {
			return errors.Wrapf(kit.ErrNotFound, "issue %q", h.ID)
		}
		who := doer{user: w.firstAdmin(o)}
		if by != "" {
			if who.user = w.user(by); who.user == nil {
				return errors.Wrapf(kit.ErrNotFound, "user %q", by)
			}
		}
		return f(w, i, who)
	})
}

// Resolve ends the issue, in a release if one is named; "next" is the one to come.
func (h *Issue) Resolve(by, release string) error {
	return h.do(by, func(w *world, i *issue, who doer) error { w.resolve(i, who, release); return nil })
}

// Unresolve opens the issue again.
func (h *Issue) Unresolve(by string) error {
	return h.do(by, func(w *world, i *issue, who doer) error { w.reopen(i, who, "ongoing"); return nil })
}

// Regress has a resolved issue happen again.
func (h *Issue) Regress() error {
	return h.do("", func(w *world, i *issue, _ doer) error {
		if i.status != StatusResolved {
			return errors.Wrap(kit.ErrConflict, "only what is resolved can regress")
		}
		again := i.events[len(i.events)-1].sent
		again.Times = 1
		_, err := w.capture(i.project, again)
		return err
	})
}

// Escalate has an archived issue happen much more often than before.
func (h *Issue) Escalate() error {
	return h.do("", func(w *world, i *issue, _ doer) error {
		if i.status != StatusIgnored {
			return errors.Wrap(kit.ErrConflict, "only what is archived can escalate")
		}
		for range 100 {
			i.happen(w, i.events[len(i.events)-1].sent)
		}
		w.reopen(i, doer{}, "escalating")
		return nil
	})
}

// Archive archives the issue; how is a substatus, until it escalates for "".
func (h *Issue) Archive(by, how string) error {
	return h.do(by, func(w *world, i *issue, who doer) error { w.archive(i, who, how, object{}); return nil })
}

// Assign gives the issue to a person by login, to a team by "#slug", or to no one.
func (h *Issue) Assign(by, to string) error {
	return h.do(by, func(w *world, i *issue, who doer) error {
		if to == "" {
			w.assign(i, who, nil, nil)
			return nil
		}
		if to[0] == '#' {
			t := i.org.team(to[1:])
			if t == nil {
				return errors.Wrapf(kit.ErrNotFound, "team %q", to)
			}
			w.assign(i, who, nil, t)
			return nil
		}
		u := w.user(to)
		if u == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q", to)
		}
		w.assign(i, who, u, nil)
		return nil
	})
}

// SetPriority sets how urgent the issue is. Sentry sends no event for that.
func (h *Issue) SetPriority(priority string) error {
	return h.do("", func(_ *world, i *issue, _ doer) error { i.priority = priority; return nil })
}

// Comment says something about the issue, and returns the comment's number.
func (h *Issue) Comment(by, text string) (id int, err error) {
	err = h.do(by, func(w *world, i *issue, who doer) error {
		c, err := w.say(i, who.user, nil, text)
		if err == nil {
			id = c.id
		}
		return err
	})
	return id, err
}

// EditComment changes a comment; DeleteComment removes it.
func (h *Issue) EditComment(id int, text string) error {
	return h.comment(id, func(w *world, i *issue, c *comment) {
		c.text = text
		w.notifyComment(i, c, "updated", actorOf(c.by, nil))
	})
}

// DeleteComment removes a comment.
func (h *Issue) DeleteComment(id int) error {
	return h.comment(id, func(w *world, i *issue, c *comment) { w.remove(i, c, actorOf(c.by, nil)) })
}

func (h *Issue) comment(id int, f func(*world, *issue, *comment)) error {
	return h.do("", func(w *world, i *issue, _ doer) error {
		at := slices.IndexFunc(i.comments, func(c *comment) bool { return c.id == id })
		if at < 0 {
			return errors.Wrapf(kit.ErrNotFound, "comment %d", id)
		}
		f(w, i, i.comments[at])
		return nil
	})
}

// IssueState is how an issue is, as a test may look at it.
type IssueState struct {
	Status    string   `json:"status"`
	Substatus string   `json:"substatus"`
	Priority  string   `json:"priority"`
	Assignee  string   `json:"assignee"`
	Details   object   `json:"details"`
	Count     int      `json:"count"`
	Comments  []string `json:"comments"`
	// Authors are who wrote the comments.
	Authors []string `json:"authors"`
}

// State returns how the issue is now.
func (h *Issue) State() (IssueState, error) {
	var s IssueState
	err := h.do("", func(_ *world, i *issue, _ doer) error {
		s = IssueState{Status: i.status, Substatus: i.substatus, Priority: i.priority, Details: i.details, Count: i.count, Comments: []string{}, Authors: []string{}}
		switch {
		case i.user != nil:
			s.Assignee = i.user.Login
		case i.team != nil:
			s.Assignee = "#" + i.team.Slug
		}
		for _, c := range i.comments {
			author := ""
			if c.by != nil {
				author = c.by.Login
			}
			s.Comments, s.Authors = append(s.Comments, c.text), append(s.Authors, author)
		}
		return nil
	})
	return s, err
}
