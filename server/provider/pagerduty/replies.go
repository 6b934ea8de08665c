package pagerduty

import (
	"cmp"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// replyBuilder collects the thread replies of one event.
type replyBuilder struct {
	by   reference
	data eventData
	all  []chat.Reply
}

// addWithActor adds a reply about what a user did.
func (t *replyBuilder) addWithActor(id string, by reference, pairs ...string) {
	t.add(chat.Say(id, pairs...).WithMessage("Who", actorName(by)))
}

func (t *replyBuilder) add(m chat.Message) { t.all = append(t.all, chat.Reply{Text: m}) }

// status adds a reply about a new status.
func (t *replyBuilder) status(was, is incident) {
	if was.status() == "" || was.status() == is.status() {
		return // what is known for the first time is on the card
	}
	did := is.latestMilestone()
	if did.By == (reference{}) {
		did.By = t.by
	}
	switch {
	case is.status() == statusResolved && is.Shown.Merged != (reference{}):
		t.addWithActor("pagerduty.reply.merged", did.By, "Incident", is.Shown.Merged.link())
	case is.status() == statusResolved:
		t.add(withDuration(chat.Say("pagerduty.reply.resolved").WithMessage("Who", actorName(did.By)), is.toResolve()))
	case was.status() == statusResolved:
		t.addWithActor("pagerduty.reply.reopened", t.by)
	case is.status() == statusAcknowledged:
		m := chat.Say("pagerduty.reply.acknowledged").WithMessage("Who", actorName(did.By))
		if is.FirstAck == is.LastAck {
			m = withDuration(m, is.toAcknowledge())
		}
		t.add(m)
	case t.data.Type == typeUnacknowledged && t.by == (reference{}):
		t.add(chat.Say("pagerduty.reply.timed_out"))
	default:
		t.addWithActor("pagerduty.reply.unacknowledged", t.by)
	}
}

// assignees adds a reply about new assignees.
func (t *replyBuilder) assignees(was, is incident) {
	if !was.Shown.Known.has(partAssignees) || is.status() == statusResolved || was.status() == statusResolved {
		return
	}
	before, after := names(was.Shown.Assignees), names(is.Shown.Assignees)
	whom := nameList(is.Shown.Assignees, is.Shown.Assigned)
	if t.delegated(*was.Shown, *is.Shown, whom) || slices.Equal(before, after) || len(after) == 0 {
		return
	}
	id := "pagerduty.reply.reassigned"
	if t.data.Type == typeEscalated {
		id = "pagerduty.reply.escalated"
		if t.by == (reference{}) {
			id = "pagerduty.reply.escalated_itself"
		}
	}
	t.add(chat.Say(id).WithMessage("Who", actorName(t.by)).WithMessage("Whom", whom))
}

// delegated adds a reply about a new escalation policy, and reports whether there is one. The assignees may stay the same.
func (t *replyBuilder) delegated(was, is snapshot, whom chat.Message) bool {
	moved := t.data.Type == typeLookedUp && was.Service.ID == is.Service.ID
	if t.data.Type != typeDelegated && !moved || !was.Known.has(partPolicy) || was.Policy.ID == is.Policy.ID {
		return false
	}
	m := chat.Say("pagerduty.reply.delegated", "Policy", chat.Escape(cmp.Or(is.Policy.Name, is.Policy.ID))).WithMessage("Who", actorName(t.by))
	if !whom.Zero() {
		m = m.WithMessage("Whom", whom)
	}
	t.add(m)
	return true
}

// facts adds replies about other changes.
func (t *replyBuilder) facts(before incident, is snapshot) {
	was := *before.Shown
	if before.wasShown(partPriority) && was.Priority != is.Priority {
		id := "pagerduty.reply.priority"
		if is.Priority == "" {
			id = "pagerduty.reply.no_priority"
		}
		t.addWithActor(id, t.by, "Priority", chat.Escape(is.Priority))
	}
	if before.wasShown(partUrgency) && was.Urgency != is.Urgency {
		t.add(chat.Say("pagerduty.reply.urgency").WithMessage("Who", actorName(t.by)).WithMessage("Urgency", urgencyText(is.Urgency)))
	}
	if before.wasShown(partTitle) && was.Title != is.Title {
		t.addWithActor("pagerduty.reply.retitled", t.by, "Title", chat.Escape(is.Title))
	}
	if before.wasShown(partService) && was.Service.ID != is.Service.ID {
		t.addWithActor("pagerduty.reply.service", t.by, "Service", is.Service.link())
	}
	if before.wasShown(partKind) && was.Kind != is.Kind {
		t.addWithActor("pagerduty.reply.kind", t.by, "Kind", chat.Escape(is.Kind))
	}
}

// meeting adds a reply about the conference bridge.
func (t *replyBuilder) meeting(b bridge) {
	if b == (bridge{}) {
		t.addWithActor("pagerduty.reply.no_meeting", t.by)
		return
	}
	t.addWithActor("pagerduty.reply.meeting", t.by, "Meeting", b.link())
}

// addOnce adds a reply about a fact that is posted only once.
func (t *replyBuilder) addOnce(is incident) {
	text := chat.Escape(t.data.Text)
	switch t.data.Type {
	case typeNote:
		t.addWithActor("pagerduty.reply.note", t.by, "Text", chat.Escape(t.data.Note.Text))
	case typeStatus:
		t.addWithActor("pagerduty.reply.status_update", t.by, "Text", text)
	case typeAdded:
		t.addWithActor("pagerduty.reply.responder_added", t.by, "Whom", chat.Escape(t.data.Whom), "Text", text)
	case typeReplied:
		t.addWithActor("pagerduty.reply.responder_replied", reference{Name: cmp.Or(t.data.Whom, t.by.Name)}, "State", chat.Escape(t.data.State), "Text", text)
	case typeFields:
		t.addWithActor("pagerduty.reply.fields", t.by, "Fields", text)
	case typeRole:
		id := "pagerduty.reply.role"
		if t.data.Whom == "" && t.data.Before != "" {
			id = "pagerduty.reply.role_taken"
		}
		t.addWithActor(id, t.by, "Role", text, "Whom", chat.Escape(t.data.Whom), "Before", chat.Escape(t.data.Before))
	case typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded, typeFlowStarted, typeFlowCompleted:
		// For example, "pagerduty.reply.task.created".
		t.addWithActor("pagerduty.reply."+t.data.Type, t.by, "Text", text, "State", chat.Escape(t.data.State))
	case typeEscalated:
		if len(t.all) == 0 && is.status() != statusResolved {
			t.addWithActor("pagerduty.reply.escalated_same", t.by)
		}
	}
}

// link returns the address of the conference bridge as a link, and its number.
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
