package pagerduty

import (
	"strconv"
	"time"
)

// itoa writes a number.
func itoa(n int) string { return strconv.Itoa(n) }

// second writes a time as answers show it.
func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// reference is a thing in the form of references.
func (w *world) reference(kind, path, id, summary string) object {
	return object{
		"id": id, "type": kind + "_reference", "summary": summary, "self": w.Base + "/" + path + "/" + id, "html_url": w.Base + "/web/" + path + "/" + id,
	}
}

func (w *world) userRef(u *User) any {
	if u == nil {
		return nil
	}
	return w.reference("user", "users", u.ID, u.Name)
}

func (w *world) serviceRef(v *Service) object {
	return w.reference("service", "services", v.ID, v.Name)
}

func (w *world) policyRef(p *EscalationPolicy) object {
	return w.reference("escalation_policy", "escalation_policies", p.ID, p.Name)
}

func (w *world) priorityRef(p *Priority) any {
	if p == nil {
		return nil
	}
	o := w.reference("priority", "priorities", p.ID, p.Name)
	o["html_url"] = w.Base + "/web/account/incident_priorities"
	return o
}

func (w *world) teamRefs(keys []string) []object {
	all := []object{}
	for _, key := range keys {
		if t := w.team(key); t != nil {
			all = append(all, w.reference("team", "teams", t.ID, t.Name))
		}
	}
	return all
}

func (w *world) userRefs(people []*User) []any {
	all := []any{}
	for _, u := range people {
		all = append(all, w.userRef(u))
	}
	return all
}

// part is an incident as events about a part of it name it: with its title, but
// without its service.
func (w *world) part(i *incident) object {
	return object{"id": i.id, "type": "incident_reference", "summary": i.title, "self": w.Base + "/incidents/" + i.id, "html_url": w.Base + "/web/incidents/" + i.id}
}

// untitled is an incident as events about its roles, tasks and fields name it.
func (w *world) untitled(i *incident) object {
	o := w.part(i)
	o["summary"] = nil
	return o
}

// common is what deliveries and answers have alike.
func (w *world) common(i *incident) object {
	o := object{
		"id": i.id, "type": "incident", "self": w.Base + "/incidents/" + i.id, "html_url": w.Base + "/web/incidents/" + i.id, "status": i.status,
		"incident_key": i.key, "created_at": second(i.created), "title": i.title, "service": w.serviceRef(i.service),
		"escalation_policy": w.policyRef(i.policy), "teams": w.teamRefs(i.service.Teams), "priority": w.priorityRef(i.priority),
		"urgency": i.urgency, "resolve_reason": nil, "incident_type": object{"name": i.kind},
	}
	if i.mergedInto != nil {
		into := w.part(i.mergedInto)
		into["summary"] = "[#" + itoa(i.mergedInto.number) + "] " + i.mergedInto.title
		o["resolve_reason"] = object{"type": "merge_resolve_reason", "incident": into}
	}
	return o
}

// hookIncident is an incident as deliveries show it.
func (w *world) hookIncident(i *incident) object {
	o := w.common(i)
	o["number"], o["assignees"], o["conference_bridge"] = i.number, w.userRefs(i.assignees), i.bridge()
	return o
}

// bridge is the conference bridge, null for none.
func (i *incident) bridge() any {
	if i.bridgeURL == "" && i.bridgeNumber == "" {
		return nil
	}
	return object{"conference_number": i.bridgeNumber, "conference_url": i.bridgeURL}
}

