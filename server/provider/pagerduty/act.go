package pagerduty

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// What comes with clicks and forms.
const (
	valueSelected = "selected"
	fieldText     = "text"
	fieldWhom     = "whom"
	fieldLevel    = "level"
	fieldWhile    = "while"
	fieldPriority = "priority"
)

// What the choice of an assignee begins with: PagerDuty takes people or a policy.
const (
	userPrefix   = "user/"
	policyPrefix = "policy/"
)

// acting is one action under way.
type acting struct {
	client
	me   Person
	c    provider.ActionRequest
	card incident
}

// HandleAction implements provider.ActionHandler: it carries out an action as the session's account. What it changed is applied to the card at
// once; the delivery that tells the same changes nothing more. What somebody else did before is no failure: the card is corrected.
func (PagerDuty) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	card, err := readIncident(c.State)
	if err != nil {
		return provider.ActionResult{}, err
	}
	if idOf(card.ID) == "" || card.Sample {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	a := acting{client: of(s), c: c, card: card}
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

// identify finds out who acts, which everything that changes an incident has to say.
func (a *acting) identify(ctx context.Context) (err error) {
	a.client, a.me, err = a.acting(ctx)
	return err
}

// done applies an incident as an answer shows it, and tells who acted and what they may share.
func (a acting) done(shown object, id string, pairs ...string) (provider.ActionResult, error) {
	pairs = append(pairs, "Incident", chat.Link(a.card.title(), a.url()))
	n := looked(shown, a.me).after(a.card)
	return provider.ActionResult{
		Note:   chat.Say("pagerduty.note."+id, pairs...),
		Share:  chat.Say("pagerduty.share."+id, append(pairs, "Who", chat.Escape(first(a.c.By, a.me.Name)))...),
		Events: []provider.Event{n.event()},
	}, nil
}

func (a acting) url() string {
	if a.card.Shown == nil {
		return ""
	}
	return a.card.Shown.URL
}

// corrected returns what to answer where the incident has moved on: how it stands, on the card as well. Any other failure is returned.
func (a acting) corrected(ctx context.Context, err error) (provider.ActionResult, error) {
	said := refusalOf(err)
	if said.Code != codeResolved && said.Code != codeAcknowledged {
		return provider.ActionResult{}, err
	}
	shown, again := a.incident(ctx, a.card.ID)
	if again != nil {
		return provider.ActionResult{}, err
	}
	n := looked(shown, Person{}).after(a.card)
	id, did := "pagerduty.note.already_acknowledged", n.Acked
	if n.Shown.Status == statusResolved {
		id, did = "pagerduty.note.already_resolved", n.Resolved
	}
	n.By = did.By
	return provider.ActionResult{Note: chat.Say(id).WithMessage("Who", called(did.By)), Events: []provider.Event{n.event()}}, nil
}

// set changes the incident.
func (a acting) set(ctx context.Context, fields object, id string, pairs ...string) (provider.ActionResult, error) {
	if err := a.identify(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	shown, err := a.change(ctx, a.card.ID, fields)
	if err != nil {
		return a.corrected(ctx, err)
	}
	return a.done(shown, id, pairs...)
}

func (a acting) acknowledge(ctx context.Context) (provider.ActionResult, error) {
	return a.set(ctx, object{"status": statusAcknowledged}, "acknowledged")
}

func (a acting) resolve(ctx context.Context) (provider.ActionResult, error) {
	return a.set(ctx, object{"status": statusResolved}, "resolved")
}

// note asks for a note, and writes it.
func (a acting) note(ctx context.Context) (provider.ActionResult, error) {
	if !a.c.Submitted {
		return provider.ActionResult{Form: a.noteForm()}, nil
	}
	if strings.TrimSpace(a.c.Values[fieldText]) == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("pagerduty.form.no_text")}
	}
	if err := a.identify(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	n, err := a.client.note(ctx, a.card.ID, a.c.Values[fieldText], a.me)
	if err != nil {
		return provider.ActionResult{}, err
	}
	pairs := []string{"Incident", chat.Link(a.card.title(), a.url()), "Text", chat.Escape(n.Note.Text)}
	return provider.ActionResult{
		Note:   chat.Say("pagerduty.note.noted", pairs...),
		Share:  chat.Say("pagerduty.share.noted", append(pairs, "Who", chat.Escape(first(a.c.By, a.me.Name)))...),
		Events: []provider.Event{n.event()},
	}, nil
}

// open refuses what can be done only about an incident that is not resolved, by what the card knows.
func (a acting) open() error {
	if a.card.status() == statusResolved {
		return fault.New(fault.TooLate).With("Provider", a.Provider)
	}
	return nil
}

// escalate asks for the level, and sends the incident there.
func (a acting) escalate(ctx context.Context) (provider.ActionResult, error) {
	if err := a.open(); err != nil {
		return provider.ActionResult{}, err
	}
	if !a.c.Submitted {
		levels, err := a.levels(ctx)
		if err != nil {
			return provider.ActionResult{}, err
		}
		if len(levels) == 0 {
			return provider.ActionResult{Note: chat.Say("pagerduty.note.no_levels")}, nil
		}
		return provider.ActionResult{Form: a.choiceForm(fieldLevel, "escalate", levels)}, nil
	}
	level, err := strconv.Atoi(a.c.Values[fieldLevel])
	if err != nil || level < 1 || level > 99 {
		return provider.ActionResult{}, noChoice(fieldLevel)
	}
	return a.set(ctx, object{"escalation_level": level}, "escalated", "Level", strconv.Itoa(level))
}

// reassign asks for somebody, or a policy, and assigns the incident.
func (a acting) reassign(ctx context.Context) (provider.ActionResult, error) {
	if err := a.open(); err != nil {
		return provider.ActionResult{}, err
	}
	if !a.c.Submitted {
		whom, err := a.assignees(ctx)
		if err != nil {
			return provider.ActionResult{}, err
		}
		if len(whom) == 0 {
			return provider.ActionResult{Note: chat.Say("pagerduty.note.nobody")}, nil
		}
		return provider.ActionResult{Form: a.choiceForm(fieldWhom, "reassign", whom)}, nil
	}
	whom := a.c.Values[fieldWhom]
	if id := idOf(strings.TrimPrefix(whom, userPrefix)); id != "" && strings.HasPrefix(whom, userPrefix) {
		return a.set(ctx, object{"assignments": []object{{"assignee": object{"id": id, "type": "user_reference"}}}}, "reassigned")
	}
	if id := idOf(strings.TrimPrefix(whom, policyPrefix)); id != "" && strings.HasPrefix(whom, policyPrefix) {
		return a.set(ctx, object{"escalation_policy": object{"id": id, "type": "escalation_policy_reference"}}, "reassigned")
	}
	return provider.ActionResult{}, noChoice(fieldWhom)
}

// snooze asks for how long, and has the incident wait for so long.
func (a acting) snooze(ctx context.Context) (provider.ActionResult, error) {
	if err := a.open(); err != nil {
		return provider.ActionResult{}, err
	}
	if !a.c.Submitted {
		return provider.ActionResult{Form: a.choiceForm(fieldWhile, "snooze", durations())}, nil
	}
	seconds, err := strconv.Atoi(a.c.Values[fieldWhile])
	if err != nil || seconds < 1 || seconds > maxSnooze {
		return provider.ActionResult{}, noChoice(fieldWhile)
	}
	if err := a.identify(ctx); err != nil {
		return provider.ActionResult{}, err
	}
	answer, err := a.do(ctx, http.MethodPost, "/incidents/"+a.card.ID+"/snooze", nil, object{"duration": seconds})
	shown, err := a.only(answer, err)
	if err != nil {
		return a.corrected(ctx, err)
	}
	response, err := a.done(shown, "snoozed")
	length := span(time.Duration(seconds) * time.Second)
	response.Note, response.Share = response.Note.WithMessage("Span", length), response.Share.WithMessage("Span", length)
	response.Reply = chat.Reply{Text: chat.Say("pagerduty.reply.snoozed").WithMessage("Who", called(reference{Name: a.me.Name})).WithMessage("Span", length)}
	return response, err
}

// prioritize asks for a priority, and sets it.
func (a acting) prioritize(ctx context.Context) (provider.ActionResult, error) {
	if !a.c.Submitted {
		all, err := a.priorities(ctx)
		if err != nil {
			return provider.ActionResult{}, err
		}
		if len(all) == 0 {
			return provider.ActionResult{Note: chat.Say("pagerduty.note.no_priorities")}, nil
		}
		return provider.ActionResult{Form: a.choiceForm(fieldPriority, "priority", all)}, nil
	}
	id := idOf(a.c.Values[fieldPriority])
	if id == "" {
		return provider.ActionResult{}, noChoice(fieldPriority)
	}
	return a.set(ctx, object{"priority": object{"id": id, "type": "priority_reference"}}, "prioritized")
}

// noChoice is the slip of an answer that was not among the choices.
func noChoice(field string) error {
	return &provider.FieldError{Field: field, Message: chat.Say("pagerduty.form.no_choice")}
}
