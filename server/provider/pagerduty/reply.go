package pagerduty

import (
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// telling collects the lines of a thread that one event makes.
type telling struct {
	by  reference
	n   news
	all []chat.Reply
}

// say adds a line with who did it.
func (t *telling) say(id string, by reference, pairs ...string) {
	t.add(chat.Say(id, pairs...).WithMessage("Who", called(by)))
}

func (t *telling) add(m chat.Message) { t.all = append(t.all, chat.Reply{Text: m}) }

// status tells that the incident stands otherwise than before.
func (t *telling) status(was, is incident) {
	if was.status() == "" || was.status() == is.status() {
		return // what becomes known only now is on the card
	}
	did := is.latestDeed()
	if did.By == (reference{}) {
		did.By = t.by
	}
	switch {
	case is.status() == statusResolved && is.Shown.Merged != (reference{}):
		t.say("pagerduty.reply.merged", did.By, "Incident", is.Shown.Merged.link())
	case is.status() == statusResolved:
		t.add(timed(chat.Say("pagerduty.reply.resolved").WithMessage("Who", called(did.By)), is.toResolve()))
	case was.status() == statusResolved:
		t.say("pagerduty.reply.reopened", t.by)
	case is.status() == statusAcknowledged:
		m := chat.Say("pagerduty.reply.acknowledged").WithMessage("Who", called(did.By))
		if is.FirstAck == is.LastAck {
			m = timed(m, is.toAcknowledge())
		}
		t.add(m)
	case t.n.Type == typeUnacknowledged && t.by == (reference{}):
		t.add(chat.Say("pagerduty.reply.timed_out"))
	default:
		t.say("pagerduty.reply.unacknowledged", t.by)
	}
}

// assignees tells that others have the incident.
func (t *telling) assignees(was, is incident) {
	if !was.Shown.Knows.has(partAssignees) || is.status() == statusResolved || was.status() == statusResolved {
		return
	}
	before, after := names(was.Shown.Assignees), names(is.Shown.Assignees)
	whom := listed(is.Shown.Assignees, is.Shown.Assigned)
	if t.delegated(*was.Shown, *is.Shown, whom) || slices.Equal(before, after) || len(after) == 0 {
		return
	}
	id := "pagerduty.reply.reassigned"
	if t.n.Type == typeEscalated {
		id = "pagerduty.reply.escalated"
		if t.by == (reference{}) {
			id = "pagerduty.reply.escalated_itself"
		}
	}
	t.add(chat.Say(id).WithMessage("Who", called(t.by)).WithMessage("Whom", whom))
}

// delegated tells that the incident was handed to another escalation policy, and reports whether it was. Those who have it may be the same.
func (t *telling) delegated(was, is snapshot, whom chat.Message) bool {
	moved := t.n.Type == typeLooked && was.Service.ID == is.Service.ID
	if t.n.Type != typeDelegated && !moved || !was.Knows.has(partPolicy) || was.Policy.ID == is.Policy.ID {
		return false
	}
	m := chat.Say("pagerduty.reply.delegated", "Policy", chat.Escape(first(is.Policy.Name, is.Policy.ID))).WithMessage("Who", called(t.by))
	if !whom.Zero() {
		m = m.WithMessage("Whom", whom)
	}
	t.add(m)
	return true
}

// facts tells what else is different.
func (t *telling) facts(before incident, is snapshot) {
	was := *before.Shown
	if before.told(partPriority) && was.Priority != is.Priority {
		id := "pagerduty.reply.priority"
		if is.Priority == "" {
			id = "pagerduty.reply.no_priority"
		}
		t.say(id, t.by, "Priority", chat.Escape(is.Priority))
	}
	if before.told(partUrgency) && was.Urgency != is.Urgency {
		t.add(chat.Say("pagerduty.reply.urgency").WithMessage("Who", called(t.by)).WithMessage("Urgency", urgency(is.Urgency)))
	}
	if before.told(partTitle) && was.Title != is.Title {
		t.say("pagerduty.reply.retitled", t.by, "Title", chat.Escape(is.Title))
	}
	if before.told(partService) && was.Service.ID != is.Service.ID {
		t.say("pagerduty.reply.service", t.by, "Service", is.Service.link())
	}
	if before.told(partKind) && was.Kind != is.Kind {
		t.say("pagerduty.reply.kind", t.by, "Kind", chat.Escape(is.Kind))
	}
}

// meeting tells where people meet.
func (t *telling) meeting(b bridge) {
	if b == (bridge{}) {
		t.say("pagerduty.reply.no_meeting", t.by)
		return
	}
	t.say("pagerduty.reply.meeting", t.by, "Meeting", b.link())
}

// once tells what is told only once.
func (t *telling) once(is incident) {
	text := chat.Escape(t.n.Text)
	switch t.n.Type {
	case typeNote:
		t.say("pagerduty.reply.note", t.by, "Text", chat.Escape(t.n.Note.Text))
	case typeStatus:
		t.say("pagerduty.reply.status_update", t.by, "Text", text)
	case typeAdded:
		t.say("pagerduty.reply.responder_added", t.by, "Whom", chat.Escape(t.n.Whom), "Text", text)
	case typeReplied:
		t.say("pagerduty.reply.responder_replied", reference{Name: first(t.n.Whom, t.by.Name)}, "State", chat.Escape(t.n.State), "Text", text)
	case typeFields:
		t.say("pagerduty.reply.fields", t.by, "Fields", text)
	case typeRole:
		id := "pagerduty.reply.role"
		if t.n.Whom == "" && t.n.Before != "" {
			id = "pagerduty.reply.role_taken"
		}
		t.say(id, t.by, "Role", text, "Whom", chat.Escape(t.n.Whom), "Before", chat.Escape(t.n.Before))
	case typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded, typeFlowStarted, typeFlowCompleted:
		// Such as "pagerduty.reply.task.created".
		t.say("pagerduty.reply."+t.n.Type, t.by, "Text", text, "State", chat.Escape(t.n.State))
	case typeEscalated:
		if len(t.all) == 0 && is.status() != statusResolved {
			t.say("pagerduty.reply.escalated_same", t.by)
		}
	}
}

// link returns where people meet, as a link where there is one.
func (b bridge) link() string {
	parts := []string{}
	if b.URL != "" {
		parts = append(parts, chat.Link(b.URL, b.URL))
	}
	if b.Number != "" {
		parts = append(parts, chat.Code(b.Number))
	}
	return strings.Join(parts, ", ")
}
