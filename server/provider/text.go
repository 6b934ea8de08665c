package provider

import (
	"io/fs"
	"strconv"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Texts returns the folder "texts" of an embedded file system, for Descriptor.Texts.
func Texts(embedded fs.FS) fs.FS {
	below, err := fs.Sub(embedded, "texts")
	if err != nil {
		return embedded // can't happen: "texts" is a valid path
	}
	return below
}

// JoinLines returns the messages one below the other, without empty ones. It returns an empty message if all of them are.
func JoinLines(parts ...chat.Message) chat.Message {
	var all []chat.Message
	for _, part := range parts {
		if !part.Zero() {
			all = append(all, part)
		}
	}
	if len(all) == 0 {
		return chat.Message{}
	}
	return chat.Lines(all...)
}

// DurationText returns a duration in its two largest units. The catalogue has a message for each largest unit: the prefix followed by "seconds",
// "minutes", "hours" or "days".
func DurationText(prefix string, d time.Duration) chat.Message {
	seconds := int(d.Round(time.Second) / time.Second)
	parts := func(unit string, whole, rest int) chat.Message {
		m := chat.Say(prefix+unit, "Whole", strconv.Itoa(whole))
		if rest > 0 {
			m = m.WithText("Rest", chat.Plain(strconv.Itoa(rest)))
		}
		return m
	}
	switch {
	case seconds < 60:
		return parts("seconds", seconds, 0)
	case seconds < 3600:
		return parts("minutes", seconds/60, seconds%60)
	case seconds < 86400:
		return parts("hours", seconds/3600, seconds/60%60)
	}
	return parts("days", seconds/86400, seconds/3600%24)
}
