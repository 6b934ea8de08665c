package sentry

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// maxFields limits the facts on a card.
const maxFields = 6

// appearance is how a state looks. It never depends on color alone.
type appearance struct {
	emoji string
	tone  chat.Tone
	state string
}

// message returns the state in words.
func (l appearance) message() chat.Message { return chat.Say("sentry.state." + l.state) }

// Card draws an issue, metric alert, mobile build, or change of the integration.
func (*Sentry) Card(raw json.RawMessage) (chat.Card, error) {
	s, err := readState(raw)
	if err != nil {
		return chat.Card{}, err
	}
	card := chat.Card{At: s.At}
	switch {
	case s.Issue != nil:
		s.issueCard(&card)
	case s.Metric != nil:
		s.metricCard(&card)
	case s.Install != nil:
		s.installCard(&card)
	case s.Build != nil:
		s.buildCard(&card)
	case s.Other != nil:
		s.otherCard(&card)
	default:
		return chat.Card{}, errors.New("a state of nothing")
	}
	return card, nil
}

// setAppearance sets how the card looks.
func setAppearance(card *chat.Card, l appearance) {
	card.Emoji, card.Tone, card.State = l.emoji, l.tone, l.message()
}

// addField adds a fact if it isn't empty and there is room for it.
func addField(card *chat.Card, label string, value chat.Message) {
	if !value.Zero() && len(card.Fields) < maxFields {
		card.Fields = append(card.Fields, chat.Field{Label: chat.Say("sentry.field." + label), Value: value})
	}
}

// timeText returns a time for a fact; zero for none.
func timeText(at time.Time) chat.Message {
	if at.IsZero() {
		return chat.Message{}
	}
	return chat.VerbatimText(chat.Time(at, chat.DateAndTime))
}

// joinFooter joins the parts that aren't empty: project, rule and short ID.
func joinFooter(parts ...string) string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, " · ")
}

// metricAppearance returns how a metric alert looks.
func metricAppearance(status string) appearance {
	switch status {
	case metricCritical:
		return appearance{"rotating_light", chat.ToneFailure, "critical"}
	case metricOpen:
		return appearance{"rotating_light", chat.ToneFailure, "metric_open"}
	case metricWarning:
		return appearance{"warning", chat.ToneWarning, "warning"}
	case metricResolved:
		return appearance{"white_check_mark", chat.ToneSuccess, "resolved"}
	}
	return appearance{"chart_with_upwards_trend", chat.ToneNeutral, "metric_changed"}
}

// metricCard draws a metric alert.
func (s state) metricCard(card *chat.Card) {
	m := s.Metric
	l := metricAppearance(m.Status)
	setAppearance(card, l)
	card.Open = l.tone == chat.ToneFailure || l.tone == chat.ToneWarning
	card.Title, card.URL = cmp.Or(m.Title, m.Rule, name+" "+m.ID), m.URL
	card.Text = escapedLines(m.Text)
	addField(card, "environment", chat.VerbatimText(chat.Code(m.Environment)))
	addField(card, "query", chat.VerbatimText(chat.Code(m.Query)))
	addField(card, "started", timeText(m.Started))
	if m.Project != unknownProject {
		card.Footer = m.Project
	}
	card.Footer = joinFooter(name, card.Footer, m.Rule)
}

// installCard draws a change of the integration.
func (s state) installCard(card *chat.Card) {
	setAppearance(card, appearance{"electric_plug", chat.ToneSuccess, "installed"})
	text := "sentry.integration.installed"
	if s.Install.Action == installDeleted {
		setAppearance(card, appearance{"electric_plug", chat.ToneWarning, "removed"})
		text = "sentry.integration.removed"
	}
	card.Title, card.Author = cmp.Or(s.Install.App, name), s.Install.By.Name
	card.Text = chat.Say(text)
	card.Footer = joinFooter(name, s.Site.Slug)
}

// otherCard draws a delivery of an unknown kind.
func (s state) otherCard(card *chat.Card) {
	o := s.Other
	setAppearance(card, appearance{"incoming_envelope", chat.ToneNeutral, "other"})
	what := strings.TrimSpace(strings.ReplaceAll(o.Resource+" "+o.Action, "_", " "))
	card.Title, card.URL = cmp.Or(o.Title, what), o.URL
	card.Text = escaped(what)
	card.Footer = joinFooter(name, s.Site.Slug)
}
