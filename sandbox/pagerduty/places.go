package pagerduty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Team is a group of users that services belong to.
type Team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Members are users, by ID or address.
	Members []string `json:"members"`
}

// Schedule tells who is on call when: the shifts that name the moment, or else the
// rotation.
type Schedule struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	TimeZone string   `json:"time_zone"`
	Rotation []string `json:"rotation"`
	// Start is when the first of the rotation begins, and Hours how long each has
	// it: a day when 0.
	Start  time.Time `json:"start"`
	Hours  int       `json:"hours"`
	Shifts []Shift   `json:"shifts"`
	// ShiftBased is one of the newer kind, which is under /v3/schedules alone and
	// has more than one person on call at a time.
	ShiftBased bool `json:"shift_based"`
}

// Shift is a single shift. In a schedule of shifts it can be unassigned.
type Shift struct {
	User  string    `json:"user"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// EscalationPolicy tells who is paged, level after level.
type EscalationPolicy struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Teams []string `json:"teams"`
	// Levels are users and schedules, by ID, address or name.
	Levels [][]string `json:"levels"`
}

// Service is what incidents are about.
type Service struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Policy string   `json:"escalation_policy"`
	Teams  []string `json:"teams"`
}

// Priority is one of the account's, the highest first.
type Priority struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// plantPlaces puts a seed's teams, services and the like into the world.
func (w *world) plantPlaces(s Seed) error {
	for _, t := range s.Teams {
		t.ID = cmp.Or(t.ID, w.ids.id("PT", 7))
		for i, member := range t.Members {
			u := w.user(member)
			if u == nil {
				return errors.Wrapf(kit.ErrInvalid, "team %q: unknown user %q", t.Name, member)
			}
			t.Members[i] = u.ID
		}
		w.teams = append(w.teams, &t)
	}
	for _, c := range s.Schedules {
		c.ID, c.Hours, c.TimeZone = cmp.Or(c.ID, w.ids.id("PS", 7)), cmp.Or(c.Hours, 24), cmp.Or(c.TimeZone, "Etc/UTC")
		for _, shift := range c.Shifts {
			if w.user(shift.User) == nil && (shift.User != "" || !c.ShiftBased) {
				return errors.Wrapf(kit.ErrInvalid, "schedule %q: unknown user %q", c.Name, shift.User)
			}
		}
		for _, member := range c.Rotation {
			if w.user(member) == nil {
				return errors.Wrapf(kit.ErrInvalid, "schedule %q: unknown user %q", c.Name, member)
			}
		}
		w.schedules = append(w.schedules, &c)
	}
	for _, p := range s.Policies {
		p.ID = cmp.Or(p.ID, w.ids.id("PE", 7))
		for _, target := range slices.Concat(p.Levels...) {
			if w.user(target) == nil && w.schedule(target) == nil {
				return errors.Wrapf(kit.ErrInvalid, "policy %q: unknown user or schedule %q", p.Name, target)
			}
		}
		w.policies = append(w.policies, &p)
	}
	for _, v := range s.Services {
		v.ID = cmp.Or(v.ID, w.ids.id("PV", 7))
		if v.Name == "" || w.escalation(v.Policy) == nil {
			return errors.Wrapf(kit.ErrInvalid, "service %q: a name and a policy are needed", v.Name)
		}
		w.services = append(w.services, &v)
	}
	for _, p := range s.Priorities {
		p.ID = cmp.Or(p.ID, w.ids.id("PP", 7))
		w.priorities = append(w.priorities, &p)
	}
	return nil
}

// find returns the thing with this ID or name, nil for none.
func find[T any](all []*T, key string, id, name func(*T) string) *T {
	for _, one := range all {
		if key != "" && (id(one) == key || strings.EqualFold(name(one), key)) {
			return one
		}
	}
	return nil
}

func (w *world) team(key string) *Team {
	return find(w.teams, key, func(t *Team) string { return t.ID }, func(t *Team) string { return t.Name })
}

func (w *world) schedule(key string) *Schedule {
	return find(w.schedules, key, func(c *Schedule) string { return c.ID }, func(c *Schedule) string { return c.Name })
}

func (w *world) escalation(key string) *EscalationPolicy {
	return find(w.policies, key, func(p *EscalationPolicy) string { return p.ID }, func(p *EscalationPolicy) string { return p.Name })
}

func (w *world) service(key string) *Service {
	return find(w.services, key, func(v *Service) string { return v.ID }, func(v *Service) string { return v.Name })
}

func (w *world) priority(key string) *Priority {
	return find(w.priorities, key, func(p *Priority) string { return p.ID }, func(p *Priority) string { return p.Name })
}

// memberOf reports whether the person is in one of the teams.
func (w *world) memberOf(u *User, teams []string) bool {
	return slices.ContainsFunc(teams, func(key string) bool {
		t := w.team(key)
		return t != nil && slices.Contains(t.Members, u.ID)
	})
}

// turn is who has a schedule at a moment, and how long.
type turn struct {
	user       *User
	start, end time.Time
}

// at returns who is on call by the schedule at that time.
func (w *world) at(c *Schedule, at time.Time) []turn {
	var turns []turn
	for _, shift := range c.Shifts {
		if !at.Before(shift.Start) && at.Before(shift.End) {
			turns = append(turns, turn{w.user(shift.User), shift.Start, shift.End})
		}
	}
	if len(turns) > 0 || len(c.Rotation) == 0 || at.Before(c.Start) {
		return turns
	}
	length := time.Duration(c.Hours) * time.Hour
	n := int(at.Sub(c.Start) / length)
	start := c.Start.Add(time.Duration(n) * length)
	return []turn{{w.user(c.Rotation[n%len(c.Rotation)]), start, start.Add(length)}}
}

// onLevel returns who the policy pages on a level now, from 1.
func (w *world) onLevel(p *EscalationPolicy, level int) []*User {
	if level < 1 || level > len(p.Levels) {
		return nil
	}
	var people []*User
	for _, target := range p.Levels[level-1] {
		if u := w.user(target); u != nil {
			people = append(people, u)
			continue
		}
		for _, t := range w.at(w.schedule(target), w.Now()) {
			people = append(people, t.user)
		}
	}
	return people
}

// AddPlaces adds the teams, schedules, policies, services and priorities of a seed to what is there.
func (s *Sandbox) AddPlaces(places Seed) error {
	return s.Control(func(w *world) error { return w.plantPlaces(places) })
}
