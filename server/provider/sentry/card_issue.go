package sentry

import (
	"cmp"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The actions of cards.
const (
	actionResolve  = "resolve"
	actionNext     = "resolvenext"
	actionReopen   = "unresolve"
	actionArchive  = "archive"
	actionAssign   = "assign"
	actionComment  = "comment"
	actionPriority = "priority"
)

// The options for archiving an issue.
const (
	archiveEscalating = "escalating"
	archiveForever    = "forever"
	archiveHour       = "hour"
	archiveDay        = "day"
	archiveWeek       = "week"
	archiveTimes      = "times"
	archiveUsers      = "users"
)

// ownName is the ID of Sentry itself as an actor.
const ownName = "sentry"

// level returns the severity as far as it is known.
func (k *issueState) level() string {
	if k.Shown.Level == "" && k.Event != nil {
		return k.Event.Level
	}
	return k.Shown.Level
}

// appearance returns how an issue looks. Until someone handles it, the emoji shows its level.
func (k *issueState) appearance() appearance {
	switch k.Shown.Status {
	case statusResolved:
		return appearance{"white_check_mark", chat.ToneSuccess, "resolved"}
	case statusArchived:
		return appearance{"white_circle", chat.ToneInactive, "archived"}
	}
	l := appearance{"red_circle", chat.ToneFailure, "unresolved"}
	switch k.level() {
	case "fatal":
		l.emoji = "rotating_light"
	case "warning":
		l.emoji, l.tone = "warning", chat.ToneWarning
	case "info":
		l.emoji, l.tone = "information_source", chat.ToneRunning
	case "debug":
		l.emoji, l.tone = "bug", chat.ToneNeutral
	}
	if slices.Contains([]string{subNew, subRegressed, subEscalating, "ongoing"}, k.Shown.Substatus) {
		l.state = k.Shown.Substatus
	}
	return l
}

// issueCard draws an issue: what it is, what it says, what was done about it, and where it comes from.
func (s state) issueCard(card *chat.Card) {
	k := s.Issue
	setAppearance(card, k.appearance())
	card.Open = k.Shown.Status != statusResolved && k.Shown.Status != statusArchived
	card.Title = cmp.Or(k.title(), k.Short, "#"+k.ID)
	card.URL = cmp.Or(k.URL, s.Site.issueURL(k.ID))
	card.Text = provider.JoinLines(k.warnings(), k.culpritText(), k.quote(card.Title), k.actionText(), k.seerText(), k.codeText())
	card.Author = k.lastActor().Name
	addField(card, "level", levelWord(k.level()))
	if events := k.eventCount(); events > 1 {
		addField(card, "events", chat.Verbatim(itoa(events)))
		addField(card, "users", countText(k.Users))
	}
	addField(card, "assignee", assigneeName(k.Shown.Assignee))
	addField(card, "from", escaped(k.Contact))
	if e := k.Event; e != nil {
		addField(card, "release", chat.VerbatimText(chat.Code(e.Release)))
		addField(card, "environment", chat.VerbatimText(chat.Code(e.Environment)))
		addField(card, "user", escaped(e.User))
	}
	addField(card, "priority", priorityWord(k.Shown.Priority))
	addField(card, "category", categoryWord(k.Shown.Category))
	addField(card, "first_seen", timeText(k.First))
	card.Footer = joinFooter(name, cmp.Or(k.Project.Name, k.Project.Slug), k.Rule, k.Short)
	if !k.Sample && s.Site.Slug != "" && !k.Unsigned {
		card.Actions = k.actions()
	}
}

// countText returns a number, and nothing for 0.
func countText(n int64) chat.Message {
	if n == 0 {
		return chat.Message{}
	}
	return chat.Verbatim(itoa(n))
}

// warnings returns what the reader must know before trusting the card.
func (k *issueState) warnings() chat.Message {
	var sample, unsigned chat.Message
	if k.Sample {
		sample = chat.Say("sentry.note.sample")
	}
	if k.Unsigned {
		unsigned = chat.Say("sentry.note.unsigned")
	}
	return provider.JoinLines(sample, unsigned)
}

func (k *issueState) culpritText() chat.Message {
	culprit := k.Shown.Culprit
	if culprit == "" && k.Event != nil {
		culprit = k.Event.Culprit
	}
	return chat.VerbatimText(chat.Code(culprit))
}

// quote returns the issue's own text unless the title contains it: an error message, user feedback, or a measurement. The issue has the
// whole feedback, an event only its beginning.
func (k *issueState) quote(title string) chat.Message {
	texts := []string{k.Shown.OwnText}
	if k.Event != nil && k.Shown.Category == categoryFeedback {
		texts = append(texts, k.Event.Message)
	} else if k.Event != nil {
		texts = []string{k.Event.Message, k.Shown.OwnText}
	}
	title = strings.TrimSuffix(title, "…")
	for _, one := range texts {
		if short := strings.TrimSuffix(untrusted.Line(one, maxOwnText), "…"); short != "" && !strings.Contains(title, short) {
			return chat.Say("sentry.quote").WithText("Text", chat.PlainLines(one))
		}
	}
	return chat.Message{}
}

// categoryFeedback is the category of user feedback.
const categoryFeedback = "feedback"

// lastActor returns who brought the issue to its status, if it is known.
func (k *issueState) lastActor() actor {
	did := map[string]eventType{statusResolved: typeResolved, statusArchived: typeArchived, statusOpen: typeUnresolved}[k.Shown.Status]
	by := k.LastDone[did]
	if by.By.App && by.By.ID == ownName {
		return actor{}
	}
	for _, other := range []eventType{typeResolved, typeArchived, typeUnresolved} {
		if other != did && k.LastDone[other].At.After(by.At) {
			return actor{} // a later change has no known actor
		}
	}
	return by.By
}

// actionText says who resolved or archived the issue.
func (k *issueState) actionText() chat.Message {
	who := k.lastActor()
	known := who.Name != ""
	switch k.Shown.Status {
	case statusResolved:
		if !known && k.Shown.Release == "" && !k.Shown.Next {
			return chat.Message{}
		}
		return resolutionText("sentry.action_text.resolved", who, k.Shown)
	case statusArchived:
		how := chat.Say("sentry.archived.other")
		if substatuses := []string{"archived_until_escalating", "archived_until_condition_met", "archived_forever"}; slices.Contains(substatuses, k.Shown.Substatus) {
			how = chat.Say("sentry.archived." + k.Shown.Substatus)
		}
		if !known {
			return how
		}
		return chat.Say("sentry.action_text.archived").WithMessage("Who", actorName(who)).WithMessage("How", how)
	}
	return chat.Message{}
}

// codeText returns the place in the code with the lines around it.
func (k *issueState) codeText() chat.Message {
	if k.Event == nil || k.Event.Frame == nil {
		return chat.Message{}
	}
	f := k.Event.Frame
	place := chat.VerbatimText(chat.Code(cmp.Or(f.place(), f.Function)))
	if f.place() != "" && f.Function != "" {
		place = chat.Say("sentry.frame").WithText("Place", chat.Code(f.place())).WithText("Function", chat.Code(f.Function))
	}
	return provider.JoinLines(place, chat.VerbatimText(f.block()))
}

// actions returns the actions for the issue's status.
func (k *issueState) actions() []chat.Action {
	button := func(id string, tone chat.Tone) chat.Action {
		return chat.Action{ID: id, Label: chat.Say("sentry.action." + id), Tone: tone}
	}
	menu := func(id string, options ...string) chat.Action {
		a := button(id, chat.ToneNeutral)
		for _, option := range options {
			a.Options = append(a.Options, chat.Option{Label: chat.Say("sentry.option." + id + "." + option), Value: option})
		}
		return a
	}
	assign, comment := button(actionAssign, chat.ToneNeutral), button(actionComment, chat.ToneNeutral)
	switch k.Shown.Status {
	case statusResolved:
		return []chat.Action{button(actionReopen, chat.ToneNeutral), comment}
	case statusArchived:
		return []chat.Action{button(actionReopen, chat.ToneNeutral), button(actionResolve, chat.ToneSuccess), assign, comment}
	}
	return []chat.Action{
		button(actionResolve, chat.ToneSuccess), button(actionNext, chat.ToneNeutral),
		menu(actionArchive, archiveEscalating, archiveForever, archiveHour, archiveDay, archiveWeek, archiveTimes, archiveUsers),
		assign, comment, menu(actionPriority, priorities()...),
	}
}

// priorities returns the priorities of issues, highest first.
func priorities() []string { return []string{"high", "medium", "low"} }

// priorityWord returns a priority in words; zero for none.
func priorityWord(p string) chat.Message {
	if slices.Contains(priorities(), p) {
		return chat.Say("sentry.option.priority." + p)
	}
	return escaped(p)
}

// levelWord returns a level in words; zero for none.
func levelWord(l string) chat.Message {
	if slices.Contains(levels(), l) {
		return chat.Say("sentry.level." + l)
	}
	return escaped(l)
}

// categoryWord returns the category, except for errors, which most issues are.
func categoryWord(c string) chat.Message {
	switch c {
	case kindError:
		return chat.Message{}
	case "outage", categoryFeedback, "performance", "cron", "uptime", "replay", "metric", "metric_alert", "db_query", "http_client":
		return chat.Say("sentry.category." + c)
	}
	return escaped(strings.ReplaceAll(c, "_", " "))
}
