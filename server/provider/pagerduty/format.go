package pagerduty

import (
	"cmp"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// actorName returns what somebody is called in a sentence. What nobody did, PagerDuty did by itself.
func actorName(who reference) chat.Message {
	if who.Name == "" {
		return chat.Verbatim(name)
	}
	return chat.Verbatim(chat.Escape(who.Name))
}

// link returns the name of a thing as a link, or its ID where it has no name.
func (r reference) link() string {
	return chat.Link(cmp.Or(r.Name, r.ID, r.URL), r.URL)
}

// nameList returns the names of some of all.
func nameList(some []reference, all int) chat.Message {
	var shown []string
	for _, one := range some {
		if one.Name != "" && len(shown) < maxShown {
			shown = append(shown, chat.Escape(one.Name))
		}
	}
	text := chat.Verbatim(strings.Join(shown, ", "))
	if rest := all - len(shown); rest > 0 && len(shown) > 0 {
		return chat.Plural("pagerduty.and_more", rest).WithMessage("Names", text)
	}
	return text
}

// maxShown is how many names are shown in one place.
const maxShown = 5

// urgencyText returns the word for how urgent it is, nothing where that is not known.
func urgencyText(u string) chat.Message {
	switch u {
	case urgencyLow:
		return chat.Say("pagerduty.urgency.low")
	case urgencyHigh:
		return chat.Say("pagerduty.urgency.high")
	}
	return chat.Message{}
}

// withDuration adds how long it took, where that is known.
func withDuration(m chat.Message, d time.Duration) chat.Message {
	if d <= 0 {
		return m
	}
	return m.WithMessage("Span", durationText(d))
}

// durationText returns how long something took.
func durationText(d time.Duration) chat.Message { return provider.DurationText("pagerduty.span", d) }
