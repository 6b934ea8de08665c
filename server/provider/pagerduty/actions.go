package pagerduty

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// The names of values in clicks and forms.
const (
	valueSelected = "selected"
	fieldText     = "text"
	fieldWhom     = "whom"
	fieldLevel    = "level"
	fieldWhile    = "while"
	fieldPriority = "priority"
)

// The prefixes of assignee options: PagerDuty assigns to users or to an escalation policy.
const (
	userPrefix   = "user/"
	policyPrefix = "policy/"
)

// actionRun is an action that is being run.
type actionRun struct {
	client
	me      Person
	request provider.ActionRequest
	subject incident
}

// HandleAction implements provider.ActionHandler. It applies the result to the card at once; the delivery about it then changes nothing.
// If someone else was faster, the card is corrected instead of reporting a failure.
func (PagerDuty) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	card, err := readIncident(c.State)
	if err != nil {
		return provider.ActionResult{}, err
	}
	if idOf(card.ID) == "" || card.Sample {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	a := actionRun{client: newClient(s), request: c, subject: card}
	action := c.Action
	if action == actionMore {
		action = c.Values[valueSelected]
	}
	do := map[string]func(context.Context) (provider.ActionResult, error){
		actionAcknowledge: a.acknowledge, actionResolve: a.resolve, actionNote: a.note,
		choiceEscalate: a.escalate, choiceReassign: a.reassign, choiceSnooze: a.snooze, choicePriority: a.prioritize,
	}[action]
	if do == nil {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	return do(ctx)
}

// identify looks up the user who acts, because every change of an incident has to name one.
func (a *actionRun) identify(ctx context.Context) (err error) {
	a.client, a.me, err = a.asUser(ctx)
	return err
}

// result applies the incident in a response, and returns messages for the user and to share.
func (a actionRun) result(shown object, id string, pairs ...string) (provider.ActionResult, error) {
	n := lookedUp(shown, a.me).after(a.subject)
	return provider.ActionResult{
		Note:   chat.Say("pagerduty.note."+id, pairs...).WithText("Incident", a.link()),
		Share:  chat.Say("pagerduty.share."+id, append(pairs, "Who", cmp.Or(a.request.By, a.me.Name))...).WithText("Incident", a.link()),
		Events: []provider.Event{n.event()},
	}, nil
}

// link returns the incident as a link.
func (a actionRun) link() chat.Text { return chat.Link(a.subject.title(), a.url()) }

func (a actionRun) url() string {
	if a.subject.Shown == nil {
		return ""
	}
	return a.subject.Shown.URL
}

// correctedResult returns the current state of an incident that someone has acknowledged or resolved meanwhile, also for the card. Any
// other error is returned.
func (a actionRun) correctedResult(ctx context.Context, err error) (provider.ActionResult, error) {
	refusal := errorOf(err)
	if refusal.Code != codeResolved && refusal.Code != codeAcknowledged {
		return provider.ActionResult{}, err
	}
	shown, again := a.incident(ctx, a.subject.ID)
	if again != nil {
		return provider.ActionResult{}, err
	}
	n := lookedUp(shown, Person{}).after(a.subject)
	id, did := "pagerduty.note.already_acknowledged", n.Acknowledged
	if n.Shown.Status == statusResolved {
		id, did = "pagerduty.note.already_resolved", n.Resolved
	}
	n.By = did.By
	return provider.ActionResult{Note: chat.Say(id).WithMessage("Who", actorName(did.By)), Events: []provider.Event{n.event()}}, nil
}

// update changes the incident.
func (a actionRun) update(ctx context.Context, fields object, id string, pairs ...string) (provider.ActionResult, error) {
	if err := a.identify(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	shown, err := a.change(ctx, a.subject.ID, fields)
	if err != nil {
		return a.correctedResult(ctx, err)
	}
	return a.result(shown, id, pairs...)
}

func (a actionRun) acknowledge(ctx context.Context) (provider.ActionResult, error) {
	return a.update(ctx, object{"status": statusAcknowledged}, "acknowledged")
}

func (a actionRun) resolve(ctx context.Context) (provider.ActionResult, error) {
	return a.update(ctx, object{"status": statusResolved}, "resolved")
}

// note asks for a note and adds it.
func (a actionRun) note(ctx context.Context) (provider.ActionResult, error) {
	if !a.request.Submitted {
		return provider.ActionResult{Form: a.noteForm()}, nil
	}
	if strings.TrimSpace(a.request.Values[fieldText]) == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("pagerduty.form.no_text")}
	}
	if err := a.identify(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	n, err := a.client.note(ctx, a.subject.ID, a.request.Values[fieldText], a.me)
	if err != nil {
		return provider.ActionResult{}, err
	}
	return provider.ActionResult{
		Note:   chat.Say("pagerduty.note.noted").WithText("Incident", a.link()),
		Share:  chat.Say("pagerduty.share.noted", "Who", cmp.Or(a.request.By, a.me.Name), "Text", n.Note.Text).WithText("Incident", a.link()),
		Events: []provider.Event{n.event()},
	}, nil
}

// requireOpen returns a fault if the card says that the incident is resolved.
func (a actionRun) requireOpen() error {
	if a.subject.status() == statusResolved {
		return fault.New(fault.TooLate).With("Provider", a.Provider)
	}
	return nil
}

// escalate asks for a level and escalates the incident to it.
func (a actionRun) escalate(ctx context.Context) (provider.ActionResult, error) {
	if err := a.requireOpen(); err != nil {
		return provider.ActionResult{}, err
	}
	if !a.request.Submitted {
		levels, err := a.levels(ctx)
		if err != nil {
			return provider.ActionResult{}, err
		}
		if len(levels) == 0 {
			return provider.ActionResult{Note: chat.Say("pagerduty.note.no_levels")}, nil
		}
		return provider.ActionResult{Form: a.choiceForm(fieldLevel, "escalate", levels)}, nil
	}
	level, err := strconv.Atoi(a.request.Values[fieldLevel])
	if err != nil || level < 1 || level > 99 {
		return provider.ActionResult{}, invalidChoice(fieldLevel)
	}
	return a.update(ctx, object{"escalation_level": level}, "escalated", "Level", strconv.Itoa(level))
}

// reassign asks for a user or an escalation policy and assigns the incident.
func (a actionRun) reassign(ctx context.Context) (provider.ActionResult, error) {
	if err := a.requireOpen(); err != nil {
		return provider.ActionResult{}, err
	}
	if !a.request.Submitted {
		whom, err := a.assignees(ctx)
		if err != nil {
			return provider.ActionResult{}, err
		}
		if len(whom) == 0 {
			return provider.ActionResult{Note: chat.Say("pagerduty.note.no_assignees")}, nil
		}
		return provider.ActionResult{Form: a.choiceForm(fieldWhom, "reassign", whom)}, nil
	}
	whom := a.request.Values[fieldWhom]
	if id := idOf(strings.TrimPrefix(whom, userPrefix)); id != "" && strings.HasPrefix(whom, userPrefix) {
		return a.update(ctx, object{"assignments": []object{{"assignee": object{"id": id, "type": "user_reference"}}}}, "reassigned")
	}
	if id := idOf(strings.TrimPrefix(whom, policyPrefix)); id != "" && strings.HasPrefix(whom, policyPrefix) {
		return a.update(ctx, object{"escalation_policy": object{"id": id, "type": "escalation_policy_reference"}}, "reassigned")
	}
	return provider.ActionResult{}, invalidChoice(fieldWhom)
}

// snooze asks for a duration and snoozes the incident.
func (a actionRun) snooze(ctx context.Context) (provider.ActionResult, error) {
	if err := a.requireOpen(); err != nil {
		return provider.ActionResult{}, err
	}
	if !a.request.Submitted {
		return provider.ActionResult{Form: a.choiceForm(fieldWhile, "snooze", durations())}, nil
	}
	seconds, err := strconv.Atoi(a.request.Values[fieldWhile])
	if err != nil || seconds < 1 || seconds > maxSnooze {
		return provider.ActionResult{}, invalidChoice(fieldWhile)
	}
	if err := a.identify(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	answer, err := a.do(ctx, http.MethodPost, "/incidents/"+a.subject.ID+"/snooze", nil, object{"duration": seconds})
	shown, err := a.incidentIn(answer, err)
	if err != nil {
		return a.correctedResult(ctx, err)
	}
	response, err := a.result(shown, "snoozed")
	length := durationText(time.Duration(seconds) * time.Second)
	response.Note, response.Share = response.Note.WithMessage("Span", length), response.Share.WithMessage("Span", length)
	response.Reply = chat.Reply{Text: chat.Say("pagerduty.reply.snoozed").WithMessage("Who", actorName(reference{Name: a.me.Name})).WithMessage("Span", length)}
	return response, err
}

// prioritize asks for a priority and sets it.
func (a actionRun) prioritize(ctx context.Context) (provider.ActionResult, error) {
	if !a.request.Submitted {
		all, err := a.priorities(ctx)
		if err != nil {
			return provider.ActionResult{}, err
		}
		if len(all) == 0 {
			return provider.ActionResult{Note: chat.Say("pagerduty.note.no_priorities")}, nil
		}
		return provider.ActionResult{Form: a.choiceForm(fieldPriority, "priority", all)}, nil
	}
	id := idOf(a.request.Values[fieldPriority])
	if id == "" {
		return provider.ActionResult{}, invalidChoice(fieldPriority)
	}
	return a.update(ctx, object{"priority": object{"id": id, "type": "priority_reference"}}, "prioritized")
}

// invalidChoice returns the error for a value that wasn't among the options.
func invalidChoice(field string) error {
	return &provider.FieldError{Field: field, Message: chat.Say("pagerduty.form.no_choice")}
}
