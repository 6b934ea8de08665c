package pagerduty

import (
	"cmp"
	"slices"

	"mattermost-plugin-zoom/server/chat"
)

// replyBuilder collects the thread replies of one event.
type replyBuilder struct {
	by   reference
	data eventData
	all  []chat.Reply
}

// addWithActor adds a reply about what a user did.
func (t *replyBuilder) addWithActor(m chat.Message, by reference) {
	t.add(m.WithMessage("Who", actorName(by)))
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
		t.addWithActor(chat.Say("pagerduty.reply.merged").WithText("Incident", is.Shown.Merged.link()), did.By)
	case is.status() == statusResolved:
		t.add(withDuration(chat.Say("pagerduty.reply.resolved").WithMessage("Who", actorName(did.By)), is.toResolve()))
	case was.status() == statusResolved:
		t.addWithActor(chat.Say("pagerduty.reply.reopened"), t.by)
	case is.status() == statusAcknowledged:
		m := chat.Say("pagerduty.reply.acknowledged").WithMessage("Who", actorName(did.By))
		if is.FirstAck == is.LastAck {
			m = withDuration(m, is.toAcknowledge())
		}
		t.add(m)
	case t.data.Type == typeUnacknowledged && t.by == (reference{}):
		t.add(chat.Say("pagerduty.reply.timed_out"))
	default:
		t.addWithActor(chat.Say("pagerduty.reply.unacknowledged"), t.by)
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
	m := chat.Say("pagerduty.reply.delegated", "Policy", cmp.Or(is.Policy.Name, is.Policy.ID)).WithMessage("Who", actorName(t.by))
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
		t.addWithActor(chat.Say(id, "Priority", is.Priority), t.by)
	}
	if before.wasShown(partUrgency) && was.Urgency != is.Urgency {
		t.add(chat.Say("pagerduty.reply.urgency").WithMessage("Who", actorName(t.by)).WithMessage("Urgency", urgencyText(is.Urgency)))
	}
	if before.wasShown(partTitle) && was.Title != is.Title {
		t.addWithActor(chat.Say("pagerduty.reply.retitled", "Title", is.Title), t.by)
	}
	if before.wasShown(partService) && was.Service.ID != is.Service.ID {
		t.addWithActor(chat.Say("pagerduty.reply.service").WithText("Service", is.Service.link()), t.by)
	}
	if before.wasShown(partKind) && was.Kind != is.Kind {
		t.addWithActor(chat.Say("pagerduty.reply.kind", "Kind", is.Kind), t.by)
	}
}

// meeting adds a reply about the conference bridge.
func (t *replyBuilder) meeting(b bridge) {
	if b == (bridge{}) {
		t.addWithActor(chat.Say("pagerduty.reply.no_meeting"), t.by)
		return
	}
	t.addWithActor(chat.Say("pagerduty.reply.meeting").WithText("Meeting", b.link()), t.by)
}

// addOnce adds a reply about a fact that is posted only once.
func (t *replyBuilder) addOnce(is incident) {
	text := t.data.Text
	switch t.data.Type {
	case typeNote:
		t.addWithActor(chat.Say("pagerduty.reply.note", "Text", t.data.Note.Text), t.by)
	case typeStatus:
		t.addWithActor(chat.Say("pagerduty.reply.status_update", "Text", text), t.by)
	case typeResponderAdded:
		t.addWithActor(chat.Say("pagerduty.reply.responder_added", "Whom", t.data.Whom, "Text", text), t.by)
	case typeResponderReplied:
		t.addWithActor(chat.Say("pagerduty.reply.responder_replied", "State", t.data.State, "Text", text), reference{Name: cmp.Or(t.data.Whom, t.by.Name)})
	case typeFields:
		t.addWithActor(chat.Say("pagerduty.reply.fields", "Fields", text), t.by)
	case typeRole:
		id := "pagerduty.reply.role"
		if t.data.Whom == "" && t.data.Before != "" {
			id = "pagerduty.reply.role_taken"
		}
		t.addWithActor(chat.Say(id, "Role", text, "Whom", t.data.Whom, "Before", t.data.Before), t.by)
	case typeTaskCreated, typeTaskUpdated, typeTaskCompleted, typeActionCreated, typeActionUpdated, typeActionEnded, typeWorkflowStarted, typeWorkflowCompleted:
		// For example, "pagerduty.reply.task.created".
		t.addWithActor(chat.Say("pagerduty.reply."+t.data.Type, "Text", text, "State", t.data.State), t.by)
	case typeEscalated:
		if len(t.all) == 0 && is.status() != statusResolved {
			t.addWithActor(chat.Say("pagerduty.reply.escalated_same"), t.by)
		}
	}
}

// link returns the address of the conference bridge as a link, and its number.
func (b bridge) link() chat.Text {
	return chat.Join(", ", chat.Link(b.URL, b.URL), chat.Code(b.Number))
}
