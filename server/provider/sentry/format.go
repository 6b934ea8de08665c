package sentry

import (
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// itoa writes a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// actorName returns what somebody is called in a sentence.
func actorName(a actor) chat.Message {
	if shown := chat.Escape(a.Name); shown != "" {
		return chat.Verbatim(shown)
	}
	return chat.Say("sentry.somebody")
}

// assigneeName returns whose an issue is in a sentence; zero for nobody.
func assigneeName(a actor) chat.Message {
	if strings.HasPrefix(a.ID, "team:") && a.Name != "" {
		return chat.Say("sentry.team", "Team", chat.Escape(a.Name))
	}
	return escaped(a.Name)
}

// inlineOrBelow returns a text for the end of a sentence: on the same line, or below where it has several.
func inlineOrBelow(s string) string {
	if strings.Contains(s, "\n") {
		return "\n" + chat.EscapeLines(s)
	}
	return chat.Escape(s)
}

// escapedLines returns the text as a message that shows it as it is, line by line; zero for none.
func escapedLines(s string) chat.Message { return chat.Verbatim(chat.EscapeLines(s)) }

// spacedWords returns what an identifier says, such as "status_resolved".
func spacedWords(name string) string { return strings.TrimSpace(strings.ReplaceAll(name, "_", " ")) }

// escaped returns the text as a message that shows it as it is; zero for none.
func escaped(s string) chat.Message { return chat.Verbatim(chat.Escape(s)) }
