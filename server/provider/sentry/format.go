package sentry

import (
	"strconv"
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// itoa formats a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// actorName returns an actor's name for a sentence.
func actorName(a actor) chat.Message {
	if shown := chat.Verbatim(a.Name); !shown.Zero() {
		return shown
	}
	return chat.Say("sentry.someone")
}

// assigneeName returns an assignee's name for a sentence; zero for no one.
func assigneeName(a actor) chat.Message {
	if strings.HasPrefix(a.ID, "team:") && a.Name != "" {
		return chat.Say("sentry.team", "Team", a.Name)
	}
	return escaped(a.Name)
}

// inlineOrBelow returns a text for the end of a sentence: on the same line, or below if it has several lines.
func inlineOrBelow(s string) chat.Text {
	if strings.Contains(s, "\n") {
		return append(chat.Break(), chat.PlainLines(s)...)
	}
	return chat.Plain(s)
}

// escapedLines returns the text as a message with its line breaks; zero for none.
func escapedLines(s string) chat.Message { return chat.VerbatimText(chat.PlainLines(s)) }

// spacedWords returns the words of an identifier such as "status_resolved".
func spacedWords(name string) string { return strings.TrimSpace(strings.ReplaceAll(name, "_", " ")) }

// escaped returns the text as a message; zero for none.
func escaped(s string) chat.Message { return chat.Verbatim(s) }
