package sentry

import (
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/i18n"
)

// itoa writes a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// called returns what somebody is called in a sentence.
func called(a actor) i18n.Message {
	if shown := chat.Escape(a.Name); shown != "" {
		return i18n.Verbatim(shown)
	}
	return i18n.M("sentry.somebody")
}

// assigneeName returns whose an issue is in a sentence; zero for nobody.
func assigneeName(a actor) i18n.Message {
	if strings.HasPrefix(a.ID, "team:") && a.Name != "" {
		return i18n.M("sentry.team", "Team", chat.Escape(a.Name))
	}
	return escaped(a.Name)
}

// inText returns a text for the end of a sentence: on the same line, or below where it has several.
func inText(s string) string {
	if strings.Contains(s, "\n") {
		return "\n" + chat.EscapeLines(s)
	}
	return chat.Escape(s)
}

// escapedLines returns the text as a message that shows it as it is, line by line; zero for none.
func escapedLines(s string) i18n.Message { return i18n.Verbatim(chat.EscapeLines(s)) }

// words returns what an identifier says, such as "status_resolved".
func words(name string) string { return strings.TrimSpace(strings.ReplaceAll(name, "_", " ")) }

// lines returns the messages below each other without those that say nothing; zero for none.
func lines(parts ...i18n.Message) i18n.Message {
	var all []i18n.Message
	for _, part := range parts {
		if !part.Zero() {
			all = append(all, part)
		}
	}
	if len(all) == 0 {
		return i18n.Message{}
	}
	return i18n.Lines(all...)
}

// escaped returns the text as a message that shows it as it is; zero for none.
func escaped(s string) i18n.Message { return i18n.Verbatim(chat.Escape(s)) }
