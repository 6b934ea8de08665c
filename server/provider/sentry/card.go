package sentry

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// maxFields is how many facts a card has.
const maxFields = 6

// look is how a state is shown: never by the colour alone.
type look struct {
	emoji string
	tone  chat.Tone
	state string
}

// message returns the state in words.
func (l look) message() chat.Message { return chat.Say("sentry.state." + l.state) }

// Card draws an issue, a metric alert, or what became of the integration.
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

// wear has the card look so.
func wear(card *chat.Card, l look) { card.Emoji, card.Tone, card.State = l.emoji, l.tone, l.message() }

// field adds a fact, if there is one and room for it.
func field(card *chat.Card, label string, value chat.Message) {
	if !value.Zero() && len(card.Fields) < maxFields {
		card.Fields = append(card.Fields, chat.Field{Label: chat.Say("sentry.field." + label), Value: value})
	}
}

// day writes a time for a fact; zero for none.
func day(at time.Time) chat.Message {
	if at.IsZero() {
		return chat.Message{}
	}
	return chat.Verbatim(strings.ReplaceAll(at.UTC().Format("2006-01-02 15.04 UTC"), ".", ":"))
}

// footer says where it lives: project, rule and short ID.
func footer(parts ...string) string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, " · ")
}

// metricLook is how a metric alert looks.
func metricLook(status string) look {
	switch status {
	case metricCritical:
		return look{"rotating_light", chat.ToneFailure, "critical"}
	case metricOpen:
		return look{"rotating_light", chat.ToneFailure, "metric_open"}
	case metricWarning:
		return look{"warning", chat.ToneWarning, "warning"}
	case metricResolved:
		return look{"white_check_mark", chat.ToneSuccess, "resolved"}
	}
	return look{"chart_with_upwards_trend", chat.ToneNeutral, "metric_changed"}
}

// metricCard draws a metric alert.
func (s state) metricCard(card *chat.Card) {
	m := s.Metric
	l := metricLook(m.Status)
	wear(card, l)
	card.Open = l.tone == chat.ToneFailure || l.tone == chat.ToneWarning
	card.Title, card.URL = first(m.Title, m.Rule, name+" "+m.ID), m.URL
	card.Text = escapedLines(m.Text)
	field(card, "environment", chat.Verbatim(chat.Code(m.Environment)))
	field(card, "query", chat.Verbatim(chat.Code(m.Query)))
	field(card, "started", day(m.Started))
	if m.Project != unknownProject {
		card.Footer = m.Project
	}
	card.Footer = footer(name, card.Footer, m.Rule)
}

// installCard draws what became of the integration.
func (s state) installCard(card *chat.Card) {
	wear(card, look{"electric_plug", chat.ToneSuccess, "installed"})
	text := "sentry.integration.installed"
	if s.Install.Action == installDeleted {
		wear(card, look{"electric_plug", chat.ToneWarning, "removed"})
		text = "sentry.integration.removed"
	}
	card.Title, card.Author = first(s.Install.App, name), s.Install.By.Name
	card.Text = chat.Say(text)
	card.Footer = footer(name, s.Site.Slug)
}

// otherCard draws a delivery of a kind that is not known.
func (s state) otherCard(card *chat.Card) {
	o := s.Other
	wear(card, look{"incoming_envelope", chat.ToneNeutral, "other"})
	what := strings.TrimSpace(strings.ReplaceAll(o.Resource+" "+o.Action, "_", " "))
	card.Title, card.URL = first(o.Title, what), o.URL
	card.Text = escaped(what)
	card.Footer = footer(name, s.Site.Slug)
}
