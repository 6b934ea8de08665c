package pagerduty

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxSnooze is the longest snooze in seconds: https://support.pagerduty.com/main/docs/edit-incidents#snooze-an-incident.
const maxSnooze = 7 * 24 * 3600

// noteForm asks for a note.
func (a actionRun) noteForm() *chat.Form {
	return &chat.Form{
		Title: chat.Say("pagerduty.form.note"), Submit: chat.Say("pagerduty.action.note"),
		Intro: chat.Say("pagerduty.form.about", "Incident", a.subject.title()),
		Fields: []chat.FormField{{
			Name: fieldText, Kind: chat.LongTextField, Label: chat.Say("pagerduty.form.text"), Help: chat.Say("pagerduty.form.text_help"),
			MaxLength: 3000,
		}},
	}
}

// choiceForm asks for one of several options; what is part of the message IDs.
func (a actionRun) choiceForm(field, what string, options []chat.Option) *chat.Form {
	return &chat.Form{
		Title: chat.Say("pagerduty.form." + what), Submit: chat.Say("pagerduty.form." + what + "_submit"),
		Intro: chat.Say("pagerduty.form.about", "Incident", a.subject.title()),
		Fields: []chat.FormField{{
			Name: field, Kind: chat.SelectField, Label: chat.Say("pagerduty.form." + what + "_label"), Options: options,
		}},
	}
}

// durations returns the options for snoozing.
func durations() []chat.Option {
	var options []chat.Option
	for _, hours := range []int{1, 4, 8, 12, 24, 72, 168} {
		d := time.Duration(hours) * time.Hour
		options = append(options, chat.Option{Label: durationText(d), Value: strconv.Itoa(int(d / time.Second))})
	}
	return options
}

// levels returns the levels of the incident's escalation policy with the users of each.
func (a actionRun) levels(ctx context.Context) ([]chat.Option, error) {
	if a.subject.Shown == nil || a.subject.Shown.Policy.ID == "" {
		return nil, nil
	}
	answer, err := a.do(ctx, http.MethodGet, "/escalation_policies/"+a.subject.Shown.Policy.ID, url.Values{"include[]": {"targets"}}, nil)
	if err != nil {
		return nil, err
	}
	var options []chat.Option
	for i, rule := range answer.object("escalation_policy").list("escalation_rules") {
		var whom []string
		for _, target := range rule.list("targets") {
			whom = append(whom, target.reference().Name)
		}
		label := chat.Say("pagerduty.form.level", "Level", strconv.Itoa(i+1), "Whom", untrusted.Line(strings.Join(whom, ", "), maxName))
		options = append(options, chat.Option{Label: label, Value: strconv.Itoa(i + 1)})
	}
	return options, nil
}

// assignees returns whom the incident can be assigned to: the users of its teams, or all users, and the escalation policies.
func (a actionRun) assignees(ctx context.Context) ([]chat.Option, error) {
	var teams []string
	if a.subject.Shown != nil {
		for _, team := range a.subject.Shown.Teams {
			if team.ID != "" {
				teams = append(teams, team.ID)
			}
		}
	}
	people, err := PagerDuty{}.People(ctx, a.Session, "", teams...)
	if err != nil {
		return nil, err
	}
	options := optionsOf(people)
	policies, _, err := a.pages(ctx, "/escalation_policies", "escalation_policies", nil, maxOptions)
	for _, policy := range policies {
		if r := policy.reference(); r.ID != "" && len(options) < 2*maxOptions {
			options = append(options, chat.Option{Label: chat.Say("pagerduty.form.policy", "Policy", r.Name), Value: policyPrefix + r.ID})
		}
	}
	return options, err
}

// priorities returns the priorities of the account, highest first.
func (a actionRun) priorities(ctx context.Context) ([]chat.Option, error) {
	found, _, err := a.pages(ctx, "/priorities", "priorities", nil, maxOptions)
	var options []chat.Option
	for _, one := range found {
		if r := one.reference(); r.ID != "" {
			options = append(options, chat.Option{Label: chat.Verbatim(r.Name), Value: r.ID})
		}
	}
	return options, err
}