// apiIncident is an incident as answers show it: the conference bridge is in those
// to requests that include it, and in no other.
func (w *world) apiIncident(i *incident, c *call) object {
	o := w.common(i)
	if c.includes("conference_bridge") {
		o["conference_bridge"] = i.bridge()
	}
	o["incident_number"], o["summary"] = i.number, "[#"+itoa(i.number)+"] "+i.title
	o["updated_at"], o["last_status_change_at"] = second(i.updated), second(i.changed)
	o["last_status_change_by"] = w.serviceRef(i.service)
	if i.changedBy != nil {
		o["last_status_change_by"] = w.userRef(i.changedBy)
	}
	assignments, acks := []object{}, []object{}
	for _, u := range i.assignees {
		assignments = append(assignments, object{"at": second(i.changed), "assignee": w.userRef(u)})
	}
	for _, a := range i.acks {
		acks = append(acks, object{"at": second(a.at), "acknowledger": w.userRef(a.by)})
	}
	o["assignments"], o["acknowledgements"] = assignments, acks
	return o
}

// wholeUser is a person as answers show it.
func (w *world) wholeUser(u *User, c *call) object {
	mine := []object{}
	for _, t := range w.teams {
		switch {
		case !w.memberOf(u, []string{t.ID}):
		case c.includes("teams"):
			mine = append(mine, w.wholeTeam(t))
		default:
			mine = append(mine, w.reference("team", "teams", t.ID, t.Name))
		}
	}
	return object{
		"id": u.ID, "type": "user", "summary": u.Name, "name": u.Name, "email": u.Email, "role": u.Role, "time_zone": u.TimeZone,
		"self": w.Base + "/users/" + u.ID, "html_url": w.Base + "/web/users/" + u.ID, "teams": mine,
	}
}

// wholeTeam is a team as answers show it.
func (w *world) wholeTeam(t *Team) object {
	o := w.reference("team", "teams", t.ID, t.Name)
	o["type"], o["name"] = "team", t.Name
	return o
}

// wholeService is a service as answers show it.
func (w *world) wholeService(v *Service) object {
	o := w.serviceRef(v)
	o["type"], o["name"], o["status"] = "service", v.Name, "active"
	o["teams"], o["escalation_policy"] = w.teamRefs(v.Teams), w.policyRef(w.escalation(v.Policy))
	return o
}

// wholePolicy is an escalation policy as answers show it.
func (w *world) wholePolicy(p *EscalationPolicy, c *call) object {
	o := w.policyRef(p)
	o["type"], o["name"], o["teams"] = "escalation_policy", p.Name, w.teamRefs(p.Teams)
	rules, services := []object{}, []object{}
	for _, level := range p.Levels {
		targets := []any{}
		for _, key := range level {
			targets = append(targets, w.target(key, c.includes("targets")))
		}
		rules = append(rules, object{"id": w.ids.id("P", 7), "escalation_delay_in_minutes": 30, "targets": targets})
	}
	for _, v := range w.services {
		switch {
		case w.escalation(v.Policy) != p:
		case c.includes("services"):
			services = append(services, w.wholeService(v))
		default:
			services = append(services, w.serviceRef(v))
		}
	}
	o["escalation_rules"], o["services"] = rules, services
	return o
}

// target is who a level of a policy pages: a reference, or all of it.
func (w *world) target(key string, all bool) any {
	u := w.user(key)
	switch {
	case u == nil && all:
		return w.wholeSchedule(w.schedule(key))
	case u == nil:
		return w.scheduleRef(w.schedule(key))
	case all:
		return w.wholeUser(u, &call{})
	}
	return w.userRef(u)
}

// scheduleRef is a schedule in the form of references. Those of shifts have a type
// and a path of their own.
func (w *world) scheduleRef(c *Schedule) object {
	o := w.reference("schedule", "schedules", c.ID, c.Name)
	if c.ShiftBased {
		o["type"], o["self"] = "schedule_v3_reference", w.Base+"/v3/schedules/"+c.ID
	}
	return o
}

// wholeSchedule is a schedule as answers show it.
func (w *world) wholeSchedule(c *Schedule) object {
	o := w.scheduleRef(c)
	o["name"], o["time_zone"] = c.Name, c.TimeZone
	if o["type"] = "schedule"; c.ShiftBased {
		o["type"] = "schedule_v3"
		delete(o, "summary")
	}
	return o
}
