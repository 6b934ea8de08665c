package sentry

import (
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// The roles of members.
const (
	RoleOwner   = "owner"
	RoleManager = "manager"
	RoleMember  = "member"
	RoleBilling = "billing"
)

// Organization is what holds everything else.
type Organization struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	// Members are the roles of users, by login. Invited are addresses of users
	// who haven't accepted yet.
	Members map[string]string `json:"members"`
	Invited []string          `json:"invited"`
	// Region is the address of its API; the sandbox's when empty.
	Region       string        `json:"region"`
	Projects     []Project     `json:"projects"`
	Teams        []Team        `json:"teams"`
	Integrations []Integration `json:"integrations"`
}

// Project is where errors come from.
type Project struct {
	Slug     string `json:"slug"`
	Name     string `json:"name"`
	Platform string `json:"platform"`
	// LegacyHook is the address of the legacy webhook, "" for none.
	LegacyHook string `json:"legacy_hook"`
	// Rules are its alert rules.
	Rules []AlertRule `json:"rules"`
}

// AlertRule notifies integrations of issues.
type AlertRule struct {
	Name string `json:"name"`
	// Every has it fire at each event, not only at new and regressed issues.
	Every bool `json:"every"`
	// Integration is the notified one; all alertable ones when empty.
	Integration string `json:"integration"`
	// Settings are what was chosen in the integration's own action.
	Settings map[string]string `json:"settings"`
}

// Team is a group of members that works on projects.
type Team struct {
	Slug     string   `json:"slug"`
	Projects []string `json:"projects"`
}

// org is an organization with its things.
type org struct {
	Organization
	id       int
	projects []*project
	teams    []*team
	apps     []*integration
	issues   []*issue
}

type project struct {
	Project
	id     int
	org    *org
	issued int // how many issues it has had
}

type team struct {
	Team
	id int
}

// addOrg creates an organization.
func (w *world) addOrg(o Organization) error {
	if !slugForm.MatchString(o.Slug) {
		return errors.Wrapf(kit.ErrInvalid, "an organization can't be called %q", o.Slug)
	}
	if w.org(o.Slug) != nil {
		return errors.Wrapf(kit.ErrConflict, "%s exists already", o.Slug)
	}
	if o.Name == "" {
		o.Name = o.Slug
	}
	for login, role := range o.Members {
		if w.user(login) == nil {
			return errors.Wrapf(kit.ErrNotFound, "user %q", login)
		}
		if roleScopes(role) == nil {
			return errors.Wrapf(kit.ErrInvalid, "unknown role %q", role)
		}
	}
	made := &org{Organization: o, id: w.number()}
	for _, p := range o.Projects {
		if _, err := w.addProject(made, p); err != nil {
			return err
		}
	}
	for _, t := range o.Teams {
		made.teams = append(made.teams, &team{Team: t, id: w.number()})
	}
	for _, i := range o.Integrations {
		if _, err := w.addIntegration(made, i); err != nil {
			return err
		}
	}
	w.orgs = append(w.orgs, made)
	return nil
}

// addProject creates a project.
func (w *world) addProject(o *org, p Project) (*project, error) {
	if !slugForm.MatchString(p.Slug) {
		return nil, errors.Wrapf(kit.ErrInvalid, "a project can't be called %q", p.Slug)
	}
	if o.project(p.Slug) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s exists already", p.Slug)
	}
	if p.Name == "" {
		p.Name = p.Slug
	}
	if p.Platform == "" {
		p.Platform = "python"
	}
	made := &project{Project: p, id: w.number(), org: o}
	o.projects = append(o.projects, made)
	return made, nil
}

// org finds an organization by its slug.
func (w *world) org(slug string) *org {
	for _, o := range w.orgs {
		if o.Slug == slug {
			return o
		}
	}
	return nil
}

// project finds a project by slug or number.
func (o *org) project(key string) *project {
	for _, p := range o.projects {
		if p.Slug == key || itoa(p.id) == key {
			return p
		}
	}
	return nil
}

// team finds a team by slug or number.
func (o *org) team(key string) *team {
	for _, t := range o.teams {
		if t.Slug == key || itoa(t.id) == key {
			return t
		}
	}
	return nil
}

// issue finds an issue by its number.
func (o *org) issue(id string) *issue {
	for _, i := range o.issues {
		if itoa(i.id) == id {
			return i
		}
	}
	return nil
}

// region is the address of an organization's API.
func (w *world) region(o *org) string {
	if o.Region != "" {
		return strings.TrimSuffix(o.Region, "/")
	}
	return w.Base
}

// roleScopes are what a role allows, nil for one that there is not.
func roleScopes(role string) []string {
	member := []string{"org:read", "project:read", "team:read", "member:read", "event:read", "event:write", "alerts:read"}
	switch role {
	case RoleBilling:
		return []string{"org:read", "org:billing"}
	case RoleMember:
		return member
	case RoleManager, RoleOwner:
		return append(member, "org:write", "org:integrations", "project:write", "team:write", "member:write", "event:admin", "alerts:write")
	}
	return nil
}

// worksOn reports whether a team works on a project.
func (t *team) worksOn(p *project) bool { return slices.Contains(t.Projects, p.Slug) }
