package jenkins

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The actions of a card.
const (
	actionRebuild = "rebuild"
	actionAbort   = "abort"
	actionLog     = "log"
)

// appearance is how a build looks at a glance.
type appearance struct {
	emoji string
	state chat.Message
	tone  chat.Tone
}

// appearances returns how each kind looks.
func appearances() map[string]appearance {
	return map[string]appearance{
		kindStarted:    {"hourglass_flowing_sand", chat.Say("jenkins.state.started"), chat.ToneRunning},
		kindSuccess:    {"white_check_mark", chat.Say("jenkins.state.success"), chat.ToneSuccess},
		kindUnstable:   {"warning", chat.Say("jenkins.state.unstable"), chat.ToneWarning},
		kindFailure:    {"x", chat.Say("jenkins.state.failure"), chat.ToneFailure},
		kindNotBuilt:   {"no_entry_sign", chat.Say("jenkins.state.not_built"), chat.ToneInactive},
		kindAborted:    {"octagonal_sign", chat.Say("jenkins.state.aborted"), chat.ToneInactive},
		kindBackNormal: {"white_check_mark", chat.Say("jenkins.state.back_to_normal"), chat.ToneSuccess},
		kindRepeated:   {"x", chat.Say("jenkins.state.repeated_failure"), chat.ToneFailure},
		kindMessage:    {"speech_balloon", chat.Say("jenkins.state.message"), chat.ToneNeutral},
	}
}

// Card implements provider.Provider.
func (Jenkins) Card(state json.RawMessage) (chat.Card, error) {
	var b build
	if err := json.Unmarshal(state, &b); err != nil {
		return chat.Card{}, errors.Wrap(err, "read a build")
	}
	v := b.view()
	f := appearances()[v.kind()]
	if v.isRecovered() {
		// It is still the build that failed, but nobody has to look at it anymore.
		f = appearance{"ballot_box_with_check", chat.Say("jenkins.state.fixed").WithMessage("State", f.state), chat.ToneInactive}
	}
	return chat.Card{
		Emoji: f.emoji, State: f.state, Tone: f.tone, Title: v.title(), URL: v.URL, Author: v.author(),
		Text: v.text(), Fields: v.fields(), Actions: v.actions(), Footer: v.footer(), At: v.endTime(),
		Open: f.tone == chat.ToneRunning || f.tone == chat.ToneWarning || f.tone == chat.ToneFailure,
	}, nil
}

// startedByPrefix begins the cause of a build that a user started.
const startedByPrefix = "Started by user "

func (v view) author() string {
	who, ok := strings.CutPrefix(v.Cause, startedByPrefix)
	if !ok {
		return ""
	}
	return who
}

func (v view) text() chat.Message {
	var lines []chat.Message
	if v.Sample {
		lines = append(lines, chat.Say("jenkins.sample"))
	}
	if streak := v.streak(); !streak.Zero() {
		lines = append(lines, streak)
	} else if v.Summary != "" && (v.Result == resultFailure || v.Result == resultUnstable) {
		lines = append(lines, chat.Verbatim(v.Summary))
	}
	if v.isRecovered() {
		lines = append(lines, v.Recovery.sentence())
	}
	if v.Message != "" {
		lines = append(lines, chat.VerbatimText(chat.PlainLines(v.Message)))
	}
	if len(lines) == 0 {
		return chat.Message{}
	}
	return chat.Lines(lines...)
}

// streak returns what the previous builds mean for this one, zero for nothing.
func (v view) streak() chat.Message {
	var m chat.Message
	if v.Before.Failures == 0 {
		return m
	}
	switch v.kind() {
	case kindBackNormal:
		m = chat.Plural("jenkins.streak.fixed", v.Before.Failures)
	case kindRepeated:
		m = chat.Plural("jenkins.streak.failing", v.Before.Failures+1)
	default:
		return m
	}
	if d := elapsed(v.Before.Since, v.At); d > 0 {
		m = m.WithMessage("Span", durationText(d))
	}
	return m
}

func (v view) fields() []chat.Field {
	var fields []chat.Field
	add := func(label string, value chat.Message) {
		if !value.Zero() {
			fields = append(fields, chat.Field{Label: chat.Say("jenkins.field." + label), Value: value})
		}
	}
	branch := v.Branch
	if branch == "" {
		branch = untrusted.Line(v.Location.branch(), maxName)
	}
	add("branch", chat.VerbatimText(chat.Code(branch)))
	add("commit", chat.VerbatimText(chat.Code(v.Commit)))
	if v.Duration > 0 {
		add("duration", durationText(v.duration()))
	}
	add("axes", v.axesField())
	if v.Tests != nil {
		add("tests", v.Tests.sentence())
	}
	if v.ChangeCount > 0 {
		add("changes", chat.Plural("jenkins.changes", v.ChangeCount))
	}
	if v.author() == "" {
		add("cause", chat.Verbatim(v.Cause))
	}
	return fields
}

func (v view) actions() []chat.Action {
	if v.Sample || !v.Location.actionable() {
		return nil
	}
	log := chat.Action{ID: actionLog, Label: chat.Say("jenkins.action.log")}
	if v.Result == "" {
		return []chat.Action{{ID: actionAbort, Label: chat.Say("jenkins.action.abort"), Tone: chat.ToneFailure}, log}
	}
	return []chat.Action{{ID: actionRebuild, Label: chat.Say("jenkins.action.rebuild")}, log}
}

// footer returns which Jenkins it is, because a channel may follow several.
func (v view) footer() string {
	address := v.Location.Base
	if address == "" {
		address = v.URL
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return name + " · " + u.Host
	}
	return name
}

// sentence returns the test results in words.
func (t tests) sentence() chat.Message {
	id := "jenkins.tests"
	if t.Failed == 0 && t.Skipped == 0 {
		id = "jenkins.tests_passed"
	}
	return chat.Say(id, "Total", strconv.Itoa(t.Total), "Failed", strconv.Itoa(t.Failed), "Skipped", strconv.Itoa(t.Skipped))
}

// durationText returns a duration in words.
func durationText(d time.Duration) chat.Message { return provider.DurationText("jenkins.span.", d) }
