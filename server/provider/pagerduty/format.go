package pagerduty

import (
	"cmp"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// actorName returns a user's name for a sentence. Without a user, PagerDuty itself acted.
func actorName(who reference) chat.Message {
	if who.Name == "" {
		return chat.Verbatim(name)
	}
	return chat.Verbatim(who.Name)
}

// link returns the name of the reference as a link, or its ID if it has no name.
func (r reference) link() chat.Text {
	return chat.Link(cmp.Or(r.Name, r.ID, r.URL), r.URL)
}

// nameList returns the first names, and how many more there are.
func nameList(some []reference, all int) chat.Message {
	var shown []string
	for _, one := range some {
		if one.Name != "" && len(shown) < maxShown {
			shown = append(shown, one.Name)
		}
	}
	text := chat.Verbatim(strings.Join(shown, ", "))
	if rest := all - len(shown); rest > 0 && len(shown) > 0 {
		return chat.Plural("pagerduty.and_more", rest).WithMessage("Names", text)
	}
	return text
}

// maxShown limits the names in a list.
const maxShown = 5

// urgencyText returns the word for the urgency, or nothing if it isn't known.
func urgencyText(u string) chat.Message {
	switch u {
	case urgencyLow:
		return chat.Say("pagerduty.urgency.low")
	case urgencyHigh:
		return chat.Say("pagerduty.urgency.high")
	}
	return chat.Message{}
}

// withDuration adds the duration, if it is known.
func withDuration(m chat.Message, d time.Duration) chat.Message {
	if d <= 0 {
		return m
	}
	return m.WithMessage("Span", durationText(d))
}

// durationText returns a duration in words.
func durationText(d time.Duration) chat.Message { return provider.DurationText("pagerduty.span.", d) }
