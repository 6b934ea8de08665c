package mattermost

import (
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
)

// Limits of what is shown, in characters; Zoom's own limit for a topic is 200.
const (
	maxTopic    = 200
	maxPasscode = 40
	maxNumber   = 60
)

// telephone is what a number for people is written with.
const telephone = "+0123456789 -().,#*"

// attachment renders a meeting for clients without the plugin's own view of it (mobile, email, integrations).
// All of it is in the server's language and in UTC: it cannot know who reads.
func (c *Client) attachment(f facts, p meeting.Progress) *model.MessageAttachment {
	topic := chat.Truncate(strings.Join(strings.Fields(f.topic), " "), maxTopic)
	if topic == "" {
		topic = c.here(chat.Say("post.topic"))
	}
	a := &model.MessageAttachment{Title: chat.Escape(topic)}
	if p.Status == meeting.Ended {
		a.Fallback = c.endedFallback(topic, p)
		a.Text = strings.Join(c.endedLines(p), "\n")
		return a
	}
	a.Fallback = c.openFallback(topic, f)
	a.Text = strings.Join(c.openLines(f), "\n\n")
	return a
}

func (c *Client) openFallback(topic string, f facts) string {
	if !isWebAddress(f.link) {
		return c.here(chat.Say("post.fallback.open", "Topic", topic))
	}
	return c.here(chat.Say("post.fallback.open_link", "Topic", topic, "Link", f.link))
}

func (c *Client) openLines(f facts) []string {
	// Link escapes what it shows; with words in front the number itself stays as it is, to be copied.
	lines := []string{chat.Link(c.here(chat.Say("post.meeting_id", "ID", spaced(f.id))), f.link)}
	if isWebAddress(f.link) {
		lines = append(lines, "**"+chat.Link(c.here(chat.Say("post.join")), f.link)+"**")
	}
	if f.passcode != "" {
		// As code it can be copied as it is; escaping would put invisible characters into it.
		lines = append(lines, c.here(chat.Say("post.passcode", "Passcode", chat.Code(chat.Truncate(f.passcode, maxPasscode)))))
	}
	if numbers := numbers(f.dialIn); numbers != "" {
		lines = append(lines, c.here(chat.Say("post.dial_in", "Numbers", numbers)))
	}
	return lines
}

// numbers lists the telephone numbers with where they are.
func numbers(list []number) string {
	var shown []string
	for _, d := range list {
		if d.number == "" || len(d.number) > maxNumber || strings.Trim(d.number, telephone) != "" {
			continue
		}
		where := strings.Trim(chat.Escape(d.city)+", "+chat.Escape(d.country), ", ")
		if where == "" {
			shown = append(shown, chat.Code(d.number))
			continue
		}
		shown = append(shown, chat.Code(d.number)+" ("+where+")")
	}
	return strings.Join(shown, " · ")
}

func (c *Client) endedFallback(topic string, p meeting.Progress) string {
	length, known := lengthOf(p)
	if !known {
		return c.here(chat.Say("post.fallback.ended", "Topic", topic))
	}
	return c.here(chat.Say("post.fallback.ended_length", "Topic", topic, "Length", c.inWords(length)))
}

func (c *Client) endedLines(p meeting.Progress) []string {
	lines := []string{c.here(chat.Say("post.ended"))}
	if when := when(p); when != "" {
		lines = append(lines, c.here(chat.Say("post.when", "When", when)))
	}
	if length, known := lengthOf(p); known {
		lines = append(lines, c.here(chat.Say("post.length", "Length", c.inWords(length))))
	}
	return lines
}

// when writes the meeting's times in a form that reads the same everywhere; "" when Zoom named none.
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

// lengthOf returns how long the meeting was, if Zoom's times tell.
func lengthOf(p meeting.Progress) (time.Duration, bool) {
	if p.Status != meeting.Ended || p.StartedAt.IsZero() || p.EndedAt.IsZero() || p.EndedAt.Before(p.StartedAt) {
		return 0, false
	}
	return p.EndedAt.Sub(p.StartedAt), true
}

// inWords writes a length as people say it, in hours and minutes.
func (c *Client) inWords(length time.Duration) string {
	minutes := int(length.Round(time.Minute) / time.Minute)
	if minutes == 0 {
		return c.here(chat.Say("post.under_a_minute"))
	}
	var words []string
	if hours := minutes / 60; hours > 0 {
		words = append(words, c.here(chat.Plural("post.hours", hours)))
	}
	if rest := minutes % 60; rest > 0 {
		words = append(words, c.here(chat.Plural("post.minutes", rest)))
	}
	return strings.Join(words, " ")
}
