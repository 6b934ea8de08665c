package pagerduty

import (
	"net/http"
	"slices"
	"time"
)

func (w *world) serveMe(c *call) (int, any, *apiError) {
	return http.StatusOK, object{"user": w.wholeUser(c.user, c)}, nil
}

func (w *world) serveUsers(c *call) (int, any, *apiError) {
	var all []object
	for _, u := range w.users {
		if teams := c.list("team_ids"); c.named(u.Name) && (len(teams) == 0 || w.memberOf(u, teams)) {
			all = append(all, w.wholeUser(u, c))
		}
	}
	return c.page("users", all)
}

func (w *world) serveUser(c *call) (int, any, *apiError) {
	for _, u := range w.users {
		if u.ID == c.PathValue("id") {
			return http.StatusOK, object{"user": w.wholeUser(u, c)}, nil
		}
	}
	return 0, nil, notFound()
}

func (w *world) serveServices(c *call) (int, any, *apiError) {
	var all []object
	for _, v := range w.services {
		if c.named(v.Name) && w.sharesTeam(c, v.Teams) {
			all = append(all, w.wholeService(v))
		}
	}
	return c.page("services", all)
}

// sharesTeam reports whether one of the teams is among those that are asked for.
func (w *world) sharesTeam(c *call, teams []string) bool {
	asked := c.list("team_ids")
	return len(asked) == 0 || slices.ContainsFunc(teams, func(key string) bool {
		t := w.team(key)
		return t != nil && slices.Contains(asked, t.ID)
	})
}

func (w *world) serveService(c *call) (int, any, *apiError) {
	for _, v := range w.services {
		if v.ID == c.PathValue("id") {
			return http.StatusOK, object{"service": w.wholeService(v)}, nil
		}
	}
	return 0, nil, notFound()
}

func (w *world) serveTeam(c *call) (int, any, *apiError) {
	for _, t := range w.teams {
		if t.ID == c.PathValue("id") {
			return http.StatusOK, object{"team": w.wholeTeam(t)}, nil
		}
	}
	return 0, nil, notFound()
}

func (w *world) servePolicies(c *call) (int, any, *apiError) {
	var all []object
	for _, p := range w.policies {
		if c.named(p.Name) && w.pages(p, c.list("user_ids")) {
			all = append(all, w.wholePolicy(p, c))
		}
	}
	return c.page("escalation_policies", all)
}

// pages reports whether the policy pages one of the users.
func (w *world) pages(p *EscalationPolicy, people []string) bool {
	if len(people) == 0 {
		return true
	}
	for _, target := range slices.Concat(p.Levels...) {
		members := []string{target}
		if w.user(target) == nil {
			members = w.schedule(target).Rotation
		}
		for _, key := range members {
			if u := w.user(key); u != nil && slices.Contains(people, u.ID) {
				return true
			}
		}
	}
	return false
}

func (w *world) servePolicy(c *call) (int, any, *apiError) {
	for _, p := range w.policies {
		if p.ID == c.PathValue("id") {
			return http.StatusOK, object{"escalation_policy": w.wholePolicy(p, c)}, nil
		}
	}
	return 0, nil, notFound()
}

func (w *world) serveSchedules(c *call) (int, any, *apiError) {
	var all []object
	for _, one := range w.schedules {
		if !one.ShiftBased && c.named(one.Name) {
			all = append(all, w.wholeSchedule(one))
		}
	}
	return c.page("schedules", all)
}

func (w *world) serveSchedule(c *call) (int, any, *apiError) {
	for _, one := range w.schedules {
		if !one.ShiftBased && one.ID == c.PathValue("id") {
			return http.StatusOK, object{"schedule": w.wholeSchedule(one)}, nil
		}
	}
	return 0, nil, notFound()
}

// serveOncalls lists who is on call in a span of time, by the schedules that are
// asked for, once for each level of each policy that leads to them.
func (w *world) serveOncalls(c *call) (int, any, *apiError) {
	since, until := w.Now(), w.Now()
	for name, into := range map[string]*time.Time{"since": &since, "until": &until} {
		if given := c.URL.Query().Get(name); given != "" {
			at, err := time.Parse(time.RFC3339, given)
			if err != nil {
				return 0, nil, invalid(name + " is not a date")
			}
			*into = at
		}
	}
	// Users and schedules are included on request; otherwise they are references.
	person, place := w.userRef, w.scheduleRef
	if c.includes("users") {
		person = func(u *User) any { return w.wholeUser(u, &call{}) }
	}
	if c.includes("schedules") {
		place = w.wholeSchedule
	}
	var all []object
	for _, p := range w.policies {
		for level, targets := range p.Levels {
			for _, key := range targets {
				schedule := w.schedule(key)
				if schedule == nil || schedule.ShiftBased || !slices.Contains(c.list("schedule_ids"), schedule.ID) {
					continue
				}
				for _, t := range w.between(schedule, since, until) {
					all = append(all, object{
						"user": person(t.user), "schedule": place(schedule), "escalation_policy": w.policyRef(p),
						"escalation_level": level + 1, "start": second(t.start), "end": second(t.end),
					})
				}
			}
		}
	}
	return c.page("oncalls", all)
}

// between returns all turns of the schedule that touch the span.
func (w *world) between(c *Schedule, since, until time.Time) []turn {
	turns := w.at(c, since)
	for _, t := range w.at(c, until) {
		known := slices.ContainsFunc(turns, func(o turn) bool { return o == t })
		if !known {
			turns = append(turns, t)
		}
	}
	return turns
}

func (w *world) servePriorities(c *call) (int, any, *apiError) {
	var all []object
	for _, p := range w.priorities {
		all = append(all, object{"id": p.ID, "type": "priority", "summary": p.Name, "self": w.Base + "/priorities/" + p.ID, "html_url": nil, "name": p.Name})
	}
	return c.page("priorities", all)
}
