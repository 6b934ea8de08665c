package pagerduty

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// The actions of a card.
const (
	actionAcknowledge = "acknowledge"
	actionNote        = "note"
	actionResolve     = "resolve"
	actionMore        = "more"
)

// The options of the menu.
const (
	choiceEscalate = "escalate"
	choiceReassign = "reassign"
	choiceSnooze   = "snooze"
	choicePriority = "priority"
)

// appearance is how an incident looks at a glance.
type appearance struct {
	emoji string
	state chat.Message
	tone  chat.Tone
}

// appearance returns how the incident looks. A low urgency looks like work in progress, not like a failure.
func (i incident) appearance() appearance {
	switch {
	case i.status() == "":
		return appearance{"pager", chat.Say("pagerduty.state.unknown"), chat.ToneNeutral}
	case i.status() == statusResolved && i.Shown.Merged != (reference{}):
		return appearance{"twisted_rightwards_arrows", chat.Say("pagerduty.state.merged"), chat.ToneInactive}
	case i.status() == statusResolved:
		return appearance{"white_check_mark", chat.Say("pagerduty.state.resolved"), chat.ToneSuccess}
	case i.status() == statusAcknowledged:
		return appearance{"eyes", chat.Say("pagerduty.state.acknowledged"), chat.ToneWarning}
	case i.Shown.Urgency == urgencyLow:
		return appearance{"large_blue_circle", chat.Say("pagerduty.state.triggered"), chat.ToneRunning}
	}
	return appearance{"rotating_light", chat.Say("pagerduty.state.triggered"), chat.ToneFailure}
}

// Card implements provider.Provider.
func (PagerDuty) Card(state json.RawMessage) (chat.Card, error) {
	var list onCallState
	if json.Unmarshal(state, &list) == nil && list.OnCall != nil {
		return list.OnCall.card(), nil
	}
	i, err := readIncident(state)
	if err != nil {
		return chat.Card{}, err
	}
	f := i.appearance()
	card := chat.Card{
		Emoji: f.emoji, State: f.state, Tone: f.tone, Title: i.title(), Author: i.latestMilestone().By.Name,
		Text: i.text(), Actions: i.actions(), Footer: name, At: i.Latest.At,
	}
	if i.Shown != nil {
		card.URL, card.Fields = i.Shown.URL, i.fields()
		card.Open = i.status() != "" && i.status() != statusResolved
		card.Footer = strings.Join(append([]string{name}, i.Shown.teamNames()...), " · ")
	}
	return card, nil
}

// title returns the number and title of the incident.
func (i incident) title() string {
	if i.Shown == nil {
		return cmp.Or(i.ID, name)
	}
	title := cmp.Or(i.Shown.Title, i.ID, name)
	if i.Shown.Number > 0 {
		return "#" + strconv.Itoa(i.Shown.Number) + " " + title
	}
	return title
}

// text returns the lines below the title.
func (i incident) text() chat.Message {
	var lines []chat.Message
	if i.Sample {
		lines = append(lines, chat.Say("pagerduty.sample"))
	}
	if i.Shown != nil && i.status() == statusResolved && i.Shown.Merged != (reference{}) {
		lines = append(lines, chat.Say("pagerduty.merged").WithText("Incident", i.Shown.Merged.link()))
	}
	if i.Escalations > 0 {
		lines = append(lines, chat.Plural("pagerduty.escalations", i.Escalations))
	}
	if i.Bridge != (bridge{}) && i.status() != statusResolved {
		lines = append(lines, chat.Say("pagerduty.meeting").WithText("Meeting", i.Bridge.link()))
	}
	if len(lines) == 0 {
		return chat.Message{}
	}
	return chat.Lines(lines...)
}

// fields returns the facts: at most six.
func (i incident) fields() []chat.Field {
	var fields []chat.Field
	add := func(label string, value chat.Message) {
		if !value.Zero() {
			fields = append(fields, chat.Field{Label: chat.Say("pagerduty.field." + label), Value: value})
		}
	}
	if i.Shown.Service.Name != "" {
		add("service", chat.VerbatimText(i.Shown.Service.link()))
	}
	add("urgency", urgencyText(i.Shown.Urgency))
	add("priority", chat.Verbatim(i.Shown.Priority))
	add("assigned", nameList(i.Shown.Assignees, i.Shown.Assigned))
	if d := i.toAcknowledge(); d > 0 {
		add("to_acknowledge", durationText(d))
	}
	if d := i.toResolve(); d > 0 {
		add("to_resolve", durationText(d))
	}
	return fields
}

// actions returns the actions for the incident's status. Notes can be added even after it is resolved.
func (i incident) actions() []chat.Action {
	if i.Sample || i.ID == "" {
		return nil
	}
	acknowledge := chat.Action{ID: actionAcknowledge, Label: chat.Say("pagerduty.action.acknowledge"), Tone: chat.ToneSuccess}
	note := chat.Action{ID: actionNote, Label: chat.Say("pagerduty.action.note")}
	resolve := chat.Action{ID: actionResolve, Label: chat.Say("pagerduty.action.resolve")}
	more := chat.Action{ID: actionMore, Label: chat.Say("pagerduty.action.more"), Options: []chat.Option{
		{Label: chat.Say("pagerduty.action.escalate"), Value: choiceEscalate},
		{Label: chat.Say("pagerduty.action.reassign"), Value: choiceReassign},
		{Label: chat.Say("pagerduty.action.snooze"), Value: choiceSnooze},
		{Label: chat.Say("pagerduty.action.priority"), Value: choicePriority},
	}}
	switch i.status() {
	case statusTriggered:
		return []chat.Action{acknowledge, note, resolve, more}
	case statusAcknowledged:
		resolve.Tone = chat.ToneSuccess
		return []chat.Action{note, resolve, more}
	}
	return []chat.Action{note}
}
