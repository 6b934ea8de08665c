package mattermost

import (
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// Limits of the texts shown, in characters; Zoom's own limit for a topic is 200.
const (
	maxTopic    = 200
	maxPasscode = 40
	maxNumber   = 60
)

// telephone holds the characters of a phone number as people write it.
const telephone = "+0123456789 -().,#*"

// attachment renders a meeting for clients without the plugin's own view of it (mobile, email, integrations). It is in the server's
// language and in UTC, because it is the same for all readers.
func (c *MeetingBoard) attachment(f facts, p meeting.Progress) *model.MessageAttachment {
	say := c.toAll()
	topic := chat.Truncate(strings.Join(strings.Fields(f.topic), " "), maxTopic)
	if topic == "" {
		topic = say.plain(chat.Say("post.topic"))
	}
	a := &model.MessageAttachment{Title: asMarkdown(chat.Plain(topic))}
	if p.Status == meeting.Ended {
		a.Fallback = say.endedFallback(topic, p)
		a.Text = asMarkdown(chat.JoinLines(say.endedLines(p)...))
		return a
	}
	a.Fallback = say.openFallback(topic, f)
	a.Text = asMarkdown(chat.JoinLines(say.openLines(f)...))
	return a
}

func (w words) openFallback(topic string, f facts) string {
	if !isWebAddress(f.link) {
		return w.plain(chat.Say("post.fallback.open", "Topic", topic))
	}
	return w.plain(chat.Say("post.fallback.open_link", "Topic", topic, "Link", f.link))
}

// openLines returns the lines of an open meeting, separated by blank lines.
func (w words) openLines(f facts) []chat.Text {
	lines := []chat.Text{chat.LinkText(w.text(chat.Say("post.meeting_id", "ID", spaced(f.id))), f.link)}
	add := func(t chat.Text) { lines = append(lines, nil, t) }
	if isWebAddress(f.link) {
		add(chat.Strong(chat.LinkText(w.text(chat.Say("post.join")), f.link)))
	}
	if f.passcode != "" {
		// As code it can be copied exactly; escaping would add invisible characters.
		add(w.text(chat.Say("post.passcode").WithText("Passcode", chat.Code(chat.Truncate(f.passcode, maxPasscode)))))
	}
	if numbers := numbers(f.dialIn); !numbers.Empty() {
		add(w.text(chat.Say("post.dial_in").WithText("Numbers", numbers)))
	}
	return lines
}

// numbers lists the phone numbers with their places.
func numbers(list []number) chat.Text {
	var shown []chat.Text
	for _, d := range list {
		if d.number == "" || len(d.number) > maxNumber || strings.Trim(d.number, telephone) != "" {
			continue
		}
		one := chat.Code(d.number)
		if where := chat.Join(", ", chat.Plain(d.city), chat.Plain(d.country)); !where.Empty() {
			one = chat.Join(" ", one, chat.Enclosed("(", where, ")"))
		}
		shown = append(shown, one)
	}
	return chat.Join(" · ", shown...)
}

func (w words) endedFallback(topic string, p meeting.Progress) string {
	length, known := lengthOf(p)
	if !known {
		return w.plain(chat.Say("post.fallback.ended", "Topic", topic))
	}
	return w.plain(chat.Say("post.fallback.ended_length", "Topic", topic).WithText("Length", w.inWords(length)))
}

func (w words) endedLines(p meeting.Progress) []chat.Text {
	lines := []chat.Text{w.text(chat.Say("post.ended"))}
	if when := when(p); when != "" {
		lines = append(lines, w.text(chat.Say("post.when").WithText("When", chat.Words(when))))
	}
	if length, known := lengthOf(p); known {
		lines = append(lines, w.text(chat.Say("post.length").WithText("Length", w.inWords(length))))
	}
	return lines
}

// when returns the meeting's times in a format that reads the same everywhere; "" if Zoom reported none.
func when(p meeting.Progress) string {
	const day, clock = time.DateOnly, "15:04"
	start, end := p.StartedAt.UTC(), p.EndedAt.UTC()
	switch {
	case end.IsZero():
		return ""
	case start.IsZero() || end.Before(start):
		return end.Format(day+", "+clock) + " UTC"
	case start.Format(day) == end.Format(day):
		return start.Format(day+", "+clock) + "–" + end.Format(clock) + " UTC"
	}
	return start.Format(day+", "+clock) + " – " + end.Format(day+", "+clock) + " UTC"
}

// lengthOf returns the meeting's length, if Zoom's times say.
func lengthOf(p meeting.Progress) (time.Duration, bool) {
	if p.Status != meeting.Ended || p.StartedAt.IsZero() || p.EndedAt.IsZero() || p.EndedAt.Before(p.StartedAt) {
		return 0, false
	}
	return p.EndedAt.Sub(p.StartedAt), true
}

// inWords returns a length in hours and minutes, in words.
func (w words) inWords(length time.Duration) chat.Text {
	minutes := int(length.Round(time.Minute) / time.Minute)
	if minutes == 0 {
		return w.text(chat.Say("post.under_a_minute"))
	}
	var parts []chat.Text
	if hours := minutes / 60; hours > 0 {
		parts = append(parts, w.text(chat.Plural("post.hours", hours)))
	}
	if rest := minutes % 60; rest > 0 {
		parts = append(parts, w.text(chat.Plural("post.minutes", rest)))
	}
	return chat.Join(" ", parts...)
}
