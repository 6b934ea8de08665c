package pagerduty

import (
	"strconv"
	"time"
)

// itoa writes a number.
func itoa(n int) string { return strconv.Itoa(n) }

// second writes a time as answers have it.
func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// reference is a thing in the form of references.
func (w *world) reference(kind, path, id, summary string) object {
	return object{
		"id": id, "type": kind + "_reference", "summary": summary, "self": w.base + "/" + path + "/" + id, "html_url": w.base + "/web/" + path + "/" + id,
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
	return object{"id": p.ID, "type": "priority", "summary": p.Name, "name": p.Name}
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

// part is an incident as events about a part of it name it, without its title or
// service.
func (w *world) part(i *incident) object {
	return object{"id": i.id, "type": "incident_reference", "summary": nil, "self": w.base + "/incidents/" + i.id, "html_url": w.base + "/web/incidents/" + i.id}
}

// common is what deliveries and answers have alike.
func (w *world) common(i *incident) object {
	o := object{
		"id": i.id, "type": "incident", "self": w.base + "/incidents/" + i.id, "html_url": w.base + "/web/incidents/" + i.id, "status": i.status,
		"incident_key": i.key, "created_at": second(i.created), "title": i.title, "service": w.serviceRef(i.service),
		"escalation_policy": w.policyRef(i.policy), "teams": w.teamRefs(i.service.Teams), "priority": w.priorityRef(i.priority),
		"urgency": i.urgency, "conference_bridge": nil, "resolve_reason": nil, "incident_type": object{"name": i.kind},
	}
	if i.bridgeURL != "" {
		o["conference_bridge"] = object{"conference_number": i.bridgeNumber, "conference_url": i.bridgeURL}
	}
	if i.mergedInto != nil {
		into := w.part(i.mergedInto)
		into["summary"] = "[#" + itoa(i.mergedInto.number) + "] " + i.mergedInto.title
		o["resolve_reason"] = object{"type": "merge_resolve_reason", "incident": into}
	}
	return o
}

// hookIncident is an incident as deliveries have it.
func (w *world) hookIncident(i *incident) object {
	o := w.common(i)
	o["number"], o["assignees"] = i.number, w.userRefs(i.assignees)
	return o
}

// apiIncident is an incident as answers have it.
func (w *world) apiIncident(i *incident) object {
	o := w.common(i)
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

// wholeUser is a person as answers have it.
func (w *world) wholeUser(u *User, teams bool) object {
	o := object{
		"id": u.ID, "type": "user", "summary": u.Name, "name": u.Name, "email": u.Email, "role": u.Role, "time_zone": u.TimeZone,
		"self": w.base + "/users/" + u.ID, "html_url": w.base + "/web/users/" + u.ID,
	}
	if teams {
		mine := []string{}
		for _, t := range w.teams {
			if w.memberOf(u, []string{t.ID}) {
				mine = append(mine, t.ID)
			}
		}
		o["teams"] = w.teamRefs(mine)
	}
	return o
}

// wholeService is a service as answers have it.
func (w *world) wholeService(v *Service) object {
	o := w.serviceRef(v)
	o["type"], o["name"], o["status"] = "service", v.Name, "active"
	o["teams"], o["escalation_policy"] = w.teamRefs(v.Teams), w.policyRef(w.escalation(v.Policy))
	return o
}

// wholePolicy is an escalation policy as answers have it.
func (w *world) wholePolicy(p *EscalationPolicy) object {
	o := w.policyRef(p)
	o["type"], o["name"], o["teams"] = "escalation_policy", p.Name, w.teamRefs(p.Teams)
	rules, services := []object{}, []object{}
	for _, level := range p.Levels {
		targets := []any{}
		for _, key := range level {
			if u := w.user(key); u != nil {
				targets = append(targets, w.userRef(u))
				continue
			}
			c := w.schedule(key)
			targets = append(targets, w.reference("schedule", "schedules", c.ID, c.Name))
		}
		rules = append(rules, object{"id": w.ids.id("P", 7), "escalation_delay_in_minutes": 30, "targets": targets})
	}
	for _, v := range w.services {
		if w.escalation(v.Policy) == p {
			services = append(services, w.serviceRef(v))
		}
	}
	o["escalation_rules"], o["services"] = rules, services
	return o
}

// wholeSchedule is a schedule as answers have it.
func (w *world) wholeSchedule(c *Schedule) object {
	o := w.reference("schedule", "schedules", c.ID, c.Name)
	o["type"], o["name"], o["time_zone"] = "schedule", c.Name, c.TimeZone
	return o
}
