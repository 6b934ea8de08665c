package markdown

import (
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Reader is the reader that a text is rendered for. The zero Reader is anyone: times are in UTC, and say so.
type Reader struct {
	// Zone is the reader's time zone; nil for anyone.
	Zone *time.Location
	// Hours12 selects a 12-hour clock.
	Hours12 bool
}

// time returns the time of a span in the reader's zone, in a format that reads the same everywhere.
func (r Reader) time(span chat.Span) string {
	at, suffix := span.At.UTC(), " MST"
	if zone, err := time.LoadLocation(span.Zone); err == nil {
		at = at.In(zone)
	}
	if r.Zone != nil {
		at, suffix = at.In(r.Zone), ""
	}
	clock := "15:04"
	if r.Hours12 && r.Zone != nil {
		clock = "3:04 PM"
	}
	switch span.Style {
	case chat.DateOnly:
		return at.Format(time.DateOnly + suffix)
	case chat.TimeOfDay:
		return at.Format(clock + suffix)
	}
	return at.Format(time.DateOnly + " " + clock + suffix)
}

// Written is a time as a text shows it to anyone, for clients that can show it in the reader's format.
type Written struct {
	// Text is what Render writes.
	Text string `json:"text"`
	// At is in milliseconds since 1970.
	At int64 `json:"at"`
	// Style is "datetime", "date" or "time".
	Style string `json:"style"`
}

// Times returns the times in the texts, in order.
func Times(texts ...chat.Text) []Written {
	var all []Written
	for _, t := range texts {
		for _, span := range t {
			if span.Kind == chat.TimeSpan {
				style := string(span.Style)
				if span.Style == chat.DateAndTime {
					style = "datetime"
				}
				all = append(all, Written{Text: Reader{}.time(span), At: span.At.UnixMilli(), Style: style})
			}
			all = append(all, Times(span.Inner)...)
		}
	}
	return all
}
