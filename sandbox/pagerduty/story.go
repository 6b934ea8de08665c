package pagerduty

import (
	"slices"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Trigger is an incident that a test or a story makes.
type Trigger struct {
	// Service is its ID or name.
	Service string `json:"service"`
	Title   string `json:"title"`
	Urgency string `json:"urgency"`
	Details string `json:"details"`
	// By is a person, by ID or address; empty for monitoring.
	By       string `json:"by"`
	Assignee string `json:"assignee"`
	Priority string `json:"priority"`
}

// Trigger creates an incident.
func (s *Sandbox) Trigger(q Trigger) (Incident, error) {
	var made Incident
	err := s.Control(func(w *world) error {
		service := w.service(q.Service)
		if service == nil {
			return errors.Wrapf(kit.ErrNotFound, "service %q", q.Service)
		}
		if q.Title == "" {
			return errors.Wrap(kit.ErrInvalid, "an incident needs a title")
		}
		i := w.open(wish{title: q.Title, details: q.Details, urgency: q.Urgency, service: service, by: w.user(q.By), assignee: w.user(q.Assignee)})
		if p := w.priority(q.Priority); p != nil {
			i.priority = p
			w.update(i, "priority_updated", w.user(q.By))
		}
		made = w.shown(i)
		return nil
	})
	return made, err
}

// Incident returns an incident, by ID or number.
func (s *Sandbox) Incident(key string) (found Incident, err error) {
	return found, s.Control(func(w *world) error {
		i := w.incident(key)
		if i == nil {
			return errors.Wrapf(kit.ErrNotFound, "incident %q", key)
		}
		found = w.shown(i)
		return nil
	})
}

// Incidents returns all incidents, the oldest first.
func (s *Sandbox) Incidents() []Incident {
	return kit.Read(s.Sandbox, func(w *world) []Incident {
		all := []Incident{}
		for _, i := range w.incidents {
			all = append(all, w.shown(i))
		}
		return all
	})
}

// The things that can happen to an incident; see [Happening].
const (
	Acknowledge    = "acknowledge"
	Unacknowledge  = "unacknowledge"
	Resolve        = "resolve"
	Reopen         = "reopen"
	Escalate       = "escalate"
	Reassign       = "reassign"
	Delegate       = "delegate"
	Prioritize     = "prioritize"
	AddNote        = "note"
	UpdateStatus   = "status-update"
	AskResponder   = "ask-responder"
	ReplyResponder = "reply-responder"
	Meet           = "meet"
	Rename         = "rename"
	Move           = "move"
	Retype         = "retype"
	ChangeField    = "field"
	AssignRole     = "role"
	CreateTask     = "task"
	StartWorkflow  = "workflow"
	EndWorkflow    = "workflow-ended"
	RunAction      = "action"
	Merge          = "merge"
)

// Happening is something that happens to an incident at PagerDuty.
type Happening struct {
	// What is one of the words above.
	What string `json:"what"`
	// By is a person, by ID or address; empty for PagerDuty itself.
	By string `json:"by"`
	// To is whom or what it is about: a person, a policy, a priority, a service, an
	// incident, a role or a field.
	To string `json:"to"`
	// Text is that of a note, an update, a title, a value or an address.
	Text string `json:"text"`
}

// Happen has something happen to an incident, by its ID or number.
func (s *Sandbox) Happen(key string, h Happening) error {
	return s.Control(func(w *world) error {
		i, by := w.incident(key), w.user(h.By)
		switch {
		case i == nil:
			return errors.Wrapf(kit.ErrNotFound, "incident %q", key)
		case h.By != "" && by == nil:
			return errors.Wrapf(kit.ErrNotFound, "user %q", h.By)
		}
		return w.happen(i, by, h)
	})
}

// happen has something happen to an incident.
func (w *world) happen(i *incident, by *User, h Happening) error {
	var refusal *apiError
	switch h.What {
	case Acknowledge:
		if by == nil {
			return errors.Wrap(kit.ErrInvalid, "an acknowledgment needs a user")
		}
		refusal = w.acknowledge(i, by)
	case Unacknowledge:
		refusal = w.unacknowledge(i, by)
	case Resolve:
		refusal = w.resolve(i, by)
	case Reopen:
		refusal = w.reopen(i, by)
	case Escalate:
		refusal = w.escalate(i, 0, by)
	case Reassign, Delegate:
		refusal = w.reassign(i, known(w.user(h.To)), w.escalation(h.To), by)
	case Merge:
		into := w.incident(h.To)
		if into == nil || into == i {
			return errors.Wrapf(kit.ErrNotFound, "incident %q", h.To)
		}
		if i.status != StatusResolved {
			i.mergedInto = into
		}
		refusal = w.resolve(i, by)
	default:
		return w.alter(i, by, h)
	}
	if refusal != nil {
		return errors.Wrap(kit.ErrConflict, refusal.message)
	}
	return nil
}

// known is a list of the person, empty for none.
func known(u *User) []*User {
	if u == nil {
		return nil
	}
	return []*User{u}
}

// alter has something happen that leaves the status unchanged.
func (w *world) alter(i *incident, by *User, h Happening) error {
	to := w.user(h.To)
	asked := object{"incident": w.part(i), "user": w.userRef(to), "escalation_policy": nil, "message": h.Text, "type": "incident_responder"}
	switch h.What {
	case Prioritize:
		i.priority = w.priority(h.To)
		w.update(i, "priority_updated", by)
	case AddNote:
		if by == nil {
			return errors.Wrap(kit.ErrInvalid, "a note needs a user")
		}
		w.note(i, h.Text, "", by)
	case UpdateStatus:
		w.notify(i, "status_update_published", by, object{"incident": w.part(i), "id": w.ids.id("P", 7), "message": h.Text, "trimmed": false, "type": "incident_status_update"})
	case AskResponder:
		asked["state"] = "pending"
		w.notify(i, "responder.added", by, asked)
	case ReplyResponder:
		asked["user"], asked["state"] = w.userRef(by), "accepted"
		w.notify(i, "responder.replied", by, asked)
	case Meet:
		w.meet(i, h.Text, h.To, by)
	case Rename:
		i.title, i.updated = h.Text, w.Now()
	case Move:
		service := w.service(h.To)
		if service == nil {
			return errors.Wrapf(kit.ErrNotFound, "service %q", h.To)
		}
		i.service = service
		w.update(i, "service_updated", by)
	case Retype:
		i.kind = h.To
		w.update(i, "incident_type.changed", by)
	default:
		return w.busy(i, by, h)
	}
	return nil
}

// busy has something happen besides the status: fields, roles, tasks, workflows.
func (w *world) busy(i *incident, by *User, h Happening) error {
	switch h.What {
	case ChangeField:
		w.setField(i, h.To, h.Text, by)
	case AssignRole:
		w.assignRole(i, w.user(h.To), h.Text, by)
	case CreateTask:
		w.notify(i, "task.created", by, object{
			"name": h.Text, "description": "", "id": w.ids.id("P", 7), "summary": h.Text, "type": "incident_task", "status": "todo",
			"assignees": []object{}, "incident": w.untitled(i),
		})
	case StartWorkflow, EndWorkflow:
		flow, trigger := w.reference("incident_workflow", "incident_workflows", w.ids.id("P", 7), h.Text), w.ids.UUID()
		started := w.reference("workflow_trigger", "incident_workflows/triggers", trigger, "Manual Incident Trigger")
		started["html_url"] = nil
		w.notify(i, map[string]string{StartWorkflow: "workflow.started", EndWorkflow: "workflow.completed"}[h.What], by, object{
			"id": w.ids.id("P", 7), "type": "incident_workflow_instance", "summary": "Manually Started", "incident_workflow": flow,
			"workflow_trigger": started, "incident": w.part(i), "service": w.serviceRef(i.service),
		})
	case RunAction:
		about := w.reference("incident_action_invocation", "automation/invocations", w.ids.id("01", 26), h.Text)
		delete(about, "summary")
		about["type"], about["state"] = "incident_action_invocation", "created"
		about["incident"], about["action"] = w.part(i), w.reference("action", "automation/actions", w.ids.id("01", 26), h.Text)
		w.notify(i, "action_invocation.created", by, about)
	default:
		return errors.Wrapf(kit.ErrInvalid, "%q can't happen", h.What)
	}
	return nil
}

// setField sets a field of the account's own. The event has all fields, and the
// previous values of those that changed.
func (w *world) setField(i *incident, name, value string, by *User) {
	at := slices.IndexFunc(i.fields, func(f customField) bool { return f.name == name })
	if at < 0 {
		at = len(i.fields)
		i.fields = append(i.fields, customField{id: w.ids.id("P", 7), name: name})
	}
	before := i.fields[at]
	i.fields[at].value = value
	all := []object{}
	for _, f := range i.fields {
		all = append(all, f.shown())
	}
	w.notify(i, "custom_field_values.updated", by, object{
		"incident": w.untitled(i), "custom_fields": all, "changed_custom_fields": []object{before.shown()}, "type": "incident_field_values",
	})
}

// shown is a field as deliveries show it.
func (f customField) shown() object {
	return object{
		"data_type": "string", "field_type": "single_value", "id": f.id, "name": f.name, "namespace": "incidents", "type": "field_value", "value": f.value,
	}
}

// assignRole assigns a role to a user, or to no one.
func (w *world) assignRole(i *incident, to *User, role string, by *User) {
	assigned := w.reference("role", "incident_roles", w.ids.id("P", 7), role)
	delete(assigned, "self")
	delete(assigned, "html_url")
	one := object{
		"assignee": w.userRef(to), "id": w.ids.UUID(), "incident": w.untitled(i), "old_assignee": w.userRef(i.roles[role]), "role": assigned,
		"status": "active", "type": "role_assignment_reference",
	}
	if i.roles == nil {
		i.roles = map[string]*User{}
	}
	i.roles[role] = to
	w.notify(i, "role.assigned", by, object{"type": "incident_role_assignment", "incident_role_assignments": []object{one}})
}
